"""A record that cannot be read costs itself alone, and says so; of another version's all is read that can be."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Connection, select, text

from technic_scanner.adapters.stores import SqlStore
from technic_scanner.adapters.stores import engine as modes
from technic_scanner.adapters.stores.documents import dump_failures, dump_table
from technic_scanner.adapters.stores.schema import events, presets, run_documents
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.metrics import FailureKind, Outcome
from technic_scanner.domain.progress import EventKind, StageState
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.errors import RunStateError, StoreDataError
from technic_scanner.pipeline.result import MarketContext
from technic_scanner.runs.model import Preset, PrunePolicy, RunEnd, RunQuery
from technic_scanner.runs.serialization import config_to_dict, to_dict
from technic_scanner.runs.serialization.stored import dump
from technic_scanner.testing.stores.samples import SUCCEEDED, add, claimed, event, running, scan_result, succeeded
from tests.contract.stores.damage import WAYS, change, damaged, put, put_event

CONFIG = ScanConfig(source="sample", symbols=("AAPL",), min_price=3.0)
NEWER = {"v": 99, "moon_phase": "close > sma(50)"}


def read_text(store: SqlStore, statement: object) -> str:
    def work(connection: Connection) -> str:
        return connection.execute(statement).scalar_one()  # type: ignore[call-overload,no-any-return]

    return store.database.run(modes.READ, work)


def config_text(store: SqlStore, run_id: str) -> str:
    return read_text(store, select(run_documents.c.config).where(run_documents.c.run_id == run_id))


def fields_of(record: RunRecord | Preset) -> list[str]:
    return [problem.field for problem in record.unreadable]


def everything_else_is_listed(store: SqlStore, others: list[RunRecord], bad: str) -> RunRecord:
    """Assert that the other runs are as they were; return the bad one, as both reads tell it."""
    page = store.list_runs(RunQuery())
    assert {run.run_id for run in page.records} == {bad, *(run.run_id for run in others)}
    for run in others:
        assert store.get_run(run.run_id) == run
    (found,) = [run for run in page.records if run.run_id == bad]
    assert found == store.get_run(bad)
    return found


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("part", ["config", "options"])
def test_a_run_whose_request_cannot_be_read_is_listed_with_what_it_has(store: SqlStore, how: str, part: str) -> None:
    bad = succeeded(store, config=CONFIG, label="mine", owner="ana")
    others = [succeeded(store), add(store, CONFIG)]
    put(store, "run_documents", bad.run_id, **{part: damaged(part, how)})

    found = everything_else_is_listed(store, others, bad.run_id)

    assert found.unreadable
    assert all(field.startswith(part) for field in fields_of(found))
    assert found.request_fault is not None
    assert (found.readable_config is None, found.readable_options is None) == (part == "config", part == "options")
    whole = replace(bad, config=found.config, options=found.options, unreadable=found.unreadable)
    assert found == whole, "the columns and the metrics are as they were"
    assert found.config.source == "sample"


@pytest.mark.parametrize("how", WAYS)
def test_metrics_that_cannot_be_read_are_unknown(store: SqlStore, how: str) -> None:
    others, bad = [succeeded(store)], succeeded(store, config=CONFIG)
    put(store, "run_documents", bad.run_id, metrics=damaged("metrics", how))
    found = everything_else_is_listed(store, others, bad.run_id)
    assert found.metrics is None
    assert all(field.startswith("metrics") for field in fields_of(found))
    assert (found.config, found.request_fault) == (CONFIG, None)
    (sample,) = [sample for sample in store.stage_samples(RunQuery()) if sample.run_id == bad.run_id]
    assert sample.total_seconds == bad.metrics.total_seconds  # type: ignore[union-attr] - it is a column of its own


def test_metrics_of_another_version_are_read_without_what_they_lack_and_what_is_new(store: SqlStore) -> None:
    bad = succeeded(store)
    assert bad.metrics is not None
    stored = change(dump(bad.metrics), "peak_memory_bytes", "unit_costs", v=99, kernels="fast")
    put(store, "run_documents", bad.run_id, metrics=stored)
    found = store.get_run(bad.run_id)
    assert found.metrics == replace(bad.metrics, peak_memory_bytes=None, unit_costs=())
    assert found.unreadable == ()


def test_fields_of_a_newer_version_are_named_and_the_rest_is_read(store: SqlStore) -> None:
    others, bad = [succeeded(store)], add(store, CONFIG)
    put(store, "run_documents", bad.run_id, config=change(dump(CONFIG), **NEWER))
    found = everything_else_is_listed(store, others, bad.run_id)
    assert (found.config, found.unreadable) == (CONFIG, ())
    assert found.unknown_fields == ("config.moon_phase",)
    assert found.request_fault == (
        "its configuration has fields that only a newer version of technic-scanner knows (config.moon_phase)"
    )


def test_a_request_that_lacks_fields_has_the_defaults_of_this_version(store: SqlStore) -> None:
    run = add(store)
    put(store, "run_documents", run.run_id, config='{"min_price":3.0}', options='{"v":1}')
    found = store.get_run(run.run_id)
    assert (found.config, found.options) == (ScanConfig(min_price=3.0), RunOptions())
    assert (found.unreadable, found.unknown_fields) == ((), ())


@pytest.mark.parametrize(("finished", "status"), [(False, RunStatus.RUNNING), (True, RunStatus.INTERRUPTED)])
def test_a_status_of_a_newer_version_is_shown_as_the_nearest_and_moved_by_nobody(
    store: SqlStore, finished: bool, status: RunStatus
) -> None:
    others = [succeeded(store)]
    run = succeeded(store) if finished else running(store)
    put(store, "runs", run.run_id, status="paused")
    found = everything_else_is_listed(store, others, run.run_id)
    assert (found.status, fields_of(found), found.request_fault) == (status, ["status"], None)
    moves: list[Callable[[], object]] = [
        lambda: store.delete_run(run.run_id),
        lambda: store.requeue(run.run_id),
        lambda: store.request_cancel(run.run_id),
        lambda: store.finish(run.run_id, "w1", 1, SUCCEEDED, None),
    ]
    for move in moves:
        with pytest.raises(RunStateError, match="'paused', which this version of technic-scanner does not know"):
            move()
    assert store.prune(PrunePolicy(keep_runs=0), dry_run=True).run_ids == (others[0].run_id,)
    assert sum(store.count_by_status().values()) == 1
    assert store.list_runs(RunQuery(statuses=(RunStatus.SUCCEEDED,))).records == (others[0],)
    assert [sample.status for sample in store.stage_samples(RunQuery())][-1] is RunStatus.SUCCEEDED


def test_an_outcome_of_a_newer_version_is_not_taken_for_complete(store: SqlStore) -> None:
    run = succeeded(store)
    put(store, "runs", run.run_id, outcome="sampled")
    put(store, "results", run.run_id, outcome="sampled")
    found = store.get_run(run.run_id)
    assert (found.outcome, fields_of(found)) == (Outcome.PARTIAL, ["outcome"])
    assert store.result(run.run_id).outcome is Outcome.PARTIAL


def test_pages_of_runs_go_on_past_an_unreadable_one(store: SqlStore) -> None:
    made = [add(store).run_id for _ in range(5)]
    put(store, "run_documents", made[2], config="{", options="{")
    first = store.list_runs(RunQuery(limit=3))
    second = store.list_runs(RunQuery(limit=3, cursor=first.next_cursor))
    assert [run.run_id for run in (*first.records, *second.records)] == made[::-1]


def test_an_unreadable_run_can_be_named_pinned_cancelled_queued_again_and_deleted(store: SqlStore) -> None:
    run = add(store, CONFIG)
    put(store, "run_documents", run.run_id, config="{")
    assert store.set_label(run.run_id, "odd").label == "odd"
    assert store.set_pinned(run.run_id, True).pinned
    assert store.request_cancel(run.run_id).status is RunStatus.CANCELLED
    assert store.requeue(run.run_id).attempt == 2
    claimed_run = claimed(store)
    assert claimed_run.unreadable
    store.finish(run.run_id, "w1", 2, RunEnd(RunStatus.FAILED), None)
    store.delete_run(run.run_id)
    assert store.list_runs(RunQuery()).records == ()


def test_queueing_again_keeps_what_only_a_newer_version_knows(store: SqlStore) -> None:
    run = running(store, config=CONFIG)
    put(store, "run_documents", run.run_id, config=change(dump(CONFIG), **NEWER))
    store.finish(run.run_id, "w1", 1, RunEnd(RunStatus.FAILED), None)
    store.requeue(run.run_id)
    assert json.loads(config_text(store, run.run_id)) == config_to_dict(CONFIG) | NEWER


def test_the_key_of_a_run_that_is_not_all_known_stays_what_its_maker_made_of_it(store: SqlStore) -> None:
    run = running(store, config=CONFIG)
    put(store, "run_documents", run.run_id, config=change(dump(CONFIG), **NEWER))
    assert store.finish(run.run_id, "w1", 1, SUCCEEDED, scan_result()).comparability_key == "same"


def test_a_key_of_0_1_0_still_stands_for_its_request(store: SqlStore) -> None:
    """The digest is of the request, not of the document, which has a version now."""
    first = add(store, CONFIG, idempotency_key="k")
    put(store, "run_documents", first.run_id, config=json.dumps(config_to_dict(CONFIG)))
    assert add(store, CONFIG, idempotency_key="k").run_id == first.run_id


@pytest.mark.parametrize("how", WAYS)
def test_an_event_that_cannot_be_read_is_left_out_and_logged_once(
    store: SqlStore, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    run = running(store)
    made = [event(run.run_id, seq) for seq in range(1, 6)]
    store.append_events(run.run_id, 1, made)
    for seq in (1, 3, 5):
        put_event(store, run.run_id, seq, damaged("event", how))
    for _ in range(2):
        assert store.events(run.run_id, 0, 10) == (made[1], made[3])
        assert store.events(run.run_id, 0, 2) == (made[1], made[3])
        assert store.events(run.run_id, 2, 1) == (made[3],)
        assert store.latest_event(run.run_id) == made[3]
    assert sum(f"event 3 of run {run.run_id} cannot be read" in line for line in caplog.messages) == 1
    store.append_events(run.run_id, 1, [event(run.run_id, 6)])
    assert store.events(run.run_id, 4, 10) == (event(run.run_id, 6),)
    store.finish(run.run_id, "w1", 1, RunEnd(RunStatus.FAILED), None)
    assert store.thin_events(run.run_id, 2) == 4


def test_an_event_of_a_newer_version_is_read_as_far_as_it_goes(store: SqlStore) -> None:
    run = running(store)
    sent = event(run.run_id, 1)
    store.append_events(run.run_id, 1, [sent])
    form = to_dict(sent) | {"v": 99, "kind": "paused", "mood": "calm", "eta_seconds": "soon"}
    form["stages"][0]["state"] = "cooling"
    del form["eta_low_seconds"]
    put_event(store, run.run_id, 1, json.dumps(form))
    (found,) = store.events(run.run_id, 0, 5)
    assert (found.kind, found.eta_seconds, found.stages[0].state) == (EventKind.ADVANCED, None, StageState.RUNNING)
    assert found.message == sent.message


def test_events_are_handed_on_as_they_are_stored_if_they_are_json(store: SqlStore) -> None:
    run = running(store)
    store.append_events(run.run_id, 1, [event(run.run_id, seq) for seq in range(1, 6)])
    newer = json.dumps({"v": 99, "seq": 2, "mood": "calm"})
    put_event(store, run.run_id, 2, newer)
    put_event(store, run.run_id, 3, '{"torn":')
    found = store.stored_events(run.run_id, 0, 10)
    assert [item.seq for item in found] == [1, 2, 4, 5]
    assert (found[1].text, found[1].run_id, found[1].kind) == (newer, run.run_id, "advanced")
    stored = read_text(store, select(events.c.payload).where(events.c.run_id == run.run_id, events.c.seq == 1))
    assert found[0].text == stored == dump(event(run.run_id, 1))
    assert [item.seq for item in store.stored_events(run.run_id, 1, 2)] == [2, 4]


@pytest.mark.parametrize("how", WAYS)
def test_a_result_whose_context_or_notes_cannot_be_read_is_read_and_says_so(store: SqlStore, how: str) -> None:
    run = succeeded(store, scan_result(notes=("first",)), config=CONFIG)
    whole = store.result(run.run_id)
    put(store, "results", run.run_id, context=damaged("context", how))
    found = store.result(run.run_id)
    assert found.context == MarketContext() if how != "wrong type" else found.context.regime_trend == "unknown"
    assert found.table.equals(whole.table)
    assert found.notes[0] == "first"
    assert found.notes[1].startswith("A part of this result cannot be read: context")
    put(store, "results", run.run_id, context=dump(whole.context), notes=damaged("context", "broken JSON"))
    (note,) = store.result(run.run_id).notes
    assert note.startswith("A part of this result cannot be read: notes: is not JSON")


def test_a_result_of_a_run_whose_config_cannot_be_read_says_so(store: SqlStore) -> None:
    run = succeeded(store, config=CONFIG)
    put(store, "run_documents", run.run_id, config=damaged("config", "wrong type"))
    found = store.result(run.run_id)
    assert [problem.field for problem in found.unreadable] == ["config.max_symbols"]
    assert found.notes[-1] == (
        "A part of this result cannot be read: config.max_symbols: must be a valid integer, not 'many'."
    )


def test_notes_and_contexts_of_0_1_0_are_read(store: SqlStore) -> None:
    run = succeeded(store)
    context = store.result(run.run_id).context
    put(store, "results", run.run_id, notes='["one","two"]', context=json.dumps(to_dict(context)))
    found = store.result(run.run_id)
    assert (found.notes, found.context) == (("one", "two"), context)


def test_failures_of_another_version_are_read_as_far_as_they_go(store: SqlStore) -> None:
    run = succeeded(store)
    whole = store.result(run.run_id).failures
    assert whole
    payload = dump_failures(replace(failure, kind="postponed") for failure in whole)  # type: ignore[arg-type]
    put(store, "results", run.run_id, failures=payload)
    assert store.result(run.run_id).failures == tuple(replace(item, kind=FailureKind.ERROR) for item in whole)
    put(store, "results", run.run_id, failures=b"torn")
    found = store.result(run.run_id)
    assert found.failures == ()
    assert "failures: a stored table of 4 bytes cannot be read" in found.notes[-1]


def test_a_table_that_cannot_be_read_costs_the_result_of_that_run(store: SqlStore) -> None:
    torn, kept = succeeded(store), succeeded(store)
    put(store, "results", torn.run_id, picks_table=b"torn")
    with pytest.raises(StoreDataError, match="cannot be read"):
        store.result(torn.run_id)
    assert store.result(kept.run_id).table.num_rows > 0
    assert store.get_run(torn.run_id) == torn


def test_a_table_of_another_version_is_judged_by_the_columns_that_it_has(store: SqlStore) -> None:
    run = succeeded(store)
    table = store.result(run.run_id).table.drop_columns(["AlphaScore"])
    put(store, "results", run.run_id, picks_table=dump_table(table))
    (found,) = store.pick_tables((run.run_id,), ["Symbol", "AlphaScore"])
    assert found.table.column_names == ["Symbol", "AlphaScore"]
    assert found.table["AlphaScore"].null_count == found.table.num_rows > 0
    assert store.result(run.run_id).table.equals(table)


def test_runs_whose_config_is_not_all_known_are_not_judged_but_counted(store: SqlStore) -> None:
    runs = [succeeded(store) for _ in range(3)]
    put(store, "run_documents", runs[0].run_id, config="{")
    put(store, "run_documents", runs[1].run_id, config=change(dump(CONFIG), **NEWER))
    dated = store.dated_runs(None, 10)
    assert ([run.run_id for run in dated.runs], dated.unreadable) == ([runs[2].run_id], 2)


def test_statistics_read_no_config(store: SqlStore) -> None:
    run = succeeded(store, config=CONFIG)
    before = store.stage_samples(RunQuery())
    put(store, "run_documents", run.run_id, config="{", metrics="{")
    assert store.stage_samples(RunQuery()) == (replace(before[0], config_json="{"),)
    assert len(store.stage_seconds(RunQuery())) == len(store.day_trends(RunQuery())) == 1
    assert store.cost_runs("sample", "local", None, 10)[0].metrics is None


@pytest.mark.parametrize("damaged", ["{", "[[1,2]]", '{"work":[["a"]]}', '{"work":{}}', "null"])
def test_expected_work_that_cannot_be_read_is_unknown(store: SqlStore, damaged: str) -> None:
    work = {("data_fetching", "miss"): 5}
    run = add(store, expected_work=work)
    assert store.expected_work(run.run_id) == work
    put(store, "run_documents", run.run_id, expected_work=damaged)
    assert store.expected_work(run.run_id) is None
    put(store, "run_documents", run.run_id, expected_work='[["data_fetching","miss",5]]')
    assert store.expected_work(run.run_id) == work, "as 0.1.0 stored it"


def test_promises_are_noted_past_an_event_that_cannot_be_read(store: SqlStore) -> None:
    run = running(store)
    store.append_events(run.run_id, 1, [event(run.run_id, 1, 0.05, eta_seconds=9.0)])
    put_event(store, run.run_id, 1, "{")
    store.append_events(run.run_id, 1, [event(run.run_id, 2, 0.12, eta_seconds=8.0)])
    promised = dict(store.get_run(run.run_id).predicted_seconds)
    assert promised["start"] == 10.0
    assert promised["10"] == 10.0


@pytest.mark.parametrize("how", WAYS)
def test_a_preset_that_cannot_be_read_is_listed_as_such(store: SqlStore, how: str) -> None:
    good = store.save_preset(Preset("good", CONFIG), expected_version=None)
    store.save_preset(Preset("odd", CONFIG, description="what it was for"), expected_version=None)
    put(store, "presets", "odd", config=damaged("config", how))
    listed = store.list_presets()
    assert [preset.name for preset in listed] == ["good", "odd"]
    assert listed[0] == good
    odd = listed[1]
    assert odd == store.get_preset("odd")
    assert (odd.description, odd.version, odd.readable_config) == ("what it was for", 1, None)
    assert odd.request_fault is not None
    saved = store.save_preset(Preset("odd", CONFIG), expected_version=1)
    assert (saved.version, saved.request_fault) == (2, None)
    assert store.get_preset("odd") == saved


def test_a_preset_saved_again_keeps_what_only_a_newer_version_knows(store: SqlStore) -> None:
    store.save_preset(Preset("mine", CONFIG, RunOptions(workers=2)), expected_version=None)
    put(store, "presets", "mine", config=change(dump(CONFIG), **NEWER))
    assert store.get_preset("mine").unknown_fields == ("config.moon_phase",)
    saved = store.save_preset(Preset("mine", replace(CONFIG, min_price=7.0)), expected_version=1)
    assert saved == store.get_preset("mine")
    assert (saved.config.min_price, saved.unknown_fields) == (7.0, ("config.moon_phase",))
    stored = read_text(store, select(presets.c.config).where(presets.c.name == "mine"))
    assert json.loads(stored)["moon_phase"] == NEWER["moon_phase"]


def test_every_document_carries_its_version(store: SqlStore) -> None:
    run = running(store, config=CONFIG, expected_work={("data_fetching", "miss"): 5})
    store.append_events(run.run_id, 1, [event(run.run_id, 1)])
    store.finish(run.run_id, "w1", 1, SUCCEEDED, scan_result())
    store.save_preset(Preset("mine", CONFIG), expected_version=None)
    queries = (
        "SELECT config FROM run_documents",
        "SELECT options FROM run_documents",
        "SELECT metrics FROM run_documents",
        "SELECT expected_work FROM run_documents",
        "SELECT payload FROM events",
        "SELECT context FROM results",
        "SELECT notes FROM results",
        "SELECT config FROM presets",
        "SELECT options FROM presets",
    )
    for query in queries:
        assert json.loads(read_text(store, text(query)))["v"] == 1, query
