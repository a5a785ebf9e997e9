"""A saved view of a table, and the port of the store that keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SavedView:
    """How a page's table is shown: its columns in order, and a text for each column that is filtered.

    ``page`` is the page whose table it is: names of views are unique within it. ``group_by`` is a column, or empty.
    """

    page: str
    name: str
    columns: tuple[str, ...]
    filters: Mapping[str, str] = field(default_factory=dict)
    group_by: str = ""
    changed_at: datetime | None = None


class ViewStore(Protocol):
    """Keeps saved views."""

    def views(self, page: str) -> tuple[SavedView, ...]:
        """Return the views of a page, by name."""
        ...

    def save_view(self, view: SavedView) -> SavedView:
        """Insert the view, or replace the one of its page and name; return what is stored."""
        ...

    def delete_view(self, page: str, name: str) -> None:
        """Delete the view if there is one."""
        ...
