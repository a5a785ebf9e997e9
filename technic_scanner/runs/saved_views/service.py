"""Check views before they are stored, and read them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from technic_scanner.domain.printable import is_printable
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.runs.saved_views.model import SavedView, ViewStore

LONGEST_NAME, MOST_COLUMNS = 60, 200


class SavedViewService:
    """The saved views of all pages."""

    def __init__(self, store: ViewStore) -> None:
        self._store = store

    def of(self, page: str) -> dict[str, SavedView]:
        """Return the views of a page by name."""
        return {view.name: view for view in self._store.views(page)}

    def save(self, view: SavedView) -> SavedView:
        """Save the view under its name, in the place of an earlier one. Raises ConfigError that names every fault."""
        checked = replace(view, name=view.name.strip(), columns=tuple(dict.fromkeys(view.columns)))
        problems = list(_problems(checked))
        if problems:
            raise ConfigError(problems)
        return self._store.save_view(checked)

    def remove(self, page: str, name: str) -> None:
        """Delete the view if there is one."""
        self._store.delete_view(page, name)


def _problems(view: SavedView) -> Iterator[FieldProblem]:
    if not 1 <= len(view.name) <= LONGEST_NAME or not is_printable(view.name):
        yield FieldProblem("name", f"must have 1 to {LONGEST_NAME} printable characters")
    if not 1 <= len(view.columns) <= MOST_COLUMNS:
        yield FieldProblem("columns", f"must be 1 to {MOST_COLUMNS}, not {len(view.columns)}")
