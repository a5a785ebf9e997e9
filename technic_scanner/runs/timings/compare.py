"""Compare runs with the first one: differences in config, stage seconds and picks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.progress.stage_deltas import BETWEEN_STAGES, TOTAL, StageDelta, delta_of
from technic_scanner.runs.criteria_facts import canonical_of
from technic_scanner.runs.model import StoredResult
from technic_scanner.runs.serialization import config_to_dict, options_to_dict

RunWithResult = tuple[RunRecord, StoredResult | None]


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """A field of config or options that differs between runs; ``values`` are JSON values, in the order of the runs.

    The value of a run whose config or options cannot be read is None.
    """

    field: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """A symbol that is in both results with different ranks; 1 is the best rank."""

    symbol: str
    rank_before: int
    rank_after: int


@dataclass(frozen=True, slots=True)
class SymbolChanges:
    """The changes in the results from the first run to another; ``stayed`` counts symbols with the same rank."""

    run_id: str
    entered: tuple[tuple[str, int], ...]
    left: tuple[tuple[str, int], ...]
    moved: tuple[Move, ...]
    stayed: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two or more runs side by side. ``symbols`` has one entry per later run, None if either has no result.

    A run that stopped early without picks counts as having no result, so that its symbols are not shown as dropped.
    """

    run_ids: tuple[str, ...]
    comparable: bool
    differences: tuple[FieldDifference, ...]
    stages: tuple[StageDelta, ...]
    symbols: tuple[SymbolChanges | None, ...]

    @property
    def unlike(self) -> str:
        """In what runs that are not comparable may differ, as a sentence without its end."""
        return f"These runs differ in {'config, ' if self.differences else ''}size, cache state or version"


def compare_runs(runs: Sequence[RunWithResult]) -> Comparison:
    """Compare runs with the first one. Raises ValueError for fewer than two runs."""
    if len(runs) < 2:
        raise ValueError("a comparison needs at least two runs")
    records = [record for record, _ in runs]
    results = [_picks(record, result) for record, result in runs]
    keys = {record.comparability_key for record in records}
    return Comparison(
        run_ids=tuple(record.run_id for record in records),
        comparable=len(keys) == 1 and None not in keys,
        differences=_differences(records),
        stages=_stage_deltas(records),
        symbols=tuple(_symbol_changes(results[0], other) for other in results[1:]),
    )


def seconds_if_reached(status: RunStatus, seconds: float, units: int = 0) -> float | None:
    """Return a stage's seconds; None if an unsuccessful run has neither seconds nor units in it.

    The timings contain every stage of the plan, with 0 s for stages that were not reached; a successful run reached
    all.
    """
    reached = status is RunStatus.SUCCEEDED or seconds > 0 or units > 0
    return seconds if reached else None


def stage_seconds(record: RunRecord, name: str) -> float | None:
    """Return the seconds of a run's stage; None without metrics, or if the run did not reach the stage."""
    timings = () if record.metrics is None else record.metrics.stage_timings
    own = [timing for timing in timings if timing.name == name]
    if not own:
        return None
    return seconds_if_reached(record.status, sum(timing.seconds for timing in own), sum(timing.units for timing in own))


def _differences(records: Sequence[RunRecord]) -> tuple[FieldDifference, ...]:
    forms = [_asked(record) for record in records]
    rows = ((field, tuple(form.get(field) for form in forms)) for field in dict.fromkeys(chain(*forms)))
    return tuple(FieldDifference(field, values) for field, values in rows if any(v != values[0] for v in values))


def _asked(record: RunRecord) -> dict[str, Any]:
    """Return the fields of config and options, without those of a part that cannot be read."""
    config = {} if record.readable_config is None else config_to_dict(record.config)
    if "criteria" in config:
        config["criteria"] = canonical_of(config["criteria"])
    return config if record.readable_options is None else config | options_to_dict(record.options)


def _stage_deltas(records: Sequence[RunRecord]) -> tuple[StageDelta, ...]:
    names = dict.fromkeys(
        timing.name for record in records if record.metrics is not None for timing in record.metrics.stage_timings
    )
    stages = [delta_of(name, [stage_seconds(record, name) for record in records]) for name in names]
    measured = [record.metrics for record in records]
    gaps = [None if metrics is None else metrics.gap_seconds for metrics in measured]
    totals = [None if metrics is None else metrics.total_seconds for metrics in measured]
    return (*stages, delta_of(BETWEEN_STAGES, gaps), delta_of(TOTAL, totals))


def _picks(record: RunRecord, result: StoredResult | None) -> StoredResult | None:
    """Return the result to compare; an empty table of a run that stopped early is ignored."""
    if result is None or (record.status is not RunStatus.SUCCEEDED and result.table.num_rows == 0):
        return None
    return result


def _symbol_changes(before: StoredResult | None, after: StoredResult | None) -> SymbolChanges | None:
    if before is None or after is None:
        return None
    old, new = _ranks(before), _ranks(after)
    both = [symbol for symbol in new if symbol in old]
    return SymbolChanges(
        run_id=after.run_id,
        entered=tuple((symbol, rank) for symbol, rank in new.items() if symbol not in old),
        left=tuple((symbol, rank) for symbol, rank in old.items() if symbol not in new),
        moved=tuple(Move(symbol, old[symbol], new[symbol]) for symbol in both if old[symbol] != new[symbol]),
        stayed=sum(old[symbol] == new[symbol] for symbol in both),
    )


def _ranks(result: StoredResult) -> dict[str, int]:
    """Return symbol → rank, best first."""
    table = result.table
    return dict(zip(table.column("Symbol").to_pylist(), table.column("Rank").to_pylist(), strict=True))
