"""A run as the list of what it told its watchers: what simulations and recordings of real scans have in common."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from technic_scanner.domain.metrics import UnitCost
from technic_scanner.domain.stage import DEFAULT_WEIGHTS
from technic_scanner.progress.work_log import WorkLog

STAGES: tuple[str, ...] = tuple(name for name, _ in DEFAULT_WEIGHTS)
FOLDER = Path(__file__).parent / "recorded"
FORMAT = "technic-progress-trace/2"

START, DECLARE, STEP, END = "start", "declare", "step", "end"


class Call(NamedTuple):
    """What was told at second ``at`` of the run: a stage's start or end, or units of a class declared or done."""

    at: float
    what: str
    stage: str
    unit_class: str = ""
    units: int = 0


@dataclass(frozen=True)
class Trace:
    """One finished run: what it told, in order."""

    label: str
    calls: tuple[Call, ...]

    @cached_property
    def steps(self) -> tuple[Call, ...]:
        """The reports of work done."""
        return tuple(call for call in self.calls if call.what == STEP)

    @property
    def seconds(self) -> float:
        """The whole duration."""
        return self.calls[-1].at

    def units(self, stage: str) -> int:
        """Units done in a stage."""
        return sum(step.units for step in self.steps if step.stage == stage)

    def stage_starts(self) -> tuple[float, ...]:
        """Seconds at which stages started."""
        return tuple(call.at for call in self.calls if call.what == START)

    def unit_costs(self) -> tuple[UnitCost, ...]:
        """Return what the run measured, as the reporter would store it."""
        logs: dict[str, WorkLog] = {}
        for call in self.calls:
            log = logs.setdefault(call.stage, WorkLog())
            if call.what == START:
                log.start(call.at)
            elif call.what == STEP:
                log.observe(call.unit_class, call.units, call.at, None)
            elif call.what == END:
                log.end(call.at)
        return tuple(cost for name, log in logs.items() for cost in log.unit_costs(name))


def save(trace: Trace, path: Path) -> None:
    """Write a trace as JSON."""
    data = {"format": FORMAT, "label": trace.label, "calls": trace.calls}
    path.write_text(json.dumps(data, separators=(",", ":")) + "\n", encoding="utf-8")


def load(path: Path) -> Trace:
    """Read a trace; ValueError if the file is not one."""
    data = json.loads(path.read_text(encoding="utf-8"))
    if data.get("format") != FORMAT:
        raise ValueError(f"{path.name} is not a {FORMAT} file")
    return Trace(data["label"], tuple(Call(*call) for call in data["calls"]))
