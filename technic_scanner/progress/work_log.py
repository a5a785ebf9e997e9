"""Record the declared units and the costs of each class of work of a stage, in bounded memory."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable
from itertools import chain
from typing import NamedTuple

from technic_scanner.domain.metrics import UnitCost
from technic_scanner.progress.shape_log import ShapeLog

GRAIN_SECONDS = 1e-3  # steps shorter than this are merged: their times are clock noise and expensive to record
MAX_BLOCKS = 96
_MOST_CV = 4.0
DEFAULT_CLASS = "default"  # the class of units that were reported without one
WHOLE_STAGE = "stage"  # the class of a stage that reported no units: one unit, the stage itself
TAIL = "tail of "  # + a class: the time of its units after the last report of the stage


class Block(NamedTuple):
    """Consecutive steps: units and seconds in them, Σ seconds²/units, how many steps, Σ log(seconds/unit)."""

    units: float
    seconds: float
    squares: float
    steps: int
    log_sum: float

    def plus(self, other: Block) -> Block:
        """Return the union of both blocks."""
        return Block(
            self.units + other.units,
            self.seconds + other.seconds,
            self.squares + other.squares,
            self.steps + other.steps,
            self.log_sum + other.log_sum,
        )


NOTHING = Block(0, 0.0, 0.0, 0, 0.0)


def total_of(blocks: list[Block]) -> Block:
    """Return the union of all blocks."""
    if not blocks:
        return NOTHING
    units, seconds, squares, steps, log_sums = zip(*blocks, strict=True)
    return Block(sum(units), math.fsum(seconds), math.fsum(squares), sum(steps), math.fsum(log_sums))


class CellLog:
    """One class of work in one stage: ``units`` done of the ``declared`` ones, in addition to ``restored`` ones.

    The oldest blocks are merged in pairs when there are too many, so that the newest remain fine-grained.
    """

    __slots__ = ("_numbers", "declared", "open_seconds", "open_units", "restored", "shape", "units")

    def __init__(self) -> None:
        self.declared: int | None = None
        self.restored = 0
        self.units = 0
        self.open_units = 0
        self.open_seconds = 0.0
        self.shape = ShapeLog()
        self._numbers = array("d")  # of the blocks, one after the other: a fifth of what tuples take

    @property
    def blocks(self) -> list[Block]:
        """The steps so far, the oldest merged."""
        numbers = iter(self._numbers)
        rows = zip(numbers, numbers, numbers, numbers, numbers, strict=True)
        return [Block(units, seconds, squares, int(steps), log) for units, seconds, squares, steps, log in rows]

    @property
    def seconds(self) -> float:
        """What the units have cost, as noted."""
        return sum(self._numbers[1 :: len(NOTHING)]) + self.open_seconds

    def add(self, units: int, seconds: float) -> None:
        """Record a step of ``units`` done in ``seconds``."""
        self.units += units
        self.open_units += units
        self.open_seconds += seconds
        if self.open_seconds >= GRAIN_SECONDS:
            self.close_step()

    def close_step(self) -> None:
        """Convert the merged units into a block of one step."""
        units, seconds = self.open_units, self.open_seconds
        self.open_units, self.open_seconds = 0, 0.0
        if units and seconds > 0:
            self.shape.add(units, seconds)
            self._numbers.extend((units, seconds, seconds * seconds / units, 1, math.log(seconds / units)))
            if len(self._numbers) > MAX_BLOCKS * len(NOTHING):
                self._merge_oldest()

    def collapse(self) -> None:
        """Forget the order of the steps; for a stage that is over."""
        if self._numbers:
            self._keep([total_of(self.blocks)])

    def _merge_oldest(self) -> None:
        half, blocks = MAX_BLOCKS // 2, self.blocks
        pairs = zip(blocks[0:half:2], blocks[1:half:2], strict=True)
        self._keep([*(first.plus(second) for first, second in pairs), *blocks[half:]])

    def _keep(self, blocks: Iterable[Block]) -> None:
        self._numbers = array("d", chain.from_iterable(blocks))


class WorkLog:
    """All classes of work of one stage.

    The wall-clock seconds between two reports belong to the units of the later one, unless the report has their cost.
    Parallel workers report costs whose sum exceeds the wall-clock time: the costs are then only used to distribute the
    stage's wall-clock seconds over the classes, so the cost of a unit is always wall-clock seconds of the stage per
    unit. The time between the last report and the end of the stage is its tail, which is distributed over the classes
    as well.
    """

    __slots__ = ("cells", "last_at", "started_at", "tail_seconds")

    def __init__(self) -> None:
        self.cells: dict[str, CellLog] = {}
        self.started_at: float | None = None
        self.last_at = 0.0
        self.tail_seconds = 0.0

    def start(self, now: float) -> None:
        """Start the stage's clock, or restart it after a pause that does not belong to the stage."""
        if self.started_at is None:
            self.started_at = now
        else:
            self.started_at += now - self.last_at
        self.last_at = now

    def cell(self, unit_class: str) -> CellLog:
        """Return the log of a class, which is created on first use."""
        found = self.cells.get(unit_class)
        if found is None:
            found = self.cells[unit_class] = CellLog()
        return found

    def observe(self, unit_class: str, units: int, now: float, seconds: float | None) -> None:
        """Record that ``units`` were done by monotonic second ``now``, with a cost of ``seconds`` if that is known."""
        cell = self.cells.get(unit_class)
        if cell is None:
            cell = self.cell(unit_class)
        cell.add(units, now - self.last_at if seconds is None else seconds)
        self.last_at = now

    def end(self, now: float) -> None:
        """Close the stage: the time since the last report is its tail, or the whole stage if it reported nothing."""
        if self.started_at is None:
            return
        if any(cell.units for cell in self.cells.values()):
            self.tail_seconds += now - self.last_at
            self.started_at += now - self.last_at
        elif now > self.last_at:
            self.cell(WHOLE_STAGE).add(1, now - self.last_at)
        self.last_at = now
        for cell in self.cells.values():
            cell.close_step()
            cell.collapse()

    @property
    def wall_scale(self) -> float:
        """Wall-clock seconds per second of recorded cost: 1 for one worker, about 1/n for n that report costs."""
        if self.started_at is None:
            return 1.0
        noted = sum(cell.seconds for cell in self.cells.values())
        wall = self.last_at - self.started_at
        return wall / noted if noted > 0 and wall > 0 else 1.0

    def unit_costs(self, stage: str) -> tuple[UnitCost, ...]:
        """Return the unit costs of each class in this attempt; classes without a measured unit are omitted."""
        costs = []
        for unit_class, cell in self.cells.items():
            seconds = self.seconds_of(cell)
            if cell.units and seconds > 0:
                cv = unit_cv(total_of(cell.blocks))
                costs.append(UnitCost(stage, unit_class, cell.units, seconds, cv, cell.shape.shares()))
        worked = sum(cost.seconds for cost in costs)
        if self.tail_seconds > 0:
            costs += [
                UnitCost(stage, TAIL + cost.unit_class, cost.units, self.tail_seconds * cost.seconds / worked, 0.0)
                for cost in costs
            ]
        return tuple(costs)

    def seconds_of(self, cell: CellLog) -> float:
        """Return the wall seconds that a class has cost."""
        return cell.seconds * self.wall_scale


def unit_cv(done: Block) -> float:
    """Return sd/mean of single units, from steps of any size (the sd of a step of n units is sqrt(n) x that of one).

    At most 4, and at most the value that makes a step's cv 1: chunks of parallel workers end in bursts, and the waits
    between them say little about the cost of a unit.
    """
    if done.steps < 2 or done.seconds <= 0:
        return 0.0
    rate = done.seconds / done.units
    variance = max(0.0, done.squares - done.seconds * rate) / (done.steps - 1)
    return min(math.sqrt(variance) / rate, max(_MOST_CV, math.sqrt(done.units / done.steps)))
