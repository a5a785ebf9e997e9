"""Show where the time of a tracked run went: a stage table, a Gantt chart as text, a comparison, and slow-downs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from technic_scanner.domain.metrics import StageTiming, UnitCost
from technic_scanner.progress.slow_downs import DEFAULT_RULE, Judgement, RegressionRule, Verdict, judge
from technic_scanner.progress.stage_deltas import BETWEEN_STAGES, TOTAL, StageDelta, delta_of
from technic_scanner.progress.text import rate_text, seconds_text
from technic_scanner.progress.tracker import MultiStageProgressTracker
from technic_scanner.progress.work_log import TAIL, WHOLE_STAGE

__all__ = [
    "RegressionRule",
    "StageDelta",
    "StageVerdict",
    "Verdict",
    "compare",
    "compare_text",
    "gantt_text",
    "slow_downs",
    "stage_table",
]


@dataclass(frozen=True, slots=True)
class StageVerdict:
    """Whether a stage was slower than in ``runs`` past runs. ``cost`` and the judgement are in ``unit``."""

    stage: str
    cost: float
    unit: str
    runs: int
    found: Judgement

    @property
    def is_slower(self) -> bool:
        """Whether the rule says so."""
        return self.found.verdict is Verdict.SLOWER


def stage_table(tracker: MultiStageProgressTracker) -> str:
    """Return a line for each stage (time, share of the whole, units, rate), one for the gaps and one for the whole."""
    whole = tracker.total_seconds
    rows = [
        (
            timing.name,
            seconds_text(timing.seconds),
            _share(timing.seconds, whole),
            f"{timing.units:,}",
            rate_text(timing.units / timing.seconds, "units") if timing.units and timing.seconds > 0 else "",
        )
        for timing in tracker.timings()
    ]
    rows.append((BETWEEN_STAGES, seconds_text(tracker.gap_seconds), _share(tracker.gap_seconds, whole), "", ""))
    rows.append((TOTAL, seconds_text(whole), _share(whole, whole), "", ""))
    return _columns([("stage", "time", "share", "units", "rate"), *rows])


def gantt_text(tracker: MultiStageProgressTracker, width: int = 60) -> str:
    """Return a line for each stage with a bar, ``width`` characters for the whole run, from its start to its end."""
    whole = tracker.total_seconds
    timings = tracker.timings()
    indent = max(len(timing.name) for timing in timings)
    return "\n".join(
        f"{timing.name:<{indent}} |{_bar(timing, whole, width)}| {seconds_text(timing.seconds)}" for timing in timings
    )


def compare(first: MultiStageProgressTracker, *others: MultiStageProgressTracker) -> tuple[StageDelta, ...]:
    """Return by how much each stage, the time between stages and the whole differ from those of ``first``.

    ValueError without a second tracker.
    """
    if not others:
        raise ValueError("a comparison needs at least two trackers")
    runs = [first, *others]
    seconds = [{timing.name: timing.seconds for timing in run.timings()} for run in runs]
    names = dict.fromkeys(name for run in seconds for name in run)
    return (
        *(delta_of(name, [run.get(name) for run in seconds]) for name in names),
        delta_of(BETWEEN_STAGES, [run.gap_seconds for run in runs]),
        delta_of(TOTAL, [run.total_seconds for run in runs]),
    )


def compare_text(first: MultiStageProgressTracker, second: MultiStageProgressTracker) -> str:
    """Return a line for each stage: its time in both runs, and the difference."""
    rows = [
        (one.stage, *map(seconds_text, one.seconds), _signed(one.delta_seconds[1]), _percent(one.delta_fraction[1]))
        for one in compare(first, second)
    ]
    return _columns([("stage", "first", "second", "difference", ""), *rows])


def slow_downs(tracker: MultiStageProgressTracker, rule: RegressionRule = DEFAULT_RULE) -> tuple[StageVerdict, ...]:
    """Judge each stage that was worked on against the past runs that ``tracker`` was created with.

    What is compared is the cost of a unit, so that more work is no slow-down; for a stage without units its seconds.
    """
    past = [_stage_costs(run) for run in tracker.costs.runs[: rule.history]]
    seconds = {timing.name: timing.seconds for timing in tracker.timings()}
    verdicts = []
    for stage, (cost, unit) in _stage_costs(tracker.unit_costs()).items():
        baseline = [run[stage][0] for run in past if stage in run and run[stage][1] == unit]
        verdicts.append(StageVerdict(stage, cost, unit, len(baseline), judge(cost, seconds[stage], baseline, rule)))
    return tuple(verdicts)


def _stage_costs(costs: Sequence[UnitCost]) -> dict[str, tuple[float, str]]:
    """Return the cost of each stage with its unit: seconds per unit of work, or seconds."""
    found: dict[str, tuple[float, str]] = {}
    for stage in dict.fromkeys(cost.stage for cost in costs):
        own = [cost for cost in costs if cost.stage == stage]
        seconds = sum(cost.seconds for cost in own)
        units = sum(cost.units for cost in own if not cost.unit_class.startswith(TAIL))
        is_whole = any(cost.unit_class == WHOLE_STAGE for cost in own)
        found[stage] = (seconds, "s") if is_whole else (seconds / units, "s/unit")
    return found


def _bar(timing: StageTiming, whole: float, width: int) -> str:
    if whole <= 0 or timing.seconds <= 0:
        return " " * width
    start = min(width - 1, int(timing.offset_seconds / whole * width))
    length = min(width - start, max(1, round(timing.seconds / whole * width)))
    return " " * start + "█" * length + " " * (width - start - length)


def _share(seconds: float, whole: float) -> str:
    return f"{seconds / whole:.0%}" if whole > 0 else ""


def _signed(seconds: float | None) -> str:
    return "unknown" if seconds is None else ("+" if seconds >= 0 else "-") + seconds_text(abs(seconds))


def _percent(fraction: float | None) -> str:
    return "" if fraction is None else f"{fraction:+.0%}"


def _columns(rows: Sequence[tuple[str, ...]]) -> str:
    """Return rows as text: the first column from the left, the others from the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))]
        ).rstrip()
        for row in rows
    )
