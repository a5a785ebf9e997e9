"""Store the unit costs of runs by name in a file of JSON lines; a damaged file does not stop a run."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

from technic_scanner.domain.metrics import UnitCost
from technic_scanner.progress.cost_history import CostHistory

FORMAT = "technic-tracker-history/1"
KEPT_RUNS = 20  # of each name
_log = logging.getLogger(__name__)


class RunHistory(Protocol):
    """Where a tracker reads and stores the costs of runs; any object with these two methods can be used."""

    def past(self, name: str) -> CostHistory:
        """Return the unit costs of the newest runs of that name."""
        ...

    def add(self, name: str, costs: Sequence[UnitCost]) -> None:
        """Add the unit costs of a successful run."""
        ...


class HistoryFile:
    """One line for each successful run; at least the newest 20 of each name are kept.

    Problems with the file never stop the pipeline and are logged as a warning, once: a damaged line is skipped; a file
    in which no line is a run is assumed to be another program's and is not changed; a file that cannot be written
    stays as it is.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path).absolute()  # the pipeline may change the working folder between reading and writing
        self._warned = False

    def past(self, name: str) -> CostHistory:
        """Return the unit costs of the newest runs of that name, newest first; empty if there are none."""
        runs, _ = self._read()
        return CostHistory(tuple(costs for other, costs in reversed(runs) if other == name)[:KEPT_RUNS])

    def add(self, name: str, costs: Sequence[UnitCost]) -> None:
        """Add the unit costs of a successful run."""
        runs, strange = self._read()
        if strange and not runs:
            return
        same = sum(other == name for other, _ in runs)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if same >= 2 * KEPT_RUNS:
                self._rewrite([*runs, (name, tuple(costs))])
            else:
                with self.path.open("a+b") as file:
                    file.write(self._glue() + _line(name, costs))
        except OSError as error:
            self._warn(f"cannot be written: {error}")

    def _glue(self) -> bytes:
        """Return the bytes to write before a new line: a newline if a crash has cut the last line short."""
        content = self.path.read_bytes()
        return b"\n" if content and not content.endswith(b"\n") else b""

    def _rewrite(self, runs: Sequence[tuple[str, tuple[UnitCost, ...]]]) -> None:
        kept: list[bytes] = []
        counts: dict[str, int] = {}
        for name, costs in reversed(runs):
            counts[name] = counts.get(name, 0) + 1
            if counts[name] <= KEPT_RUNS:
                kept.append(_line(name, costs))
        fresh = self.path.with_name(self.path.name + ".new")
        fresh.write_bytes(b"".join(reversed(kept)))
        fresh.replace(self.path)

    def _read(self) -> tuple[list[tuple[str, tuple[UnitCost, ...]]], int]:
        """Return the runs, oldest first, and the number of lines that are not runs."""
        try:
            lines = self.path.read_bytes().splitlines()
        except FileNotFoundError:
            return [], 0
        except OSError as error:
            self._warn(f"cannot be read: {error}")
            return [], 1
        runs, strange = [], 0
        for line in lines:
            try:
                runs.append(_run(json.loads(line)))
            except (ValueError, TypeError, KeyError, RecursionError):
                strange += bool(line.strip())
        if strange:
            self._warn(f"{strange} of its {len(lines)} lines are not runs of a tracker and are skipped")
        return runs, strange

    def _warn(self, what: str) -> None:
        if not self._warned:
            self._warned = True
            _log.warning("the history of runs %s: %s; the run continues without it", self.path, what)


def _line(name: str, costs: Iterable[UnitCost]) -> bytes:
    rows = [
        [cost.stage, cost.unit_class, cost.units, cost.seconds, cost.cv, *([cost.shape] if cost.shape else [])]
        for cost in costs
    ]
    return json.dumps({"format": FORMAT, "name": name, "costs": rows}, separators=(",", ":")).encode() + b"\n"


def _run(data: Any) -> tuple[str, tuple[UnitCost, ...]]:
    """Read one run; ValueError, TypeError or KeyError if the data is not a run."""
    if data["format"] != FORMAT:
        raise ValueError(data["format"])
    return str(data["name"]), tuple(_cost(*row) for row in data["costs"])


def _cost(stage: Any, unit_class: Any, units: Any, seconds: Any, cv: Any, shape: Iterable[Any] = ()) -> UnitCost:
    shares = tuple(map(float, shape))
    numbers = float(units), float(seconds), float(cv), *shares
    if not all(math.isfinite(number) and number >= 0 for number in numbers):
        raise ValueError(numbers)
    return UnitCost(str(stage), str(unit_class), int(units), numbers[1], numbers[2], shares)
