"""Lists, filters, cursors and the samples that statistics are made from: one part of the store's contract."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from technic_scanner.clock import ManualClock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.errors import ConfigError
from technic_scanner.runs.model import RunEnd, RunQuery
from technic_scanner.runs.ports import Store
from technic_scanner.runs.requests import config_from_dict
from technic_scanner.runs.timings.analytics import stage_statistics, trends
from technic_scanner.testing.stores.samples import add, event, metrics, running, scan_result, succeeded


def walk(store: Store, query: RunQuery) -> list[str]:
    """Return the ids of every page."""
    seen: list[str] = []
    while True:
        page = store.list_runs(query)
        assert len(page.records) <= query.limit
        seen += [record.run_id for record in page.records]
        assert len(seen) == len(set(seen)), "a page repeats runs"
        if page.next_cursor is None:
            return seen
        query = replace(query, cursor=page.next_cursor)


def ids(records: tuple[RunRecord, ...]) -> set[str]:
    return {record.run_id for record in records}


class ListingContract:
    """Lists hold what was asked for, each run once. Needs the fixtures ``store`` and ``clock``."""

    def test_pages_hold_every_run_once_newest_first(self, store: Store, clock: ManualClock) -> None:
        made = []
        for number in range(11):
            if number % 3 == 0:  # several share one instant
                clock.advance(1)
            made.append(add(store).run_id)

        for limit in (1, 3, 11, 50):
            assert walk(store, RunQuery(limit=limit)) == made[::-1]

    def test_an_exactly_full_page_is_the_last(self, store: Store) -> None:
        add(store), add(store)
        assert store.list_runs(RunQuery(limit=2)).next_cursor is None
        assert store.list_runs(RunQuery(limit=1)).next_cursor is not None

    def test_runs_that_arrive_or_go_do_not_shift_later_pages(self, store: Store, clock: ManualClock) -> None:
        old = []
        for _ in range(6):
            clock.advance(1)
            old.append(succeeded(store).run_id)
        first = store.list_runs(RunQuery(limit=2))
        assert [record.run_id for record in first.records] == [old[5], old[4]]

        clock.advance(1)
        add(store), add(store), add(store)
        store.delete_run(old[4])  # the very run that the cursor stands on
        rest = walk(store, RunQuery(limit=2, cursor=first.next_cursor))

        assert rest == [old[3], old[2], old[1], old[0]]

    @pytest.mark.parametrize(
        "cursor", ["", "x", "AAAA", "!!!!", "1", "1.", ".a", "-1.a", "9" * 18 + ".a", "1.é", "1.a\n"]
    )
    def test_a_made_up_cursor_is_refused(self, store: Store, cursor: str) -> None:
        with pytest.raises(ConfigError, match="cursor"):
            store.list_runs(RunQuery(cursor=cursor))

    def test_filters_select_and_combine(self, store: Store, clock: ManualClock) -> None:
        start = clock.now()
        first = succeeded(store, scan_result(metrics=metrics((1, 1, 1, 1))), owner="ann", label="Energy 100%")
        clock.advance(10)
        slow = succeeded(store, scan_result(metrics=metrics((100, 1, 1, 1))), comparability_key="other")
        clock.advance(10)
        other = add(store, ScanConfig(source="synthetic"), owner="bob", label="energy_late")
        store.set_pinned(other.run_id, True)

        def found(**filters: object) -> set[str]:
            return ids(store.list_runs(RunQuery(**filters)).records)  # type: ignore[arg-type]

        everything = {first.run_id, slow.run_id, other.run_id}
        assert found() == everything
        assert found(statuses=(RunStatus.SUCCEEDED,)) == {first.run_id, slow.run_id}
        assert found(statuses=(RunStatus.SUCCEEDED, RunStatus.QUEUED)) == everything
        assert found(source="synthetic") == {other.run_id}
        slow_key = store.get_run(slow.run_id).comparability_key
        assert slow.run_id in found(comparability_key=slow_key)
        assert found(comparability_key="other") == set()
        assert found(created_from=start + timedelta(seconds=10)) == {slow.run_id, other.run_id}
        assert found(created_to=start + timedelta(seconds=10)) == {first.run_id, slow.run_id}
        assert found(min_seconds=50) == {slow.run_id}
        assert found(max_seconds=50) == {first.run_id}
        assert found(pinned=True) == {other.run_id}
        assert found(pinned=False) == {first.run_id, slow.run_id}
        assert found(owner="ann") == {first.run_id}
        assert found(text="ENERGY") == {first.run_id, other.run_id}
        assert found(text="100%") == {first.run_id}
        assert found(text="y_l") == {other.run_id}
        assert found(text=slow.run_id[-8:].lower()) == {slow.run_id}
        assert found(text="energy", owner="ann", statuses=(RunStatus.SUCCEEDED,)) == {first.run_id}
        assert found(text="energy", owner="carl") == set()

    def test_runs_are_found_by_their_criteria(self, store: Store) -> None:
        """A part of the text finds them, in any case and whatever characters JSON escapes in it."""
        text = 'sector in ("Health Care", "100% Süd")\nand RSI(14) < 30'
        asked = add(store, ScanConfig(criteria=text))
        add(store, ScanConfig(criteria="close > sma(close, 200)", universe="sector"))
        add(store, ScanConfig())

        def found(criteria: str) -> set[str]:
            return ids(store.list_runs(RunQuery(criteria=criteria)).records)

        for part in ("rsi(14) < 30", '"Health Care"', "100% S", ")\nand", text):
            assert found(part) == {asked.run_id}, part
        assert found("health%care") == found("rsi(15)") == found('criteria":') == found("universe") == set()

    def test_filters_on_what_a_run_cost(self, store: Store, clock: ManualClock) -> None:
        def ended(rate: float | None, workers: int | None) -> str:
            clock.advance(1)
            result = scan_result(metrics=metrics((1, 1, 1, 1), cache_hit_rate=rate))
            return succeeded(store, result, options=RunOptions(workers=workers)).run_id

        cold, warm, spread, none = ended(0.0, 1), ended(1.0, 1), ended(0.05, None), ended(None, 1)
        assert ids(store.list_runs(RunQuery(cache_state="cold")).records) == {cold, spread}
        assert ids(store.list_runs(RunQuery(workers=1)).records) == {cold, warm, none}
        assert ids(store.list_runs(RunQuery(cache_state="cold", workers=1)).records) == {cold}

    def test_filters_hold_across_pages(self, store: Store) -> None:
        mine = [add(store, owner="ann" if number % 2 else "bob").run_id for number in range(8)][1::2]
        assert walk(store, RunQuery(owner="ann", limit=1)) == mine[::-1]

    def test_samples_are_the_ended_runs_with_measurements(self, store: Store, clock: ManualClock) -> None:
        run = running(store)
        store.append_events(
            run.run_id, 1, [event(run.run_id, seq, 0.1 * (seq - 1), eta_seconds=10.0 - seq) for seq in range(1, 11)]
        )
        store.finish(run.run_id, "w1", 1, RunEnd(RunStatus.SUCCEEDED), scan_result())
        clock.advance(1)
        cancelled = running(store, comparability_key="other")
        store.finish(
            cancelled.run_id,
            "w1",
            1,
            RunEnd(RunStatus.CANCELLED),
            scan_result(metrics=metrics((1, 2, 0, 0), symbols_per_second=None, cache_hit_rate=None)),
        )
        broken = running(store)
        store.finish(broken.run_id, "w1", 1, RunEnd(RunStatus.FAILED), None)
        add(store)

        newest, oldest = store.stage_samples(RunQuery())

        assert (newest.run_id, oldest.run_id) == (cancelled.run_id, run.run_id)
        assert (newest.status, newest.symbols_per_second, newest.cache_hit_rate) == (RunStatus.CANCELLED, None, None)
        assert {seconds for _, seconds in newest.predicted_seconds} == {None}
        wanted = metrics()
        assert (oldest.total_seconds, oldest.gap_seconds) == (wanted.total_seconds, wanted.gap_seconds)
        assert oldest.stage_seconds == tuple((timing.name, timing.seconds) for timing in wanted.stage_timings)
        assert (oldest.symbols_scanned, oldest.symbols_returned) == (398, 2)
        assert oldest.symbols_per_second == wanted.symbols_per_second
        assert oldest.predicted_seconds == tuple((moment, 10.0) for moment in ("start", "10", "25", "50", "75"))
        assert oldest.created_at == run.created_at
        assert config_from_dict(json.loads(oldest.config_json)) == run.config
        assert store.stage_samples(RunQuery(limit=1)) == (newest,)
        key = store.get_run(run.run_id).comparability_key
        assert key not in (None, "same"), "the final key knows size and cache, which the first could not"
        assert store.stage_samples(RunQuery(comparability_key=key)) == (oldest,)
        assert store.stage_samples(RunQuery(statuses=(RunStatus.FAILED,))) == ()

    def test_trends_and_seconds_are_those_of_the_samples(self, store: Store, clock: ManualClock) -> None:
        for seconds in (1.0, 2.0, 7.0):
            clock.advance(12 * 3600)
            succeeded(store, scan_result(metrics=metrics((seconds, 1, 1, 1), cache_hit_rate=seconds / 10)), owner="ann")
        clock.advance(1)
        failed = running(store, owner="ann")
        store.finish(failed.run_id, "w1", 1, RunEnd(RunStatus.FAILED), scan_result())
        succeeded(store, owner="bob")

        for query in (RunQuery(), RunQuery(limit=2), RunQuery(owner="ann"), RunQuery(owner="carl")):
            samples = store.stage_samples(query)
            assert store.day_trends(query) == trends(samples)
            assert store.stage_seconds(query) == tuple(
                (sample.status, sample.total_seconds, sample.stage_seconds) for sample in samples
            )
            assert stage_statistics(store.stage_seconds(query)) == stage_statistics(samples)
        first, second = store.day_trends(RunQuery(owner="ann"))
        assert (first.runs, first.succeeded, first.total_seconds) == (2, 2, 4.75)
        assert (second.runs, second.succeeded, second.total_seconds) == (2, 1, 10.25)

    def test_cost_runs_are_successes_of_the_same_kind(self, store: Store, clock: ManualClock) -> None:
        plain = []
        for _ in range(3):
            clock.advance(1)
            plain.append(succeeded(store))
        pair = succeeded(store, options=RunOptions(workers=2))
        dask = succeeded(store, options=RunOptions(executor="dask"))
        failed = running(store)
        store.finish(failed.run_id, "w1", 1, RunEnd(RunStatus.FAILED), scan_result())

        assert store.cost_runs("sample", "local", None, 10) == tuple(plain[::-1])
        assert store.cost_runs("sample", "local", None, 2) == (plain[2], plain[1])
        assert store.cost_runs("sample", "local", 2, 10) == (pair,)
        assert store.cost_runs("sample", "dask", None, 10) == (dask,)
        assert store.cost_runs("synthetic", "local", None, 10) == ()
