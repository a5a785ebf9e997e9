"""What is checked of a saved view."""

from __future__ import annotations

import pytest

from technic_scanner.errors import ConfigError
from technic_scanner.runs.saved_views.model import SavedView
from technic_scanner.runs.saved_views.service import MOST_COLUMNS, SavedViewService


class Kept:
    """A store in memory."""

    def __init__(self) -> None:
        self.all: dict[tuple[str, str], SavedView] = {}

    def views(self, page: str) -> tuple[SavedView, ...]:
        return tuple(view for view in self.all.values() if view.page == page)

    def save_view(self, view: SavedView) -> SavedView:
        self.all[view.page, view.name] = view
        return view

    def delete_view(self, page: str, name: str) -> None:
        self.all.pop((page, name), None)


def test_a_view_is_kept_under_its_trimmed_name_with_each_column_once() -> None:
    service = SavedViewService(Kept())
    service.save(SavedView("results", " Mine ", ("Close", "Symbol", "Close")))
    assert service.of("results")["Mine"].columns == ("Close", "Symbol")
    service.remove("results", "Mine")
    service.remove("results", "Mine")
    assert service.of("results") == {}


@pytest.mark.parametrize(
    ("name", "columns", "fields"),
    [
        ("", ("Close",), ["name"]),
        ("x" * 61, (), ["name", "columns"]),
        ("a\nb", tuple(map(str, range(MOST_COLUMNS + 1))), ["name", "columns"]),
    ],
)
def test_every_fault_is_named(name: str, columns: tuple[str, ...], fields: list[str]) -> None:
    with pytest.raises(ConfigError) as error:
        SavedViewService(Kept()).save(SavedView("results", name, columns))
    assert [problem.field for problem in error.value.problems] == fields
