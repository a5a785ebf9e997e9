"""Hypothesis strategies for the data that runs store."""

from __future__ import annotations

from datetime import UTC

from hypothesis import strategies as st

from technic_scanner.domain.config import DIRECTIONS, EXECUTORS, STRATEGY_PROFILES, RunOptions, ScanConfig
from technic_scanner.domain.metrics import FailureKind, ScanMetrics, StageTiming, SymbolFailure, UnitCost
from technic_scanner.domain.profiles import SUB_SCORES
from technic_scanner.domain.progress import EventKind, ProgressEvent, StageProgress, StageState, SubstageProgress
from technic_scanner.domain.sectors import GICS_SECTORS
from technic_scanner.domain.stage import Stage, StagePlan
from technic_scanner.pipeline.result import MarketContext

numbers = st.floats(allow_nan=False)
finite = st.floats(allow_nan=False, allow_infinity=False)
maybe = st.none() | finite
counts = st.integers(0, 2**53)
texts = st.text(max_size=20)
names = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=8)


@st.composite
def plans(draw: st.DrawFn) -> StagePlan:
    shares = draw(st.lists(st.integers(1, 100), min_size=4, max_size=4))
    return StagePlan(tuple((stage.value, share / sum(shares)) for stage, share in zip(Stage, shares, strict=True)))


configs = st.builds(
    ScanConfig,
    source=names,
    universe=st.none() | names,
    sectors=st.lists(st.sampled_from(GICS_SECTORS), unique=True).map(tuple),
    industries=st.lists(names).map(tuple),
    symbols=st.lists(names).map(tuple),
    max_symbols=st.integers(1, 100_000),
    as_of_date=st.none() | st.dates(),
    min_price=st.floats(0, 1e6),
    top_n=st.none() | st.integers(1, 1000),
    direction=st.sampled_from(DIRECTIONS),
    strategy_profile_name=st.sampled_from(STRATEGY_PROFILES),
    profile_weights=st.dictionaries(st.sampled_from(SUB_SCORES), st.floats(0.001, 1000)),
    sector_neutral=st.booleans(),
    risk_pct=st.floats(0.01, 100),
)

options = st.builds(
    RunOptions,
    executor=st.sampled_from(EXECUTORS),
    workers=st.none() | st.integers(1, 64),
    scheduler=st.none() | st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=20),
    chunk_size=st.integers(1, 1000),
    event_interval_seconds=st.floats(0, 60),
    refresh=st.booleans(),
    stage_plan=plans(),
)

substages = st.builds(
    SubstageProgress,
    name=texts,
    state=st.sampled_from(StageState),
    completed=counts,
    total=st.none() | counts,
    fraction=st.floats(0, 1),
    elapsed_seconds=finite,
)

stages = st.builds(
    StageProgress,
    name=texts,
    state=st.sampled_from(StageState),
    weight=st.floats(0, 1),
    completed=counts,
    total=st.none() | counts,
    fraction=st.floats(0, 1),
    elapsed_seconds=finite,
    throughput=st.none() | numbers,
    eta_seconds=maybe,
    substages=st.lists(substages, max_size=2).map(tuple),
)

events = st.builds(
    ProgressEvent,
    run_id=texts,
    seq=counts,
    attempt=counts,
    kind=st.sampled_from(EventKind),
    at=st.datetimes(timezones=st.just(UTC)),
    current_stage=st.none() | texts,
    stages=st.lists(stages, max_size=3).map(tuple),
    overall_fraction=st.floats(0, 1),
    time_fraction=st.floats(0, 1),
    elapsed_seconds=finite,
    earlier_seconds=finite,
    eta_seconds=maybe,
    eta_low_seconds=maybe,
    eta_high_seconds=maybe,
    message=texts,
    cache_hits=counts,
    cache_misses=counts,
)

timings = st.builds(StageTiming, name=texts, offset_seconds=finite, seconds=finite, units=counts)
costs = st.builds(UnitCost, stage=texts, unit_class=texts, units=counts, seconds=finite, cv=finite)

metrics = st.builds(
    ScanMetrics,
    total_seconds=finite,
    stage_timings=st.lists(timings, max_size=4).map(tuple),
    gap_seconds=finite,
    symbols_in_universe=counts,
    symbols_attempted=counts,
    symbols_scanned=counts,
    symbols_returned=counts,
    symbols_rejected=counts,
    symbols_failed=counts,
    symbols_per_second=maybe,
    cache_hits=counts,
    cache_misses=counts,
    cache_hit_rate=maybe,
    baseline_seconds=maybe,
    speedup=maybe,
    peak_memory_bytes=st.none() | counts,
    attempt_seconds=st.lists(finite, max_size=3).map(tuple),
    unit_costs=st.lists(costs, max_size=3).map(tuple),
    progress_summary=texts,
)

failures = st.builds(
    SymbolFailure, symbol=texts, stage=texts, kind=st.sampled_from(FailureKind), reason=texts, detail=texts
)

contexts = st.builds(
    MarketContext,
    regime_trend=texts,
    regime_volatility=texts,
    market_regime=texts,
    facts=st.lists(st.tuples(texts, maybe), max_size=3).map(tuple),
    notes=st.lists(texts, max_size=2).map(tuple),
)
