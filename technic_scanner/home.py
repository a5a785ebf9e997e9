"""The home folder and the store in it: where they are, and copies of the store."""

from __future__ import annotations

from pathlib import Path

from technic_scanner.adapters.stores.backups import Copied, back_up, restore
from technic_scanner.adapters.stores.engine import file_url
from technic_scanner.adapters.stores.sql_store import open_store
from technic_scanner.clock import SystemClock
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.settings import Settings, load_settings


def store_url(settings: Settings) -> str:
    """Return the URL of the run store that the settings name."""
    return settings.database_url or file_url(settings.store_file)


def back_up_store(target: Path, *, overwrite: bool) -> Copied:
    """Copy the run store into one checked file. Raises ConfigError, StoreError."""
    return back_up(store_url(load_settings()), target, overwrite=overwrite)


def restore_store(source: Path) -> Copied:
    """Replace the run store by a copy and bring that up to date. Raises ConfigError, StoreError."""
    settings = load_settings()
    make_home(settings.home)
    clock = SystemClock()
    restored = restore(store_url(settings), source, clock)
    open_store(store_url(settings), clock).close()
    return restored


def make_home(home: Path) -> None:
    """Make the home folder. Raises ConfigError."""
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = "a file has this name" if home.is_file() else error.strerror
        raise ConfigError([FieldProblem("TECHNIC_HOME", f"the folder {home} cannot be made: {reason}")]) from error
