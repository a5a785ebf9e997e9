"""What entered, left and why, moved and stayed, against the session before of the same criteria and no other run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from technic_scanner.adapters.stores import SqlStore, open_store
from technic_scanner.clock import ManualClock
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.metrics import FailureKind, SymbolFailure
from technic_scanner.errors import ResultsNotReadyError, RunNotFoundError
from technic_scanner.runs.changes.picks import picks_of
from technic_scanner.runs.changes.service import ChangesService, new_to_dict
from technic_scanner.screening.bars import Panel
from technic_scanner.testing.stores.samples import add, scan_result, scored, succeeded, table

CONFIG = ScanConfig(top_n=4, min_price=5.0)


class Scans:
    """Runs of a store, one call each, and a service over them; ``closes`` are what the cache has now."""

    def __init__(self, store: SqlStore, clock: ManualClock) -> None:
        self.store, self.clock = store, clock
        self.closes: dict[str, float] = {}
        self.service = ChangesService(store, self._bars)

    def _bars(self, config: ScanConfig, symbols: Sequence[str], since: date, sessions: int) -> Panel:
        known = [symbol for symbol in symbols if symbol in self.closes]
        values = np.array([[self.closes[symbol]] for symbol in known]).reshape(len(known), 1)
        return Panel(tuple(known), np.array([since], dtype="datetime64[D]"), *[values] * 5)

    def scan(self, day: int, picks: str, config: ScanConfig = CONFIG, failures: tuple[SymbolFailure, ...] = ()) -> str:
        """Store a run as of a day of March whose picks are the letters, best first."""
        self.clock.advance(60)
        config = replace(config, as_of_date=date(2026, 3, day))
        rows = table(*((rank, letter, 50.0, 90.0 - 10 * rank - day) for rank, letter in enumerate(picks, 1)))
        rows = scored(rows, *(80.0 - 5 * rank - day for rank in range(1, len(picks) + 1)))
        result = scan_result(config=config, table=rows, failures=failures, as_of=date(2026, 3, day))
        return succeeded(self.store, result, config=config).run_id

    def new(self, run_id: str, **words: str) -> dict:
        return new_to_dict(self.service.what_is_new(run_id, **words))


@pytest.fixture
def scans(tmp_path: Path) -> Iterator[Scans]:
    clock = ManualClock()
    store = open_store(f"sqlite:///{tmp_path / 'runs.db'}", clock)
    yield Scans(store, clock)
    store.close()


def test_entered_left_moved_and_stayed(scans: Scans) -> None:
    before = scans.scan(2, "ABCD")
    failures = (
        SymbolFailure("B", "finalization", FailureKind.REJECTED, "min_price", "its price of 4.90 is below 5.00"),
    )
    now = scans.scan(3, "ADEF", failures=failures)
    assert scans.new(now) == {
        "against": before,
        "entered": ["E", "F"],
        "left": [
            {"symbol": "B", "why": "its price of 4.90 is below 5.00"},
            {"symbol": "C", "why": "it is not in the universe any more"},
        ],
        "moved": [{"symbol": "D", "rank_before": 4, "rank": 2}],
        "stayed": ["A"],
    }


def test_one_that_fell_behind_the_last_pick_is_told_its_rank(scans: Scans) -> None:
    scans.scan(2, "ABCD")
    now = scans.scan(3, "ABCED")
    assert scans.new(now)["left"] == [{"symbol": "D", "why": "it is on rank 5, beyond the picks"}]


def test_it_is_compared_with_the_last_session_of_the_same_criteria(scans: Scans) -> None:
    same = scans.scan(2, "AB")
    scans.scan(3, "CD", replace(CONFIG, min_price=6.0))
    scans.scan(5, "EF")  # a later session, scanned before
    now = scans.scan(
        4,
        "AC",
        replace(CONFIG, account_size=99_000.0, risk_pct=2.0, currency_rates=("EUR=1.1",), position_sizing="account"),
    )
    assert scans.new(now)["against"] == same, "the size of the account decides no pick"
    assert scans.new(now, against=scans.scan(6, "C"))["stayed"] == []


def test_of_two_runs_of_one_session_the_newer_counts(scans: Scans) -> None:
    scans.scan(2, "AB")
    newer = scans.scan(2, "BA")
    assert scans.new(scans.scan(3, "BA"))["against"] == newer


def test_changed_criteria_are_said_and_nothing_has_entered_or_left(scans: Scans) -> None:
    scans.scan(2, "AB")
    now = scans.scan(3, "CD", replace(CONFIG, min_price=6.0, top_n=9))
    assert scans.new(now) == {"against": None, "entered": [], "left": [], "moved": [], "stayed": []}
    (note,) = scans.service.what_is_new(now).notes
    assert note.endswith("2026-03-02, was scanned with other min_price, top_n.")


def test_a_first_run_says_so(scans: Scans) -> None:
    found = scans.service.what_is_new(scans.scan(2, "AB"))
    assert (found.against, found.notes) == (None, ("No earlier session has been scanned.",))


def test_a_revised_history_is_no_leaving(scans: Scans) -> None:
    scans.scan(2, "ABCD")
    now = scans.scan(3, "AC")
    scans.closes = {"B": 6.25, "D": 12.5}  # every close was 12.50: B was split since
    found = scans.service.what_is_new(now)
    assert [pick.symbol for pick in found.left] == ["D"]
    assert [(pick.symbol, pick.why) for pick in found.adjusted] == [
        ("B", "its history was revised: the close of 2026-03-02 was 12.5, now it is 6.25")
    ]


def test_sessions_in_the_list_and_changes_of_score(scans: Scans) -> None:
    for day, picks in ((2, "AB"), (3, "A"), (4, "AB"), (5, "BA")):
        run = scans.scan(day, picks)
    picks = {pick.symbol: pick for pick in scans.service.what_is_new(run).picks}
    assert {symbol: pick.sessions for symbol, pick in picks.items()} == {"A": 4, "B": 2}
    assert (picks["B"].ranks_up, picks["A"].ranks_up) == (1, -1)
    # Of the score that ranks them, not of AlphaScore, which changed by 9 and -11.
    assert picks["B"].score_change == pytest.approx(4.0)
    assert picks["A"].score_change == pytest.approx(-6.0)


def test_rows_without_rank_are_no_picks() -> None:
    rows = table((2, "B", 1.0, 1.0), (None, "C", 1.0, 2.0), (1, "A", 1.0, 1.0), (3, "D", 1.0, 1.0))
    rows = scored(rows, float("nan"), 2.0, None, 1.0)
    assert [(pick.symbol, pick.score) for pick in picks_of(rows, 2).values()] == [("A", None), ("B", None)]


def test_runs_that_have_no_result_are_said(scans: Scans) -> None:
    with pytest.raises(RunNotFoundError):
        scans.new("01NOSUCHRUN")
    with pytest.raises(ResultsNotReadyError):
        scans.new(add(scans.store).run_id)
