"""The four stages end to end over fakes: every path ends with a result and full metrics."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace

import numpy as np
import pytest

from technic_scanner.clock import ManualClock, SystemClock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.metrics import FailureKind, Outcome, ScanMetrics, UnitCost
from technic_scanner.domain.progress import EventKind, StageState
from technic_scanner.domain.stage import Stage, StagePlan
from technic_scanner.domain.universe import Universe
from technic_scanner.errors import ConfigError, SourceError
from technic_scanner.pipeline import analyse
from technic_scanner.pipeline.analyse import _unpack
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.columns import COLUMN_NAMES
from technic_scanner.pipeline.engine import Attempt, ScanFailed
from technic_scanner.pipeline.ports import PriceBatch
from technic_scanner.progress.costs import CostHistory
from technic_scanner.screening.bars import FIELDS, Panel
from technic_scanner.testing.fakes import MemoryCache, ScriptedSource, random_panel
from technic_scanner.testing.scans import SECTORS, SYMBOLS, Bench, MemoryJournal

STAGES = [stage.value for stage in Stage]


def every_metric_is_there(metrics: ScanMetrics) -> None:
    assert [timing.name for timing in metrics.stage_timings] == STAGES
    stage_seconds = sum(timing.seconds for timing in metrics.stage_timings)
    assert stage_seconds + metrics.gap_seconds == pytest.approx(metrics.total_seconds, abs=1e-9)
    assert len({field.name for field in fields(metrics)}) == 22
    assert metrics.progress_summary


@pytest.mark.slow
def test_a_scan_ranks_every_symbol_it_can_and_accounts_for_the_rest() -> None:
    bench = Bench()
    result = bench.scan(ScanConfig(top_n=15))
    assert result.outcome is Outcome.COMPLETE
    assert result.status_text == "Scan complete."
    assert result.table.column_names == list(COLUMN_NAMES)
    assert result.table["Rank"].to_pylist() == list(range(1, 16))
    named = result.table["Symbol"].to_pylist() + [failure.symbol for failure in result.failures]
    assert sorted(named) == sorted(SYMBOLS)
    assert all(failure.detail for failure in result.failures)
    every_metric_is_there(result.metrics)
    assert (result.metrics.symbols_scanned, result.metrics.symbols_returned) == (40, 15)
    assert result.metrics.symbols_rejected == 25


def test_entry_stop_and_target_are_never_unknown() -> None:
    table = Bench().scan(ScanConfig(direction="both", top_n=None)).all_rows().to_pandas()
    assert len(table) == 40
    assert table[["Entry", "Stop", "Target", "PositionSize"]].notna().all().all()
    long = table["Target"] > table["Entry"]
    assert (table["Stop"] < table["Entry"])[long].all()
    assert (table["Stop"] > table["Entry"])[~long].all()


def test_progress_runs_through_the_stages_without_going_back() -> None:
    bench = Bench()
    bench.scan()
    events = bench.events
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    overall = [event.overall_fraction for event in events]
    assert overall == sorted(overall)
    assert [event.overall_fraction == 1.0 for event in events].index(True) == len(events) - 1
    shown = [event.time_fraction for event in events]
    assert shown == sorted(shown)
    begun = [event.current_stage for event in events if event.kind is EventKind.STAGE_STARTED]
    assert begun == STAGES
    assert events[-1].kind is EventKind.RUN_FINISHED
    assert {stage.state for stage in events[-1].stages} == {StageState.DONE}
    substages = {(stage.name, substage.name) for stage in events[-1].stages for substage in stage.substages}
    assert ("universe_loading", "regime") in substages
    assert ("data_fetching", "download") in substages
    assert ("symbol_scanning", "chunks") in substages
    assert ("finalization", "plan") in substages


def test_cache_hits_and_misses_are_those_of_the_cache() -> None:
    bench = Bench()
    cold = bench.scan()
    assert (cold.metrics.cache_hits, cold.metrics.cache_misses, cold.metrics.cache_hit_rate) == (0, 40, 0.0)
    warm = Bench(source=bench.source, cache=bench.cache).scan()
    assert (warm.metrics.cache_hits, warm.metrics.cache_misses, warm.metrics.cache_hit_rate) == (40, 0, 1.0)
    assert warm.table.equals(cold.table)


REFRESH = RunOptions(chunk_size=7, fetch_batch_size=10, event_interval_seconds=0.0, refresh=True)


def test_a_refresh_asks_the_source_for_what_the_cache_would_have_served() -> None:
    bench = Bench()
    cold = bench.scan()
    newer = random_panel(SYMBOLS, sessions=261, seed=2)
    again = Bench(source=ScriptedSource(newer, dict(SECTORS)), cache=bench.cache)
    assert again.scan().table.equals(cold.table)
    assert again.source.fetched == []
    refreshed = again.scan(options=REFRESH)
    assert sorted(again.source.fetched) == sorted(SYMBOLS)
    assert (refreshed.metrics.cache_hits, refreshed.metrics.cache_misses) == (0, 40)
    assert refreshed.as_of == newer.last_session
    assert refreshed.outcome is Outcome.COMPLETE


def test_a_symbol_that_cannot_be_refreshed_keeps_the_bars_it_has_and_that_is_said() -> None:
    bench = Bench()
    cold = bench.scan(ScanConfig(top_n=None))
    bench.source.failing = frozenset({"S03"})
    refreshed = bench.scan(ScanConfig(top_n=None), REFRESH)
    assert refreshed.table.equals(cold.table)
    assert refreshed.outcome is Outcome.COMPLETE
    assert "S03 keeps its cached bars: the provider has no bars" in {event.message for event in bench.events}


def test_many_symbols_that_cannot_be_refreshed_are_counted_not_named() -> None:
    bench = Bench()
    bench.scan()
    bench.source.failing = frozenset(SYMBOLS)
    refresh = RunOptions(refresh=True, chunk_size=7, fetch_batch_size=10, event_interval_seconds=0.0)
    bench.events.clear()
    result = bench.scan(options=refresh)
    assert result.metrics.symbols_scanned == len(SYMBOLS)
    said = [event.message for event in bench.events if event.kind is EventKind.MESSAGE]
    assert len([text for text in said if "keeps its cached bars" in text]) == 3
    assert f"{len(SYMBOLS)} symbols in total keep their cached bars" in said


def with_benchmark(sessions: int = 260, seed: int = 1) -> ScriptedSource:
    """A source whose last symbol is the benchmark of the others."""
    return ScriptedSource(random_panel((*SYMBOLS, "IDX"), sessions, seed), dict(SECTORS), benchmark_symbol="IDX")


def test_a_refresh_asks_for_newer_bars_of_the_benchmark_as_well() -> None:
    bench = Bench(source=with_benchmark())
    bench.scan()
    newer = with_benchmark(261, 2)
    Bench(source=newer, cache=bench.cache).scan(options=REFRESH)
    assert newer.fetched.count("IDX") == 1
    assert bench.cache.held["IDX"].last_session == newer.panel.last_session


def test_a_benchmark_that_fails_is_said_and_the_scan_goes_on() -> None:
    bench = Bench(source=with_benchmark())
    bench.source.failing = frozenset({"IDX"})
    result = bench.scan(ScanConfig(top_n=None))
    assert "the benchmark IDX is not available: the provider has no bars" in {event.message for event in bench.events}
    assert result.outcome is Outcome.COMPLETE
    assert set(result.table["Beta252"].to_pylist()) == {None}


def test_a_benchmark_that_comes_backwards_is_put_in_order() -> None:
    expected = Bench(source=with_benchmark()).scan()
    source = with_benchmark()
    ordered = source.fetch

    def backwards(symbols: Sequence[str], *rest: object) -> Iterator[PriceBatch]:
        for batch in ordered(symbols, *rest):
            panel = batch.panel
            turned = (np.ascontiguousarray(getattr(panel, name)[:, ::-1]) for name in FIELDS)
            yield replace(batch, panel=Panel(panel.symbols, panel.sessions[::-1], *turned))

    source.fetch = backwards
    result = Bench(source=source).scan()
    assert result.table.equals(expected.table)
    assert result.context == expected.context


def test_an_empty_universe_ends_empty_and_names_the_filter() -> None:
    bench = Bench()
    result = bench.scan(ScanConfig(sectors=["Utilities"]))
    assert result.outcome is Outcome.EMPTY
    assert "sectors removed 40" in result.status_text
    assert result.table.num_rows == 0
    assert result.table.column_names == list(COLUMN_NAMES)
    every_metric_is_there(result.metrics)
    assert result.metrics.symbols_scanned == 0
    assert bench.events[-1].overall_fraction == 1.0


def test_filters_that_leave_nothing_say_what_they_removed() -> None:
    result = Bench().scan(ScanConfig(min_price=1e9))
    assert result.outcome is Outcome.EMPTY
    assert "price below minimum: 40" in result.status_text
    assert {failure.reason for failure in result.failures} == {"price_below_minimum"}


def test_failing_symbols_make_it_partial_and_keep_their_reason() -> None:
    bench = Bench()
    bench.source.failing = frozenset({"S03", "S17"})
    result = bench.scan(ScanConfig(top_n=None))
    assert result.outcome is Outcome.PARTIAL
    errors = {failure.symbol: failure for failure in result.failures if failure.kind is FailureKind.ERROR}
    assert set(errors) == {"S03", "S17"}
    assert errors["S03"].detail == "the provider has no bars"
    assert result.metrics.symbols_failed == 2
    assert result.all_rows().num_rows == 38
    assert result.status_text == "Scan complete. 2 of 40 symbols could not be read: S03, S17."


def test_of_many_failing_symbols_the_first_are_named_beside_what_was_left_out() -> None:
    bench = Bench()
    bench.source.failing = frozenset(f"S{number:02}" for number in range(8))
    result = bench.scan(ScanConfig(top_n=None, max_symbols=39))
    assert result.outcome is Outcome.PARTIAL
    assert result.status_text.startswith("Scan complete. 1 of 40 symbols that match were left out: ")
    assert result.status_text.endswith(" of 39 symbols could not be read: S00, S01, S02, S03, S04 and others.")


def test_when_every_symbol_fails_the_result_is_empty_and_complete_in_its_metrics() -> None:
    bench = Bench()
    bench.source.failing = frozenset(SYMBOLS)
    result = bench.scan()
    assert result.outcome is Outcome.EMPTY
    assert "no data: 40" in result.status_text
    every_metric_is_there(result.metrics)


@pytest.mark.parametrize("where", ["universe", "fetch", "scan", "finalize"])
def test_an_exception_in_any_stage_fails_the_run_with_full_metrics(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench()
    boom = SourceError("the provider is on fire")
    if where == "universe":
        bench.source.universe_error = boom
    elif where == "fetch":
        bench.source.error = boom
    else:
        target = "technic_scanner.pipeline.analyse.last_indicators"
        if where == "finalize":
            target = "technic_scanner.pipeline.finalize.alpha"

        def burn(*_args: object, **_kwargs: object) -> None:
            raise boom

        monkeypatch.setattr(target, burn)
    with pytest.raises(ScanFailed) as caught:
        bench.scan()
    assert caught.value.error.code == "source_error"
    assert caught.value.error.message == "the provider is on fire"
    every_metric_is_there(caught.value.result.metrics)
    assert caught.value.result.outcome is Outcome.PARTIAL
    assert bench.events[-1].kind is EventKind.RUN_FINISHED
    assert bench.events[-1].overall_fraction < 1.0
    if where != "universe":
        lost = [failure.symbol for failure in caught.value.result.failures]
        assert sorted(lost) == sorted(SYMBOLS)


def test_a_failed_scan_can_be_handed_to_another_process() -> None:
    bench = Bench()
    bench.source.universe_error = SourceError("no list today")
    with pytest.raises(ScanFailed) as caught:
        bench.scan()
    told = pickle.loads(pickle.dumps(caught.value))
    assert (str(told), told.error, told.result.status_text) == (
        "no list today",
        caught.value.error,
        caught.value.result.status_text,
    )


@pytest.mark.parametrize("stage", STAGES)
def test_cancel_is_observed_in_every_stage(stage: str) -> None:
    bench = Bench()

    def stop(event: object) -> None:
        if bench.events[-1].current_stage == stage:
            bench.cancel.cancel("the analyst went home")

    bench.events = _Watched(stop)
    result = bench.scan()
    assert result.cancelled
    assert "the analyst went home" in result.status_text
    assert result.outcome is Outcome.PARTIAL
    every_metric_is_there(result.metrics)
    assert bench.events[-1].kind is EventKind.RUN_FINISHED
    assert bench.events[-1].overall_fraction < 1.0


def test_a_cancelled_scan_keeps_the_rows_of_what_it_had_scanned() -> None:
    bench = Bench(clock=_Ticking())

    def stop(event: object) -> None:
        last = bench.events[-1]
        if last.current_stage == "symbol_scanning" and last.stage("symbol_scanning").completed >= 14:
            bench.cancel.cancel()

    bench.events = _Watched(stop)
    config = ScanConfig(top_n=None, direction="both")
    result = bench.scan(config, RunOptions(chunk_size=7))
    scanned = result.metrics.symbols_scanned
    assert 14 <= scanned < 40
    assert result.table.num_rows == result.metrics.symbols_returned > 0
    assert result.outcome is Outcome.PARTIAL
    assert f"{scanned} of 40 scanned" in result.status_text
    rows = set(result.table["Symbol"].to_pylist())
    unreached = {failure.symbol for failure in result.failures if failure.reason == "not_reached"}
    assert len(unreached) == 40 - scanned
    named = [failure.symbol for failure in result.failures]
    assert sorted([*rows, *named]) == sorted(SYMBOLS)
    assert (result.context.reference, result.context.reference_count) == ("the scanned symbols", scanned)
    reached = sorted(set(SYMBOLS) - unreached)
    rest = ScriptedSource(bench.source.panel.take([SYMBOLS.index(symbol) for symbol in reached]), dict(SECTORS))
    assert result.table.equals(Bench(source=rest).scan(config).table)


def test_a_cancelled_scan_is_judged_against_the_market_that_is_known() -> None:
    whole = Bench()
    config = ScanConfig(top_n=None, direction="both")
    everything = {row["Symbol"]: row for row in whole.scan(config).table.to_pylist()}
    bench = Bench(source=whole.source, cache=whole.cache, clock=_Ticking())

    def stop(event: object) -> None:
        last = bench.events[-1]
        if last.current_stage == "symbol_scanning" and last.stage("symbol_scanning").completed >= 14:
            bench.cancel.cancel()

    bench.events = _Watched(stop)
    result = bench.scan(config, RunOptions(chunk_size=7))
    assert result.cancelled
    assert (result.context.reference, result.context.reference_count) == ("all", 40)
    for row in result.table.to_pylist():
        assert row["CompositeScore"] == everything[row["Symbol"]]["CompositeScore"]


def test_cancel_wakes_a_fetch_that_hangs() -> None:
    bench = Bench(clock=SystemClock())
    bench.source.hang = True
    started = threading.Event()
    bench.events = _Watched(lambda event: started.set() if event.current_stage == "data_fetching" else None)
    threading.Thread(target=lambda: (started.wait(30), bench.cancel.cancel())).start()
    result = bench.scan()
    assert result.cancelled
    assert result.metrics.total_seconds < 20


def test_bad_config_and_options_are_one_error_that_names_every_field() -> None:
    bench = Bench()
    with pytest.raises(ConfigError) as caught:
        bench.scan(
            ScanConfig(sectors=["Stonks"], max_symbols=-3, min_price=float("nan"), direction="up"),
            RunOptions(chunk_size=0, executor=" "),
        )
    named = {problem.field for problem in caught.value.problems}
    assert named == {"sectors", "max_symbols", "min_price", "direction", "chunk_size", "executor"}
    assert bench.events == []


def test_a_resumed_scan_takes_over_what_was_done_and_ends_the_same() -> None:
    whole = Bench().scan()
    journal, cache = MemoryJournal(), MemoryCache()
    first = Bench(journal=journal, cache=cache, clock=_Ticking())

    def stop(event: object) -> None:
        last = first.events[-1]
        if last.current_stage == "symbol_scanning" and last.stage("symbol_scanning").completed >= 14:
            first.cancel.cancel()

    first.events = _Watched(stop)
    assert first.scan().cancelled
    fetched_before = len(first.source.fetched)
    second = Bench(source=first.source, journal=journal, cache=cache)
    result = second.scan(attempt=Attempt("r", 2, len(first.events) + 1, (3.5,), previous_event=first.events[-1]))
    assert result.table.equals(whole.table)
    assert result.failures == whole.failures
    assert len(first.source.fetched) == fetched_before
    assert result.metrics.attempt_seconds[0] == 3.5
    previous_event = first.events[-1]
    assert second.events[0].seq == previous_event.seq + 1
    assert second.events[0].overall_fraction == previous_event.overall_fraction
    assert second.events[0].time_fraction == previous_event.time_fraction
    assert second.events[0].stage("symbol_scanning").fraction == previous_event.stage("symbol_scanning").fraction > 0.3
    assert second.events[0].earlier_seconds == 3.5
    assert result.metrics.symbols_scanned == 40
    assert result.metrics.cache_hits == 0


def test_a_short_scan_records_its_chunks_only_if_it_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analyse, "RECORD_INTERVAL_SECONDS", 1e9)
    whole, stopped = MemoryJournal(), MemoryJournal()
    Bench(journal=whole).scan(options=RunOptions(chunk_size=7))
    assert "symbol_scanning" not in whole.held
    bench = Bench(journal=stopped, clock=_Ticking())
    bench.events = _Watched(
        lambda event: bench.cancel.cancel() if event.stage("symbol_scanning").completed >= 14 else None
    )
    assert bench.scan(options=RunOptions(chunk_size=7)).cancelled
    [payload] = stopped.held["symbol_scanning"].values()
    assert sum(len(rows) for _, rows in _unpack(payload)) >= 14


def test_the_rate_of_a_resumed_scan_is_that_of_what_it_scanned_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analyse, "RECORD_INTERVAL_SECONDS", 0.0)
    journal, cache = MemoryJournal(), MemoryCache()
    Bench(journal=journal, cache=cache).scan(options=RunOptions(chunk_size=7))
    held = journal.held["symbol_scanning"]
    journal.held["symbol_scanning"] = {
        record: payload for record, payload in held.items() if all(index < 2 for index, _ in _unpack(payload))
    }
    clock = ManualClock()
    again = Bench(journal=journal, cache=cache, clock=clock)
    again.events = _Watched(lambda event: clock.advance(2.0) if event.kind is EventKind.STAGE_STARTED else None)
    metrics = again.scan(options=RunOptions(chunk_size=7), attempt=Attempt("r", 2)).metrics
    assert metrics.stage_seconds("symbol_scanning") == 2.0
    assert (metrics.symbols_scanned, metrics.symbols_per_second) == (40, (40 - 14) / 2.0)


def test_data_that_changed_between_attempts_is_said_and_scanned_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analyse, "RECORD_INTERVAL_SECONDS", 0.0)
    journal, cache = MemoryJournal(), MemoryCache()
    first = Bench(journal=journal, cache=cache)
    first.scan()
    cache.held["S05"] = random_panel(["S05"], seed=99)
    again = Bench(source=first.source, journal=journal, cache=cache)
    result = again.scan(attempt=Attempt("r", 2))
    assert any("changed since the last attempt" in event.message for event in again.events)
    changed = ScriptedSource(_with(first.source.panel, "S05", cache.held["S05"]), first.source.sectors)
    assert result.table.equals(Bench(source=changed).scan().table)


def test_nothing_after_as_of_reaches_the_result() -> None:
    panel = random_panel(SYMBOLS)
    as_of = panel.sessions[200].item()
    corrupted = Panel(
        panel.symbols,
        panel.sessions,
        *(np.where(np.arange(260) > 200, getattr(panel, name) * 7.5, getattr(panel, name)) for name in FIELDS),
    )
    config = ScanConfig(as_of_date=as_of)
    honest = Bench(source=ScriptedSource(panel)).scan(config)
    poisoned = Bench(source=ScriptedSource(corrupted)).scan(config)
    assert honest.table.equals(poisoned.table)
    assert honest.as_of == as_of
    assert honest.context == poisoned.context


def test_stage_seconds_are_those_of_the_clock() -> None:
    clock = ManualClock()
    bench = Bench(clock=clock)
    bench.events = _Watched(lambda event: clock.advance(2.0) if event.kind is EventKind.STAGE_STARTED else None)
    metrics = bench.scan().metrics
    assert [timing.seconds for timing in metrics.stage_timings] == [2.0, 2.0, 2.0, 2.0]
    assert metrics.total_seconds == 8.0
    assert metrics.gap_seconds == 0.0
    assert metrics.symbols_per_second == 20.0


def test_a_stage_that_begins_is_priced_as_it_was_before_it_began() -> None:
    """Its first event must know the classes of its work: the list takes nearly all of the time of the first stage."""

    def bench_with_a_slow_list() -> Bench:
        clock = _Ticking()
        return Bench(source=_SlowList(random_panel(SYMBOLS), dict(SECTORS), clock=clock), clock=clock)

    costs = CostHistory((bench_with_a_slow_list().scan().metrics.unit_costs,) * 3)
    bench = bench_with_a_slow_list()
    bench.scan(attempt=Attempt(costs=costs))
    for stage in ("universe_loading", "symbol_scanning", "finalization"):
        begun = next(n for n, event in enumerate(bench.events) if event.current_stage == stage)
        assert bench.events[begun].kind is EventKind.STAGE_STARTED
        before, after = (bench.events[n].stage(stage).eta_seconds for n in (begun - 1, begun))
        assert before is not None
        assert after == pytest.approx(before, rel=0.05)


def test_a_run_that_was_told_its_work_prices_it_from_its_first_event() -> None:
    """The run before found all prices in the cache; this one has them all to fetch, and was told so."""
    costs = CostHistory(
        (
            (
                UnitCost("data_fetching", "hit", 40, 0.4, 0.1),
                UnitCost("data_fetching", "miss", 40, 400.0, 0.1),
                UnitCost("symbol_scanning", "symbol", 40, 4.0, 0.1),
            ),
        )
        * 3
    )
    work = {("data_fetching", "hit"): 0, ("data_fetching", "miss"): 40, ("symbol_scanning", "symbol"): 40}
    bench = Bench()
    bench.scan(attempt=Attempt(costs=costs, work=work))
    assert bench.events[0].kind is EventKind.RUN_STARTED
    assert bench.events[0].stage("data_fetching").eta_seconds == pytest.approx(400, rel=0.1)
    assert bench.events[-1].stage("data_fetching").completed == 40
    fewer = Bench(source=bench.source, cache=bench.cache)
    fewer.scan(ScanConfig(symbols=SYMBOLS[:8]), attempt=Attempt(costs=costs, work=work))
    scanning = next(event for event in fewer.events if event.current_stage == "symbol_scanning")
    assert scanning.stage("symbol_scanning").total == 8
    assert fewer.events[-1].time_fraction == 1.0


def test_a_listener_that_raises_does_not_stop_the_scan(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()

    def fall(event: object) -> None:
        raise RuntimeError("no")

    bench.events = _Watched(fall)
    assert bench.scan().outcome is Outcome.COMPLETE
    assert len([record for record in caplog.records if record.levelname in ("ERROR", "WARNING")]) == 1


def test_the_stage_plan_may_weigh_the_stages_otherwise() -> None:
    bench = Bench()
    plan = StagePlan(tuple(zip(STAGES, (0.25, 0.25, 0.25, 0.25), strict=True)))
    bench.scan(options=RunOptions(stage_plan=plan, event_interval_seconds=0.0))
    done = [event for event in bench.events if event.kind is EventKind.STAGE_COMPLETED]
    assert [round(event.overall_fraction, 6) for event in done] == [0.25, 0.5, 0.75, 1.0]


@pytest.mark.parametrize("names", [(*STAGES, "extra"), STAGES[:3], ("only",)])
def test_a_stage_plan_of_other_stages_is_refused_before_the_scan(names: Sequence[str]) -> None:
    plan = StagePlan(tuple((name, 1.0 / len(names)) for name in names))
    with pytest.raises(ConfigError, match="stage_plan"):
        Bench().scan(options=RunOptions(stage_plan=plan))


class _Watched(list):
    """A list of events that tells somebody about each."""

    def __init__(self, tell) -> None:
        super().__init__()
        self._tell = tell

    def append(self, event) -> None:
        super().append(event)
        self._tell(event)


@dataclass
class _SlowList(ScriptedSource):
    """Its list of symbols takes a minute."""

    clock: ManualClock = field(default_factory=ManualClock)

    def universe(self, name: str | None, cancel: CancelToken) -> Universe:
        self.clock.advance(60.0)
        return super().universe(name, cancel)


class _Ticking(ManualClock):
    """Every reading takes a moment, so that the journal is written between chunks."""

    def monotonic(self) -> float:
        self.advance(0.2)
        return super().monotonic()


def _with(panel: Panel, symbol: str, other: Panel) -> Panel:
    row = panel.symbols.index(symbol)
    arrays = []
    for name in FIELDS:
        array = getattr(panel, name).copy()
        array[row] = getattr(other, name)[0]
        arrays.append(array)
    return Panel(panel.symbols, panel.sessions, *arrays)


def test_too_many_symbols_are_cut_by_dollar_volume_and_that_is_said() -> None:
    bench = Bench()
    bench.scan()
    panel = bench.source.panel
    volume = dict(zip(SYMBOLS, (panel.close * panel.volume)[:, -20:].mean(axis=1), strict=True))
    again = Bench(source=bench.source, cache=bench.cache)
    result = again.scan(ScanConfig(max_symbols=12, top_n=None, direction="both", min_dollar_volume=0.0))
    assert set(result.all_rows()["Symbol"].to_pylist()) == set(sorted(SYMBOLS, key=volume.__getitem__)[-12:])
    assert "28 of 40 symbols that match were left out: max_symbols keeps the 12" in result.status_text
    left = {failure.detail for failure in result.failures if failure.reason == "max_symbols"}
    assert left == {"not among the 12 symbols of the highest known dollar volume"}


def test_symbols_of_unknown_dollar_volume_come_last() -> None:
    bench = Bench()
    bench.scan(ScanConfig(symbols=SYMBOLS[30:]))
    cache = MemoryCache()
    cache.held = {symbol: bench.cache.held[symbol] for symbol in SYMBOLS[30:]}
    result = Bench(source=bench.source, cache=cache).scan(ScanConfig(max_symbols=12, top_n=None, direction="both"))
    assert set(result.all_rows()["Symbol"].to_pylist()) == {*SYMBOLS[30:], "S00", "S01"}
