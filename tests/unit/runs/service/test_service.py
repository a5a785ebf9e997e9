"""The service that every door calls, over a store that fails on request."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.progress import EventKind
from technic_scanner.domain.run import RunStatus
from technic_scanner.domain.watchlist import Watchlist, WatchlistEntry
from technic_scanner.errors import (
    ConfigError,
    IdempotencyError,
    LimitError,
    PresetNotFoundError,
    ResultsNotReadyError,
    RunNotFoundError,
    RunStateError,
    StoreUnavailableError,
)
from technic_scanner.runs.model import Preset, PrunePolicy, RunEnd, RunQuery, WorkerInfo
from technic_scanner.runs.serialization import options_to_dict
from technic_scanner.runs.service.presets import preset_to_json
from technic_scanner.runs.timings.analytics import trends
from tests.support.runs.fake_catalog import INFO
from tests.support.runs.faulty_store import FaultyStore
from tests.support.runs.make import event, picks
from tests.support.runs.service_bench import Bench, bench, store

__all__ = ["bench", "store"]


def test_a_submitted_run_waits_and_a_worker_is_seen_to(bench: Bench) -> None:
    run = bench.service.submit(ScanConfig(), owner="ann", label="first")
    assert (run.status, run.queue_position, run.owner, run.label) == (RunStatus.QUEUED, 1, "ann", "first")
    assert run.comparability_key
    assert bench.launcher.asked == 1
    assert bench.service.submit(ScanConfig()).queue_position == 2


def test_a_submitted_run_knows_what_is_expected_of_it(bench: Bench) -> None:
    first = bench.done()
    assert bench.store.expected_work(first.run_id) is None
    work = bench.store.expected_work(bench.service.submit(ScanConfig()).run_id)
    assert work is not None
    assert work["symbol_scanning", "symbol"] == 4


def test_a_run_is_queued_though_nobody_can_be_seen_to(bench: Bench) -> None:
    bench.launcher.error = StoreUnavailableError("locked")
    run = bench.service.submit(ScanConfig())
    assert run.status is RunStatus.QUEUED
    bench.launcher.error = None
    bench.service.get(run.run_id)
    assert bench.launcher.asked == 2


def test_everything_wrong_with_a_request_is_said_at_once(bench: Bench) -> None:
    config = ScanConfig(max_symbols=-1, universe="nope", as_of_date=date(2001, 1, 1))
    with pytest.raises(ConfigError) as caught:
        bench.service.submit(config, RunOptions(chunk_size=0))
    fields = [problem.field for problem in caught.value.problems]
    assert fields == ["max_symbols", "chunk_size", "universe", "as_of_date"]
    with pytest.raises(ConfigError) as caught:
        bench.service.submit(ScanConfig(source="nope", min_price=float("nan")))
    assert {problem.field for problem in caught.value.problems} == {"source", "min_price"}
    assert bench.store.runs == {}
    assert bench.launcher.asked == 0


def test_the_executor_must_be_one_that_is_installed(bench: Bench) -> None:
    for refused in (
        lambda: bench.service.submit(ScanConfig(), RunOptions(executor="ray")),
        lambda: bench.service.estimate(ScanConfig(), RunOptions(executor="ray")),
        lambda: bench.service.save_preset(Preset("mine", ScanConfig(), RunOptions(executor="ray"))),
    ):
        with pytest.raises(ConfigError) as caught:
            refused()
        assert [str(problem) for problem in caught.value.problems] == ["executor: 'ray' is not one of local, dask"]
    with pytest.raises(ConfigError) as caught:
        bench.service.submit(ScanConfig(), RunOptions(executor=" "))
    assert [str(problem) for problem in caught.value.problems] == ["executor: must be the name of an executor, not ' '"]


def test_what_a_request_needs_and_is_not_installed_is_told_with_the_command(bench: Bench) -> None:
    bench.catalog.lacking = {"dask": "run: pip install dask", "sample": "run: pip install sample"}
    with pytest.raises(ConfigError) as caught:
        bench.service.submit(ScanConfig(), RunOptions(executor="dask"))
    assert [str(problem) for problem in caught.value.problems] == [
        "executor: run: pip install dask",
        "source: run: pip install sample",
    ]
    assert bench.store.runs == {}


def test_a_run_of_an_executor_that_is_gone_stays_readable(bench: Bench) -> None:
    run = bench.done()
    bench.store.change(run.run_id, executor="ray", options=json.dumps(options_to_dict(RunOptions(executor="ray"))))
    assert bench.service.get(run.run_id).options.executor == "ray"
    assert bench.service.list().records[0].options.executor == "ray"
    with pytest.raises(ConfigError, match="'ray' is not one of local, dask"):
        bench.service.rerun(run.run_id)


def test_whoever_finds_a_dead_worker_tells_of_its_run(bench: Bench) -> None:
    run = bench.start()
    bench.clock.advance(60)
    for _ in range(2):
        assert bench.service.get(run.run_id).status is RunStatus.INTERRUPTED
        bench.clock.advance(60)
    assert [record.run_id for record in bench.told] == [run.run_id]


def test_the_end_of_a_run_that_is_cancelled_while_queued_is_told_once(bench: Bench) -> None:
    run = bench.service.submit(ScanConfig())
    cancelled = bench.service.cancel(run.run_id)
    assert bench.service.cancel(run.run_id) == cancelled
    assert [(record.run_id, record.status) for record in bench.told] == [(run.run_id, RunStatus.CANCELLED)]


def test_the_end_of_a_running_run_is_left_to_its_worker_to_tell(bench: Bench) -> None:
    run = bench.start()
    assert bench.service.cancel(run.run_id).cancel_requested
    assert bench.told == []


def test_each_attempt_that_is_cancelled_while_queued_is_told(bench: Bench) -> None:
    run = bench.service.submit(ScanConfig())
    bench.service.cancel(run.run_id)
    bench.service.resume(run.run_id)
    bench.service.cancel(run.run_id)
    assert [record.attempt for record in bench.told] == [1, 2]


def test_a_known_universe_and_date_are_taken(bench: Bench) -> None:
    bench.service.submit(ScanConfig(universe="tech", as_of_date=date(2009, 8, 21)))


def test_an_idempotency_key_makes_one_run(bench: Bench) -> None:
    first = bench.service.submit(ScanConfig(), idempotency_key="k")
    assert bench.service.submit(ScanConfig(), idempotency_key="k").run_id == first.run_id
    with pytest.raises(IdempotencyError):
        bench.service.submit(ScanConfig(top_n=3), idempotency_key="k")


def test_a_repeated_key_is_the_same_request_though_its_watchlist_has_changed(bench: Bench) -> None:
    bench.store.save_watchlist(Watchlist("mine", (WatchlistEntry("AAA"),)), expected_version=None)
    first = bench.service.submit(ScanConfig(watchlists=("mine",)), idempotency_key="k")
    bench.store.save_watchlist(Watchlist("mine", (WatchlistEntry("BBB"),)), expected_version=1)
    assert bench.service.submit(ScanConfig(watchlists=("mine",)), idempotency_key="k").run_id == first.run_id
    with pytest.raises(IdempotencyError):
        bench.service.submit(ScanConfig(watchlists=("mine@2",)), idempotency_key="k")


def test_an_owner_may_have_only_so_many_waiting(store: FaultyStore) -> None:
    bench = Bench(store, limit=2)
    for _ in range(2):
        bench.service.submit(ScanConfig(), owner="ann")
    with pytest.raises(LimitError, match="2 queued runs"):
        bench.service.submit(ScanConfig(), owner="ann")
    bench.service.submit(ScanConfig(), owner="bob")
    bench.service.submit(ScanConfig())
    bench.store.claim("w", "host", "1", None)
    bench.service.submit(ScanConfig(), owner="ann")


@pytest.mark.parametrize("read", ["get", "list", "events", "latest_event", "result", "count_by_status", "samples"])
def test_every_read_finds_dead_workers(bench: Bench, read: str) -> None:
    run = bench.start()
    bench.clock.advance(12)
    arguments = [] if read in ("list", "count_by_status", "samples") else [run.run_id]
    try:
        getattr(bench.service, read)(*arguments)
    except ResultsNotReadyError:
        assert read == "result"
    assert bench.store.runs[run.run_id].status is RunStatus.INTERRUPTED


def test_dead_workers_are_looked_for_at_most_once_a_second(bench: Bench) -> None:
    run = bench.start()
    for _ in range(100):
        bench.service.get(run.run_id)
        bench.clock.advance(0.05)
    assert bench.store.calls.count("interrupt_stale") <= 6


def test_a_store_that_cannot_be_written_can_still_be_read(bench: Bench) -> None:
    run = bench.start()
    bench.clock.advance(2)
    bench.store.fail("interrupt_stale", StoreUnavailableError("locked"))
    assert bench.service.get(run.run_id).status is RunStatus.RUNNING


def test_queued_runs_whose_worker_died_get_another(bench: Bench) -> None:
    bench.service.submit(ScanConfig())
    bench.service.list()
    asked = bench.launcher.asked
    bench.clock.advance(2)
    bench.service.list()
    assert bench.launcher.asked == asked  # not at every read
    bench.clock.advance(4)
    bench.service.list()
    assert bench.launcher.asked == asked + 1
    bench.store.claim("w", "host", "1", None)
    bench.clock.advance(6)
    bench.service.list()
    assert bench.launcher.asked == asked + 1  # nothing waits


def test_cancelling(bench: Bench) -> None:
    queued = bench.service.submit(ScanConfig())
    assert bench.service.cancel(queued.run_id).status is RunStatus.CANCELLED
    running = bench.start()
    assert bench.service.cancel(running.run_id).cancel_requested
    assert bench.service.cancel(queued.run_id).status is RunStatus.CANCELLED
    with pytest.raises(RunNotFoundError):
        bench.service.cancel("nope")


def test_resuming_queues_another_attempt_of_the_same_run(bench: Bench) -> None:
    run = bench.start()
    bench.clock.advance(12)
    again = bench.service.resume(run.run_id)
    assert (again.run_id, again.status, again.attempt) == (run.run_id, RunStatus.QUEUED, 2)
    assert bench.launcher.asked >= 2


def test_a_run_that_succeeded_cannot_be_resumed(bench: Bench) -> None:
    with pytest.raises(RunStateError):
        bench.service.resume(bench.done().run_id)


def test_rerunning_is_a_new_run_of_the_same(bench: Bench) -> None:
    old = bench.done(ScanConfig(top_n=3))
    bench.service.label(old.run_id, "mine")
    new = bench.service.rerun(old.run_id, owner="ann")
    assert new.run_id != old.run_id
    assert (new.config, new.options, new.label, new.owner) == (old.config, old.options, "mine", "ann")


def test_deleting_needs_an_ended_run(bench: Bench) -> None:
    run = bench.start()
    with pytest.raises(RunStateError):
        bench.service.delete(run.run_id)
    done = bench.store.finish(run.run_id, "w", 1, RunEnd(RunStatus.FAILED), None)
    bench.service.delete(done.run_id)
    with pytest.raises(RunNotFoundError):
        bench.service.get(run.run_id)


def test_labels_are_trimmed_and_blank_ones_go(bench: Bench) -> None:
    run = bench.start()
    assert bench.service.label(run.run_id, "  weekly ").label == "weekly"
    assert bench.service.label(run.run_id, "  ").label is None


def test_who_keeps_something_beside_the_store_is_told_of_runs_that_are_gone(bench: Bench) -> None:
    first, second, third = bench.done(), bench.done(), bench.start()
    with pytest.raises(RunStateError):
        bench.service.delete(third.run_id)
    bench.service.prune(PrunePolicy(keep_runs=0))
    assert bench.deleted == []
    bench.service.delete(first.run_id)
    assert bench.deleted == [first.run_id]
    bench.service.prune(PrunePolicy(keep_runs=0), dry_run=False)
    assert bench.deleted == [first.run_id, second.run_id]


def test_pinned_runs_survive_a_prune(bench: Bench) -> None:
    kept, dropped = bench.done(), bench.done()
    assert bench.service.pin(kept.run_id).pinned
    dry = bench.service.prune(PrunePolicy(keep_runs=0))
    assert (dry.run_ids, dry.dry_run) == ((dropped.run_id,), True)
    bench.service.prune(PrunePolicy(keep_runs=0), dry_run=False)
    assert [run.run_id for run in bench.service.list().records] == [kept.run_id]


def test_events_are_read_from_a_number_on(bench: Bench) -> None:
    run = bench.start()
    bench.store.append_events(run.run_id, 1, [event(n, EventKind.MESSAGE) for n in range(1, 8)])
    assert [item.seq for item in bench.service.events(run.run_id, 3, 2)] == [4, 5]
    latest = bench.service.latest_event(run.run_id)
    assert latest is not None
    assert latest.seq == 7


def test_results_are_there_when_they_are(bench: Bench) -> None:
    run = bench.start()
    with pytest.raises(ResultsNotReadyError):
        bench.service.result(run.run_id)
    done = bench.done()
    assert bench.service.result(done.run_id).table.num_rows == 2


def test_runs_are_compared_by_id(bench: Bench) -> None:
    one, other = bench.done(), bench.done(ScanConfig(top_n=1), table=picks("AAPL"))
    found = bench.service.compare([one.run_id, other.run_id])
    assert [row.field for row in found.differences] == ["top_n"]
    assert found.symbols[0] is not None
    assert found.symbols[0].left == (("MSFT", 2),)
    running = bench.start()
    assert bench.service.compare([one.run_id, running.run_id]).symbols == (None,)
    with pytest.raises(ValueError, match="two"):
        bench.service.compare([one.run_id])


def test_a_report_is_there_in_every_status(bench: Bench) -> None:
    assert "AAPL" in bench.service.report(bench.done().run_id)
    assert "has no results" in bench.service.report(bench.start().run_id)


def test_symbols_are_found_in_past_picks(bench: Bench) -> None:
    run = bench.done()
    assert [(seen.run_id, seen.rank) for seen in bench.service.appearances(" msft ")] == [(run.run_id, 2)]


def test_samples_are_of_ended_runs(bench: Bench) -> None:
    done = bench.done()
    bench.start()
    assert [sample.run_id for sample in bench.service.samples()] == [done.run_id]


def test_trends_by_day_are_those_of_the_samples(bench: Bench) -> None:
    bench.done()
    bench.clock.advance(86_400)
    bench.done()
    found = bench.service.day_trends()
    assert [day.runs for day in found] == [1, 1]
    assert found == trends(bench.service.samples())


def test_lists_are_filtered_and_paged(bench: Bench) -> None:
    for _ in range(3):
        bench.done()
    first = bench.service.list(RunQuery(statuses=(RunStatus.SUCCEEDED,), limit=2))
    assert [run.run_id for run in first.records] == ["run-0003", "run-0002"]
    assert first.next_cursor is not None
    second = bench.service.list(RunQuery(limit=2, cursor=first.next_cursor))
    assert [run.run_id for run in second.records] == ["run-0001"]
    assert second.next_cursor is None


def test_only_workers_that_live_are_listed(bench: Bench) -> None:
    now = bench.clock.now()
    for name, age in (("new", 1), ("old", 60)):
        bench.store.stamp_worker(WorkerInfo(name, "host", 1, now, now - timedelta(seconds=age), None))
    assert [worker.worker_id for worker in bench.service.workers()] == ["new"]


def test_counts(bench: Bench) -> None:
    bench.service.submit(ScanConfig(), owner="ann")
    bench.service.submit(ScanConfig())
    assert bench.service.count_by_status()[RunStatus.QUEUED] == 2
    assert bench.service.count_by_status("ann")[RunStatus.QUEUED] == 1


def test_sources_and_the_stores_health_are_passed_on(bench: Bench) -> None:
    assert [info.name for info in bench.service.executors()] == ["local", "dask"]
    assert bench.service.sources() == (INFO,)
    bench.service.ping()
    bench.store.down = StoreUnavailableError("gone")
    with pytest.raises(StoreUnavailableError):
        bench.service.ping()


def test_presets_go_through_the_service(bench: Bench) -> None:
    shipped = len(bench.service.presets())
    saved = bench.service.save_preset(Preset("mine", ScanConfig(top_n=4)))
    assert len(bench.service.presets()) == shipped + 1
    assert bench.service.preset("mine") == saved
    text = bench.service.export_preset("mine")
    bench.service.delete_preset("mine")
    with pytest.raises(PresetNotFoundError):
        bench.service.preset("mine")
    assert bench.service.import_preset(text).config.top_n == 4
    assert bench.service.export_preset("mine") == preset_to_json(bench.service.preset("mine"))


def test_forecasts_go_through_the_service(bench: Bench) -> None:
    assert bench.service.match_count(ScanConfig(sectors=("Energy",))).matching == 1
    assert bench.service.estimate(ScanConfig()).seconds is None
