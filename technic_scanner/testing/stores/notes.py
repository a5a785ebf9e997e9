"""Notes of symbols and runs, and saved views: one part of the store's contract."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from technic_scanner.clock import ManualClock
from technic_scanner.errors import RunNotFoundError
from technic_scanner.runs.model import RunQuery
from technic_scanner.runs.notes.model import Note
from technic_scanner.runs.ports import Store
from technic_scanner.runs.saved_views.model import SavedView
from technic_scanner.testing.stores.samples import add, running

CHEAP = Note("günstig,\nfragt nach dem Dividendentermin", ("dip", "50%", "a_b"))
WIDE = SavedView("results", "Weit", ("Symbol", "RSI14", "Sector"), {"Sector": "Energy"}, "Sector")


class NoteContract:
    """Notes are replaced whole. Needs the fixtures ``store``, ``clock`` and ``reopened``."""

    def test_a_note_of_a_symbol_is_replaced_and_an_empty_one_removes_it(self, store: Store, clock: ManualClock) -> None:
        first = store.set_symbol_note("BRK.B", CHEAP)
        assert first == replace(CHEAP, changed_at=clock.now())
        clock.advance(5)
        second = store.set_symbol_note("BRK.B", Note("only text"))
        other = store.set_symbol_note("Köln", Note(tags=("dip",)))
        assert store.symbol_notes() == {"BRK.B": second, "Köln": other}
        assert store.set_symbol_note("BRK.B", Note()) == Note()
        assert store.set_symbol_note("NONE", Note()) == Note()
        assert store.symbol_notes() == {"Köln": other}

    def test_a_note_of_a_run_is_there_as_long_as_the_run(self, store: Store, clock: ManualClock) -> None:
        run, other = add(store), add(store)
        store.cancel_queued(run.run_id)
        noted = store.set_run_note(run.run_id, CHEAP)
        assert noted == replace(CHEAP, changed_at=clock.now())
        store.set_run_note(other.run_id, Note(tags=("x",)))
        assert store.run_notes([run.run_id]) == {run.run_id: noted}
        assert set(store.run_notes()) == {run.run_id, other.run_id}
        assert store.run_notes([]) == {}
        store.delete_run(run.run_id)
        assert set(store.run_notes()) == {other.run_id}

    def test_no_note_of_a_run_that_does_not_exist(self, store: Store) -> None:
        with pytest.raises(RunNotFoundError):
            store.set_run_note("01KTHERUN0000000000000NONE", CHEAP)

    @pytest.mark.parametrize(
        ("tag", "found"), [("dip", True), ("DIP", True), ("di", False), ("50%", True), ("5%", False), ("a_b", True)]
    )
    def test_runs_are_found_by_a_whole_tag(self, store: Store, tag: str, found: bool) -> None:
        run = running(store)
        store.set_run_note(run.run_id, CHEAP)
        store.set_run_note(add(store).run_id, Note(tags=("axb", "dips")))
        assert [record.run_id for record in store.list_runs(RunQuery(tag=tag)).records] == (
            [run.run_id] if found else []
        )

    def test_a_view_is_replaced_by_one_of_its_page_and_name(self, store: Store, clock: ManualClock) -> None:
        assert store.save_view(WIDE) == replace(WIDE, changed_at=clock.now())
        elsewhere = store.save_view(replace(WIDE, page="history"))
        clock.advance(5)
        narrow = store.save_view(replace(WIDE, columns=("Symbol",), filters={}, group_by=""))
        another = store.save_view(SavedView("results", "Another", ("Close",)))
        assert store.views("results") == (another, narrow)
        store.delete_view("results", WIDE.name)
        store.delete_view("results", WIDE.name)
        assert store.views("results") == (another,)
        assert store.views("history") == (elsewhere,)

    def test_notes_and_views_written_at_once_are_whole(self, reopened: Callable[[], Store]) -> None:
        stores = [reopened() for _ in range(4)]

        def write(number: int) -> None:
            stores[number].set_symbol_note("A", Note(str(number), (f"tag{number}",)))
            stores[number].save_view(replace(WIDE, columns=(str(number),), group_by=str(number)))

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(write, range(4)))
        note, (view,) = stores[0].symbol_notes()["A"], stores[1].views("results")
        assert note.tags == (f"tag{note.text}",)
        assert view.columns == (view.group_by,)
