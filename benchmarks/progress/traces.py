"""A run as a list of timed steps: what simulations and recordings of real scans have in common."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from technic_scanner.domain.metrics import UnitCost
from technic_scanner.domain.stage import DEFAULT_WEIGHTS
from technic_scanner.progress.work_log import WorkLog

STAGES: tuple[str, ...] = tuple(name for name, _ in DEFAULT_WEIGHTS)
FOLDER = Path(__file__).parent / "recorded"
FORMAT = "technic-progress-trace/1"


@dataclass(frozen=True)
class Trace:
    """One finished run.

    ``steps`` are (seconds since the start, stage, unit class, units), in time order; ``stages`` are (name, start, end)
    in seconds; ``work`` is what was declared, as (stage, unit class, units).
    """

    label: str
    stages: tuple[tuple[str, float, float], ...]
    work: tuple[tuple[str, str, int], ...]
    steps: tuple[tuple[float, str, str, int], ...]

    @property
    def seconds(self) -> float:
        """The whole duration."""
        return self.stages[-1][2]

    def units(self, stage: str) -> int:
        """Units done in a stage."""
        return sum(units for _, name, _, units in self.steps if name == stage)

    def unit_costs(self) -> tuple[UnitCost, ...]:
        """Return what the run measured, as the reporter would store it."""
        costs: list[UnitCost] = []
        for name, start, end in self.stages:
            log = WorkLog()
            log.start(start)
            for at, stage, unit_class, units in self.steps:
                if stage == name:
                    log.observe(unit_class, units, at, None)
            log.end(end)
            costs.extend(log.unit_costs(name))
        return tuple(costs)


def save(trace: Trace, path: Path) -> None:
    """Write a trace as JSON."""
    data = {"format": FORMAT, "label": trace.label, "stages": trace.stages, "work": trace.work, "steps": trace.steps}
    path.write_text(json.dumps(data, separators=(",", ":")) + "\n", encoding="utf-8")


def load(path: Path) -> Trace:
    """Read a trace; ValueError if the file is not one."""
    data = json.loads(path.read_text(encoding="utf-8"))
    if data.get("format") != FORMAT:
        raise ValueError(f"{path.name} is not a {FORMAT} file")
    return Trace(
        data["label"],
        tuple((name, float(start), float(end)) for name, start, end in data["stages"]),
        tuple((stage, unit_class, int(units)) for stage, unit_class, units in data["work"]),
        tuple((float(at), stage, unit_class, int(units)) for at, stage, unit_class, units in data["steps"]),
    )
