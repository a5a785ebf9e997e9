"""The outcome service: which runs it judges, and what it says against its own evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.universe import Security, Universe
from technic_scanner.errors import ConfigError, FieldProblem, SourceDataError
from technic_scanner.pipeline.columns import SCHEMA
from technic_scanner.runs.model import DatedRun, DatedRuns, PickTable, StoredResult
from technic_scanner.runs.performance import performance_service
from technic_scanner.runs.performance.performance_query import PerformanceQuery
from technic_scanner.runs.performance.performance_service import PerformanceService
from technic_scanner.screening.bars import Panel
from technic_scanner.screening.survivors import ENDING_SHARE, endings, only_survivors
from tests.support.runs.fake_catalog import INFO, SECURITIES, FakeCatalog

from .test_judging import SESSIONS, long, panel_of
from .test_judging import result_of as stored_result


def pick_table(result: StoredResult, columns: Sequence[str]) -> PickTable:
    """What a store hands out of a result for judging."""
    failed = {
        name: pa.array([getattr(item, name) for item in result.failures], pa.string())
        for name in ("symbol", "stage", "reason")
    }
    return PickTable(
        result.run_id, result.table.select([name for name in columns if name in SCHEMA.names]), pa.table(failed)
    )


class Journal:
    """Finished runs, newest first, that counts how often tables are asked for."""

    def __init__(self, *results) -> None:
        self.results = {result.run_id: result for result in results}
        self.deleted: set[str] = set()
        self.read: list[tuple[str, ...]] = []

    def dated_runs(self, source, limit):
        found = [found for found in self.results.values() if source in (None, found.config.source)]
        dated = (DatedRun(item.run_id, item.config, item.as_of) for item in found[:limit] if item.as_of is not None)
        return DatedRuns(tuple(dated), more=len(found) > limit)

    def pick_tables(self, run_ids, columns):
        self.read.append(tuple(run_ids))
        return tuple(pick_table(self.results[name], columns) for name in sorted(run_ids) if name not in self.deleted)


def result_of(name: str, at: int, source: str = "sample"):
    found = stored_result(name, at, [long("A", 100.0), long("B", 50.0)])
    return replace(found, config=replace(found.config, source=source))


PANEL = panel_of({"A": [100.0] * 11 + [110.0], "B": [50.0]})


def outcomes(*results, bars=lambda *_asked: PANEL) -> PerformanceService:
    return PerformanceService(Journal(*results), FakeCatalog(), bars)  # type: ignore[arg-type]


def test_of_equal_runs_of_one_day_the_newest_is_judged() -> None:
    report = outcomes(result_of("new", 10), result_of("old", 10), result_of("other", 20)).report(
        PerformanceQuery(horizon=1)
    )
    assert set(report.picks["run_id"].to_pylist()) == {"new", "other"}


def test_tables_of_runs_that_are_not_judged_are_not_read() -> None:
    journal = Journal(result_of("new", 10), result_of("old", 10), result_of("other", 20))
    PerformanceService(journal, FakeCatalog(), lambda *_asked: PANEL).report()  # type: ignore[arg-type]
    assert journal.read == [("new", "other")]


def test_what_had_nothing_to_buy_or_is_gone_leaves_its_day_to_the_run_before() -> None:
    empty = result_of("empty", 10)
    journal = Journal(result_of("gone", 10), replace(empty, table=empty.table[:0]), result_of("old", 10))
    journal.deleted.add("gone")
    report = PerformanceService(journal, FakeCatalog(), lambda *_asked: PANEL).report()  # type: ignore[arg-type]
    assert set(report.picks["run_id"].to_pylist()) == {"old"}


def test_the_newest_run_of_a_day_counts_although_it_picked_nothing() -> None:
    newest = stored_result("newest", 10, [], ("A", "B"))
    report = outcomes(newest, result_of("old", 10), result_of("other", 20)).report(PerformanceQuery(horizon=1))
    assert (report.runs, set(report.picks["run_id"].to_pylist())) == (2, {"other"})


def test_outcomes_are_kept_to_one_universe() -> None:
    def of(name: str, at: int, universe: str | None):
        found = result_of(name, at)
        return replace(found, config=replace(found.config, universe=universe))

    usual = INFO.universes[0]
    service = outcomes(of("usual", 10, None), of("named", 20, usual), of("other", 30, "another"))
    assert service.report(PerformanceQuery(horizon=1)).runs == 3
    assert service.report(PerformanceQuery(horizon=1, universe="another")).runs == 1
    assert set(service.judged(universe=usual).runs["run_id"].to_pylist()) == {"usual", "named"}
    assert service.report(PerformanceQuery(universe="nowhere")).runs == 0


def test_tables_are_read_a_few_at_a_time_and_the_order_of_runs_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(performance_service, "_BATCH", 2)
    journal = Journal(*(result_of(name, at) for name, at in (("e", 10), ("d", 11), ("c", 12))))
    asked = []

    def bars(config: ScanConfig, *_asked: object) -> Panel:
        asked.append(config.as_of_date)
        return PANEL

    report = PerformanceService(journal, FakeCatalog(), bars).report()  # type: ignore[arg-type]
    assert journal.read == [("e", "d"), ("c",)]
    assert asked == [SESSIONS[10].item()]  # of the newest run
    assert list(dict.fromkeys(report.picks["run_id"].to_pylist())) == ["e", "d", "c"]  # oldest as-of date first


def test_prices_are_asked_for_since_the_oldest_run_of_a_place_and_so_many_that_survivors_show() -> None:
    asked = []

    def bars(config: ScanConfig, symbols: tuple[str, ...], since: date, sessions: int) -> Panel:
        asked.append((config.source, symbols, since, sessions))
        return PANEL

    runs = (result_of("c", 30), result_of("b", 12), result_of("a", 20), result_of("f", 5, "files"))
    service = outcomes(*runs, bars=bars)
    service.report()
    assert asked == [
        ("sample", ("A", "B"), SESSIONS[12].item(), 504),
        ("files", ("A", "B"), SESSIONS[5].item(), 504),
    ]


def test_a_run_that_is_deleted_meanwhile_is_passed_over() -> None:
    journal = Journal(result_of("one", 10), result_of("two", 20))
    journal.deleted.add("one")
    report = PerformanceService(journal, FakeCatalog(), lambda *_asked: PANEL).report(  # type: ignore[arg-type]
        PerformanceQuery(horizon=1)
    )
    assert set(report.picks["run_id"].to_pylist()) == {"two"}


def test_a_source_that_is_gone_is_named_and_the_others_are_judged() -> None:
    def bars(config: ScanConfig, *_asked: object) -> Panel:
        if config.source == "files":
            raise ConfigError([FieldProblem("source", "set TECHNIC_FILES_ROOT")])
        return PANEL

    report = outcomes(result_of("a", 10), result_of("b", 10, "files"), bars=bars).report(PerformanceQuery(horizon=1))
    assert report.picks["run_id"].to_pylist() == ["a", "a"]
    assert report.notes == ("Runs of files (1) cannot be measured: source: set TECHNIC_FILES_ROOT",)


def test_picks_without_bars_wait_for_a_scan_and_it_is_said() -> None:
    report = outcomes(result_of("a", 10), bars=lambda *_asked: PANEL.rows(0, 1)).report(PerformanceQuery(horizon=1))
    assert (report.judged, report.picks.num_rows) == (1, 2)
    assert len(report.notes) == 1
    assert report.notes[0].startswith("sample: the price cache has no bars of 1 of 2 picked symbols; a scan")


def split_at(row: int, factor: float, volume: float) -> Panel:
    """Return the bars of A and B, of which A opens at a fraction of its last close, from ``row`` on."""
    calm = panel_of({"A": [100.0] * row + [100.0 * factor], "B": [50.0]})
    traded = calm.volume.copy()
    traded[0, row:] *= volume
    return replace(calm, volume=traded)


def test_picks_held_over_a_split_that_nobody_adjusted_are_named() -> None:
    asked = []

    def bars(_config: ScanConfig, symbols: Sequence[str], *_asked: object, volume: bool = False) -> Panel:
        asked.append((tuple(symbols), volume))
        return split_at(20, 0.25, 4.0)

    service = outcomes(result_of("before", 10), result_of("after", 30), bars=bars)
    [note] = service.report(PerformanceQuery(horizon=10)).notes
    day = SESSIONS[20].item()
    assert note == (
        "sample: the return of 1 pick is not to be trusted, because a price in the 10 sessions after looks wrong "
        f"(an unadjusted split, or five times off): A on {day}."
    )
    assert service.report(PerformanceQuery(horizon=5)).notes == ()
    assert service.report(PerformanceQuery(horizon=10, since=SESSIONS[30].item())).notes == ()
    assert asked[:2] == [(("A", "B"), False), (("A",), True)]  # volumes only of what jumps
    assert service.judged().notes == (note.replace("10 sessions", "63 sessions"),)


def test_a_fall_with_a_real_turnover_is_a_return_as_any_other() -> None:
    service = outcomes(result_of("a", 10), bars=lambda *_asked, volume=False: split_at(20, 0.5, 30.0))
    assert service.report(PerformanceQuery(horizon=10)).notes == ()


def test_an_answer_has_the_notes_of_its_own_runs_alone() -> None:
    def bars(config: ScanConfig, *_asked: object) -> Panel:
        if config.source == "broken":
            raise ConfigError([FieldProblem("source", "is gone")])
        return PANEL if config.source == "sample" else PANEL.rows(0, 1)

    old, new, gone = result_of("a", 10), result_of("f", 20, "files"), result_of("g", 30, "broken")
    new = replace(new, config=replace(new.config, strategy_profile_name="Other"))
    service = outcomes(gone, new, old, bars=bars)

    def places(**filters: object) -> list[str]:
        notes = service.report(PerformanceQuery(horizon=1, **filters)).notes  # type: ignore[arg-type]
        named = (note.removeprefix("Runs of ").split()[0].rstrip(":") for note in notes)
        return list(dict.fromkeys(named))

    days = [SESSIONS[at].item() for at in (10, 20, 30)]
    assert places() == ["broken", "files"]
    assert places(until=days[0]) == []
    assert places(since=days[1], until=days[1]) == places(profiles=("Other",)) == ["files"]
    assert places(since=days[2]) == places(source="broken") == ["broken"]
    assert places(direction="short") == []
    assert places(sectors=("nowhere",)) == ["broken"]  # of which nobody knows


def test_notes_count_the_picks_and_the_runs_of_the_answer() -> None:
    runs = [stored_result("one", 10, [long("B", 50.0)]), result_of("two", 20)]
    service = outcomes(*runs, bars=lambda *_asked: PANEL.rows(0, 1))
    [both] = service.report(PerformanceQuery(horizon=1)).notes
    [early] = service.report(PerformanceQuery(horizon=1, until=SESSIONS[10].item())).notes
    assert ("1 of 2 picked" in both, "1 of 1 picked" in early) == (True, True)


def test_a_universe_that_cannot_be_listed_leaves_survivorship_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    service = outcomes(result_of("a", 10))

    def fail(name: str | None, cancel: object) -> Universe:
        raise SourceDataError("the list is broken")

    monkeypatch.setattr(service._catalog.fake, "universe", fail)  # type: ignore[attr-defined]
    report = service.report(PerformanceQuery(horizon=1))
    assert report.judged == 2
    assert report.notes == ("sample: it is unknown whether its universe contains survivors only: the list is broken",)


def test_what_a_source_says_of_its_universe_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    service = outcomes(result_of("a", 10))
    biased = Universe("sp500", SECURITIES, survivorship_biased=True)
    monkeypatch.setattr(service._catalog.fake, "universe", lambda *_: biased)  # type: ignore[attr-defined]
    assert "dropped out are missing" in service.report(PerformanceQuery(horizon=1)).notes[0]
    made_up = replace(INFO, is_market=False)
    monkeypatch.setattr(service._catalog.fake, "info", lambda: made_up)  # type: ignore[attr-defined]
    assert "prices are generated" in service.report(PerformanceQuery(horizon=1)).notes[0]


def test_ranks_are_whole_numbers() -> None:
    picks = outcomes(result_of("a", 10)).judged().picks
    assert [(rank, type(rank)) for rank in picks["Rank"].to_pylist()] == [(1, int), (2, int)]


def test_only_members_of_their_dates_are_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    until, since = SESSIONS[15].item(), SESSIONS[20].item()
    listed = Universe(
        "u", (Security("A"), Security("B", membership=((None, until),)), Security("C", membership=((since, None),)))
    )
    bars = panel_of({"A": [100.0] * 31 + [110.0], "B": [50.0] * 31 + [51.0], "C": [10.0] * 31 + [20.0]})
    early, late = (
        stored_result("early", 12, [long("B", 50.0)], ("A", "C")),
        stored_result("late", 30, [long("A", 100.0), long("B", 50.0)], ("C",)),
    )
    service = outcomes(early, late, bars=lambda *_asked: bars)
    monkeypatch.setattr(service._catalog.fake, "universe", lambda *_: listed)  # type: ignore[attr-defined]
    judged = service.judged()
    picked = {row["run_id"]: [] for row in judged.picks.to_pylist()}
    for row in judged.picks.to_pylist():
        picked[row["run_id"]].append((row["Symbol"], row["universe_1"]))
    # The early universe is A and B, the late one A (+10 %) and C (+100 %).
    assert picked == {"early": [("B", 0.0)], "late": [("A", pytest.approx(0.55))]}
    assert judged.notes == (
        "sample: 2 rows of 2 runs are left out, of symbols that were not in the universe on those dates.",
    )


def ten_years(gone: int) -> Panel:
    """Sixty symbols over 600 sessions, the first ``gone`` of which end 50 sessions early."""
    close = np.full((60, 600), 10.0)
    close[:gone, -50:] = np.nan
    days = np.busday_offset(np.datetime64("2020-01-01", "D"), np.arange(600), roll="forward")
    return Panel(tuple(f"S{i}" for i in range(60)), days, close, close, close, close, close)


def test_symbols_that_all_live_to_the_end_look_like_survivors() -> None:
    def of(panel: Panel, known: int = -1) -> bool:
        return only_survivors(*endings(panel, np.repeat(panel.sessions[known], len(panel.symbols))))

    whole = ten_years(0)
    ended, years = endings(whole, np.repeat(whole.sessions[-1], 60))
    assert (ended, years) == (0, pytest.approx(60 * whole.shape[1] / 252))
    assert of(whole)
    assert of(ten_years(1)), "one that ended does not make a real market of the others"
    real = round(ENDING_SHARE * years)
    assert not of(ten_years(real))
    assert endings(ten_years(real), np.repeat(whole.sessions[-1], 60))[0] == real
    assert not of(whole.last(300))
    assert not of(whole.rows(0, 10))
    service = outcomes(result_of("a", 10), bars=lambda *_asked: ten_years(1))
    [note] = [note for note in service.report(PerformanceQuery(horizon=1)).notes if "stopped trading" in note]
    assert "1 of 60 symbols stopped trading, 0." in note
    assert "of a real market about 4% do" in note


def test_symbols_that_are_not_followed_any_more_have_not_stopped_trading() -> None:
    panel = ten_years(20)
    through = np.array([panel.sessions[np.isfinite(row)][-1] for row in panel.close])
    assert endings(panel, through)[0] == 0


def test_only_so_many_runs_are_judged_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(performance_service, "MAX_RUNS", 2)
    report = outcomes(*(result_of(f"r{i}", 10 + i) for i in range(3))).report(PerformanceQuery(horizon=1))
    assert report.runs == 2
    assert report.notes[0] == "Only the newest 2 runs are included."


def test_new_bars_fill_in_what_was_unknown() -> None:
    def bars_until(stop: int):
        return lambda *_asked: PANEL.window(0, stop)

    early = outcomes(result_of("a", 10), bars=bars_until(11)).report(PerformanceQuery(horizon=1))
    later = outcomes(result_of("a", 10), bars=bars_until(12)).report(PerformanceQuery(horizon=1))
    assert (early.judged, later.judged) == (0, 2)
    assert later.picks["forward_1"].to_pylist() == pytest.approx([0.1, 0.0])
    assert later.picks["as_of"].to_pylist() == [SESSIONS[10].item()] * 2
    assert isinstance(later.picks["as_of"][0].as_py(), date)
