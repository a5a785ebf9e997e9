"""Applies the migration scripts of this package, without an alembic.ini, on a connection that the caller holds."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from technic_scanner.adapters.stores.schema import HEAD_REVISION
from technic_scanner.errors import StoreError


def upgrade(connection: Connection, found: str | None, target: str, where: str) -> None:
    """Upgrade from the revision ``found`` to ``target``; StoreError if this program does not know ``found``."""
    if found is not None and found not in known_revisions():
        raise StoreError(
            f"the run store {where} is at revision {found}, which is newer than this program ({HEAD_REVISION}); "
            "update technic-scanner or point TECHNIC_DATABASE_URL at another store"
        )
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, target)


def known_revisions() -> tuple[str, ...]:
    """Return the revisions that this program can migrate from and to, the oldest first."""
    newest_first = [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]
    return tuple(reversed(newest_first))


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config
