"""Whatever the types allow comes back from the store as it went in."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from technic_scanner.adapters.stores import SqlStore
from technic_scanner.domain.config import DIRECTIONS, STRATEGY_PROFILES, RunOptions, ScanConfig
from technic_scanner.domain.metrics import FailureKind, Outcome, ScanMetrics, StageTiming, SymbolFailure, UnitCost
from technic_scanner.domain.progress import EventKind, ProgressEvent, StageProgress, StageState, SubstageProgress
from technic_scanner.domain.run import RunError, RunStatus
from technic_scanner.domain.sectors import GICS_SECTORS
from technic_scanner.domain.stage import StagePlan
from technic_scanner.pipeline.result import MarketContext
from technic_scanner.runs.model import RunEnd
from technic_scanner.testing.stores.samples import START, add, claimed, event, running, scan_result

quick = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

any_text = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
stored_text = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=20)
names = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=8)
number = st.floats(allow_nan=False, allow_infinity=False)
seconds = st.floats(0, 1e12)
fraction = st.floats(0, 1)
count = st.integers(0, 2**31 - 1)

configs = st.builds(
    ScanConfig,
    source=names,
    universe=st.none() | any_text,
    sectors=st.lists(st.sampled_from(GICS_SECTORS), max_size=3).map(tuple),
    industries=st.lists(any_text, max_size=3).map(tuple),
    industry_contains=st.none() | any_text,
    symbols=st.lists(names, max_size=3).map(tuple),
    max_symbols=st.integers(1, 100_000),
    as_of_date=st.none() | st.dates(),
    min_price=number,
    min_dollar_volume=number,
    top_n=st.none() | st.integers(1, 1000),
    direction=st.sampled_from(DIRECTIONS),
    strategy_profile_name=st.sampled_from(STRATEGY_PROFILES),
    profile_weights=st.lists(st.tuples(names, number), max_size=3).map(tuple),
    sector_neutral=st.booleans(),
    target_rr=number,
)
options = st.builds(
    RunOptions,
    executor=st.sampled_from(["local", "dask"]),
    workers=st.none() | st.integers(1, 1024),
    scheduler=st.none() | any_text,
    event_interval_seconds=fraction,
    refresh=st.booleans(),
    stage_plan=st.sampled_from([StagePlan(), StagePlan((("b", 0.1), ("a", 0.9)))]),
)
stages = st.builds(
    StageProgress,
    name=names,
    state=st.sampled_from(StageState),
    weight=fraction,
    completed=count,
    total=st.none() | count,
    fraction=fraction,
    elapsed_seconds=seconds,
    throughput=st.none() | seconds,
    eta_seconds=st.none() | seconds,
    substages=st.lists(
        st.builds(
            SubstageProgress,
            name=any_text,
            state=st.sampled_from(StageState),
            completed=count,
            total=st.none() | count,
            fraction=fraction,
            elapsed_seconds=seconds,
        ),
        max_size=2,
    ).map(tuple),
)
events = st.builds(
    ProgressEvent,
    run_id=st.just("set below"),
    seq=st.just(1),
    attempt=st.just(1),
    kind=st.sampled_from(EventKind),
    at=st.datetimes().map(lambda at: START.replace(year=max(at.year, 1), microsecond=at.microsecond)),
    current_stage=st.none() | names,
    stages=st.lists(stages, max_size=4).map(tuple),
    overall_fraction=fraction,
    time_fraction=fraction,
    elapsed_seconds=seconds,
    earlier_seconds=seconds,
    eta_seconds=st.none() | seconds,
    eta_low_seconds=st.none() | seconds,
    eta_high_seconds=st.none() | seconds,
    message=any_text,
    cache_hits=count,
    cache_misses=count,
)
all_metrics = st.builds(
    ScanMetrics,
    total_seconds=seconds,
    stage_timings=st.lists(st.builds(StageTiming, names, seconds, seconds, count), max_size=4).map(tuple),
    gap_seconds=seconds,
    symbols_in_universe=st.integers(0, 10**6),
    symbols_attempted=count,
    symbols_scanned=count,
    symbols_returned=count,
    symbols_rejected=count,
    symbols_failed=count,
    symbols_per_second=st.none() | seconds,
    cache_hits=count,
    cache_misses=count,
    cache_hit_rate=st.none() | fraction,
    baseline_seconds=st.none() | seconds,
    speedup=st.none() | seconds,
    peak_memory_bytes=st.none() | st.integers(0, 2**60),
    attempt_seconds=st.lists(seconds, max_size=3).map(tuple),
    unit_costs=st.lists(st.builds(UnitCost, names, names, count, seconds, seconds), max_size=3).map(tuple),
    progress_summary=any_text,
)
failures = st.lists(
    st.builds(SymbolFailure, any_text, any_text, st.sampled_from(FailureKind), any_text, any_text), max_size=4
).map(tuple)
contexts = st.builds(
    MarketContext,
    any_text,
    any_text,
    any_text,
    st.lists(st.tuples(any_text, st.none() | number), max_size=3).map(tuple),
    st.lists(any_text, max_size=2).map(tuple),
)


@quick
@given(config=configs, chosen=options, label=st.none() | stored_text, owner=st.none() | stored_text)
def test_requests(
    store: SqlStore, config: ScanConfig, chosen: RunOptions, label: str | None, owner: str | None
) -> None:
    run = add(store, config, options=chosen, label=label, owner=owner)
    record = store.get_run(run.run_id)
    assert (record.config, record.options, record.label, record.owner) == (config, chosen, label, owner)


@quick
@given(sent=st.lists(events, min_size=1, max_size=3))
def test_events(store: SqlStore, sent: list[ProgressEvent]) -> None:
    add(store)
    run = claimed(store)
    sent = [replace(one, run_id=run.run_id, seq=seq) for seq, one in enumerate(sent, start=1)]
    store.append_events(run.run_id, 1, sent)
    assert store.events(run.run_id, 0, 10) == tuple(sent)


@quick
@given(
    metrics=all_metrics,
    failed=failures,
    context=contexts,
    outcome=st.sampled_from(Outcome),
    error=st.none() | st.builds(RunError, names, stored_text),
    text=stored_text,
    notes=st.lists(any_text, max_size=2).map(tuple),
    as_of=st.none() | st.dates(),
)
def test_ends(
    store: SqlStore,
    metrics: ScanMetrics,
    failed: tuple[SymbolFailure, ...],
    context: MarketContext,
    outcome: Outcome,
    error: RunError | None,
    text: str,
    notes: tuple[str, ...],
    as_of: object,
) -> None:
    run = running(store)
    sent = scan_result(
        metrics=metrics,
        failures=failed,
        context=context,
        outcome=outcome,
        status_text=text,
        source_label=text,
        notes=notes,
        as_of=as_of,
    )
    record = store.finish(run.run_id, "w1", 1, RunEnd(RunStatus.FAILED, error), sent)
    assert (record.metrics, record.error, record.outcome, record.status_text) == (metrics, error, outcome, text)
    stored = store.result(run.run_id)
    assert (stored.failures, stored.context, stored.notes, stored.as_of) == (failed, context, notes, as_of)
    assert (stored.outcome, stored.status_text, stored.source_label) == (outcome, text, text)


def test_a_number_that_no_json_has_comes_back(store: SqlStore) -> None:
    run = running(store)
    sent = event(run.run_id, 1, eta_seconds=float("inf"))
    store.append_events(run.run_id, 1, [sent])
    assert store.latest_event(run.run_id) == sent
