"""Saved views of the tables of pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from technic_scanner.adapters.stores.database import Queries, reading, writing
from technic_scanner.adapters.stores.schema_notes import saved_views
from technic_scanner.runs.saved_views.model import SavedView

_VIEWS_LOCK = 0x7EC4C1AD
_DOCUMENT_VERSION = 1
_COLUMNS = saved_views.c


class ViewQueries(Queries):
    """Views that people saved by name."""

    @reading
    def views(self, connection: Connection, page: str) -> tuple[SavedView, ...]:
        """Return the views of a page, by name; one whose document cannot be read has no columns."""
        rows = connection.execute(select(saved_views).where(_COLUMNS.page == page)).all()
        return tuple(sorted(map(_to_view, rows), key=lambda view: view.name))

    @writing
    def save_view(self, connection: Connection, view: SavedView) -> SavedView:
        """Insert the view, or replace the one of its page and name; return what is stored."""
        self.database.lock(connection, _VIEWS_LOCK)
        stored = replace(view, changed_at=self.clock.now())
        connection.execute(delete(saved_views).where(_COLUMNS.page == view.page, _COLUMNS.name == view.name))
        values = {"page": view.page, "name": view.name, "changed_at": stored.changed_at}
        connection.execute(insert(saved_views).values(content=_dump(view), **values))
        return stored

    @writing
    def delete_view(self, connection: Connection, page: str, name: str) -> None:
        """Delete the view if there is one."""
        connection.execute(delete(saved_views).where(_COLUMNS.page == page, _COLUMNS.name == name))


def _dump(view: SavedView) -> str:
    content = {"columns": view.columns, "filters": dict(view.filters), "group_by": view.group_by}
    return json.dumps({"version": _DOCUMENT_VERSION} | content)


def _to_view(row: Row[Any]) -> SavedView:
    """Read a row tolerantly: what is not of the expected form is left out, and unknown parts are ignored."""
    try:
        content = json.loads(row.content)
    except ValueError:
        content = {}
    content = content if isinstance(content, dict) else {}
    filters = content.get("filters")
    group = content.get("group_by")
    return SavedView(
        row.page,
        row.name,
        tuple(_texts(content.get("columns"))),
        {str(name): str(value) for name, value in filters.items()} if isinstance(filters, dict) else {},
        group if isinstance(group, str) else "",
        row.changed_at,
    )


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, str))
