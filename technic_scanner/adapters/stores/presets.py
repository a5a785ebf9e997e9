"""Saved presets: named, versioned configurations; two users cannot overwrite each other unnoticed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from technic_scanner.adapters.stores.database import Queries, reading, writing
from technic_scanner.adapters.stores.documents import read_asked
from technic_scanner.adapters.stores.schema import presets
from technic_scanner.errors import PresetConflictError, PresetNotFoundError
from technic_scanner.runs.model import Preset
from technic_scanner.runs.serialization.stored import dump, dump_over

_PRESET_LOCK = 0x7EC4C1A2


class PresetQueries(Queries):
    """Presets that people saved; shipped ones are not stored."""

    @reading
    def list_presets(self, connection: Connection) -> tuple[Preset, ...]:
        """Return all presets by name."""
        rows = connection.execute(select(presets)).all()
        return tuple(sorted((_to_preset(row) for row in rows), key=lambda preset: preset.name))

    @reading
    def get_preset(self, connection: Connection, name: str) -> Preset:
        """Return the preset; PresetNotFoundError if it does not exist."""
        row = _fetch(connection, name)
        if row is None:
            raise _no_such_preset(name)
        return _to_preset(row)

    @writing
    def save_preset(self, connection: Connection, preset: Preset, *, expected_version: int | None) -> Preset:
        """Insert version 1 (``expected_version`` None) or replace the expected version by the next.

        Fields of its config and options that only a newer version knows stay as they are. Raises PresetConflictError if
        the stored version, or its absence, is not the expected one.
        """
        self.database.lock(connection, _PRESET_LOCK)
        row = _fetch(connection, preset.name)
        stored_version = None if row is None else row.version
        if stored_version != expected_version:
            raise _conflict(preset.name, stored_version, expected_version)
        version = (stored_version or 0) + 1
        saved = replace(preset, version=version, builtin=False, updated_at=self.clock.now(), unreadable=())
        config = dump(saved.config) if row is None else dump_over(saved.config, row.config)
        options = dump(saved.options) if row is None else dump_over(saved.options, row.options)
        values = {
            "name": saved.name,
            "version": saved.version,
            "description": saved.description,
            "config": config,
            "options": options,
            "updated_at": saved.updated_at,
        }
        if row is None:
            connection.execute(insert(presets).values(**values))
        else:
            connection.execute(update(presets).where(presets.c.name == saved.name).values(**values))
        return replace(saved, unknown_fields=read_asked(config, options).unknown)

    @writing
    def delete_preset(self, connection: Connection, name: str) -> None:
        """Delete the preset; PresetNotFoundError if there is none of this name."""
        if not connection.execute(delete(presets).where(presets.c.name == name)).rowcount:
            raise _no_such_preset(name)


def _fetch(connection: Connection, name: str) -> Row[Any] | None:
    return connection.execute(select(presets).where(presets.c.name == name)).one_or_none()


def _to_preset(row: Row[Any]) -> Preset:
    asked = read_asked(row.config, row.options)
    return Preset(
        name=row.name,
        config=asked.config,
        options=asked.options,
        description=row.description,
        version=row.version,
        updated_at=row.updated_at,
        unreadable=asked.problems,
        unknown_fields=asked.unknown,
    )


def _no_such_preset(name: str) -> PresetNotFoundError:
    return PresetNotFoundError(f"there is no preset {name!r}")


def _conflict(name: str, stored: int | None, expected: int | None) -> PresetConflictError:
    if stored is None:
        return PresetConflictError(f"preset {name!r} was deleted since version {expected} was read")
    if expected is None:
        return PresetConflictError(f"there is a preset {name!r} already, at version {stored}")
    return PresetConflictError(f"preset {name!r} is at version {stored} now, not {expected}; read it again")
