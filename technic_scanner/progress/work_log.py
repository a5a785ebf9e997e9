"""Keep, in bounded memory, what each class of work in a stage was declared to be and has cost so far."""

from __future__ import annotations

import math
from functools import reduce
from typing import NamedTuple

from technic_scanner.domain.metrics import UnitCost

GRAIN_SECONDS = 1e-3  # steps shorter than this are summed: their single times are clock noise, and cost more to keep
MAX_BLOCKS = 96
WHOLE_STAGE = "stage"  # the class of a stage that reported no unit: one unit, the stage itself


class Block(NamedTuple):
    """Consecutive steps: units and seconds in them, Σ seconds²/units, how many steps, Σ log(seconds/unit)."""

    units: int
    seconds: float
    squares: float
    steps: int
    log_sum: float

    def plus(self, other: Block) -> Block:
        """Return both together."""
        return Block(
            self.units + other.units,
            self.seconds + other.seconds,
            self.squares + other.squares,
            self.steps + other.steps,
            self.log_sum + other.log_sum,
        )


NOTHING = Block(0, 0.0, 0.0, 0, 0.0)


def total_of(blocks: list[Block]) -> Block:
    """Return all blocks together."""
    return reduce(Block.plus, blocks, NOTHING)


class CellLog:
    """One class of work in one stage. ``declared`` is what is to be done in all, ``restored`` by an earlier attempt.

    The oldest blocks are merged in pairs when there are too many, so that the newest stay fine-grained.
    """

    __slots__ = ("blocks", "declared", "open_seconds", "open_units", "restored")

    def __init__(self) -> None:
        self.declared: int | None = None
        self.restored = 0
        self.open_units = 0
        self.open_seconds = 0.0
        self.blocks: list[Block] = []

    def add(self, units: int, seconds: float) -> None:
        """Note a step of ``units`` done in ``seconds``."""
        self.open_units += units
        self.open_seconds += seconds
        if self.open_seconds >= GRAIN_SECONDS:
            self.close_step()

    def close_step(self) -> None:
        """Turn what was summed up into a block of one step."""
        units, seconds = self.open_units, self.open_seconds
        self.open_units, self.open_seconds = 0, 0.0
        if units and seconds > 0:
            self.blocks.append(Block(units, seconds, seconds * seconds / units, 1, math.log(seconds / units)))
            if len(self.blocks) > MAX_BLOCKS:
                self._merge_oldest()

    @property
    def units(self) -> int:
        """Units done in this attempt."""
        return sum(block.units for block in self.blocks) + self.open_units

    def collapse(self) -> None:
        """Forget the order of the steps; for a stage that is over."""
        self.blocks = [total_of(self.blocks)] if self.blocks else []

    def _merge_oldest(self) -> None:
        half = MAX_BLOCKS // 2
        pairs = zip(self.blocks[0:half:2], self.blocks[1:half:2], strict=True)
        self.blocks[:half] = [first.plus(second) for first, second in pairs]


class WorkLog:
    """All classes of work of one stage.

    The wall seconds between two reports belong to the units of the later one, unless the report says what its units
    cost. Workers that run side by side report costs that sum to more than the wall time: the costs then only share
    out the stage's wall seconds among the classes, so a unit's cost is always wall seconds of the stage per unit.
    """

    __slots__ = ("cells", "last_at", "started_at")

    def __init__(self) -> None:
        self.cells: dict[str, CellLog] = {}
        self.started_at: float | None = None
        self.last_at = 0.0

    def start(self, now: float) -> None:
        """Start the stage's clock, or start it again after a pause that is not the stage's."""
        if self.started_at is None:
            self.started_at = now
        else:
            self.started_at += now - self.last_at
        self.last_at = now

    def cell(self, unit_class: str) -> CellLog:
        """Return the log of a class, made when it is first asked for."""
        found = self.cells.get(unit_class)
        if found is None:
            found = self.cells[unit_class] = CellLog()
        return found

    def observe(self, unit_class: str, units: int, now: float, seconds: float | None) -> None:
        """Note that ``units`` were done by monotonic second ``now``, at a cost of ``seconds`` where that is known."""
        cell = self.cells.get(unit_class)
        if cell is None:
            cell = self.cell(unit_class)
        cell.add(units, now - self.last_at if seconds is None else seconds)
        self.last_at = now

    def end(self, now: float) -> None:
        """Close the stage: its tail counts as cost of what it did; a stage that reported nothing was one unit."""
        if self.started_at is None:
            return
        if not any(cell.units for cell in self.cells.values()) and now > self.last_at:
            self.cell(WHOLE_STAGE).add(1, now - self.last_at)
        self.last_at = now
        for cell in self.cells.values():
            cell.close_step()
            cell.collapse()

    @property
    def wall_scale(self) -> float:
        """Wall seconds per second of noted cost: 1 for one worker, about 1/n for n that say what units cost."""
        if self.started_at is None:
            return 1.0
        noted = sum(block.seconds for cell in self.cells.values() for block in cell.blocks)
        noted += sum(cell.open_seconds for cell in self.cells.values())
        wall = self.last_at - self.started_at
        return wall / noted if noted > 0 and wall > 0 else 1.0

    def unit_costs(self, stage: str) -> tuple[UnitCost, ...]:
        """Return what each class has cost in this attempt; classes without a measured unit are left out."""
        scale = self.wall_scale
        costs = []
        for unit_class, cell in self.cells.items():
            done = total_of(cell.blocks)
            seconds = (done.seconds + cell.open_seconds) * scale
            if (units := cell.units) and seconds > 0:
                costs.append(UnitCost(stage, unit_class, units, seconds, unit_cv(done)))
        return tuple(costs)


def unit_cv(done: Block) -> float:
    """Return sd/mean of single units, from steps of any size (a step of n units varies by sqrt(n) x that of one)."""
    if done.steps < 2 or done.seconds <= 0:
        return 0.0
    rate = done.seconds / done.units
    variance = max(0.0, done.squares - done.seconds * rate) / (done.steps - 1)
    return math.sqrt(variance) / rate


_SHIFT_STEPS = 20  # steps needed on either side of a shift
_SHIFT_Z = 5.0
_SHIFT_LOG = 0.25


def since_last_shift(blocks: list[Block]) -> list[Block]:
    """Return the blocks after the last shift of the cost's level; all of them if it never shifted.

    Binary segmentation on mean log unit times: the split with the largest z is taken if it passes 5 sd and the level
    moved by more than 0.25 (28 %), then what lies behind it is looked at again.
    """
    while True:
        split = _best_split(blocks)
        if split is None:
            return blocks
        blocks = blocks[split:]


def _best_split(blocks: list[Block]) -> int | None:
    whole = total_of(blocks)
    if whole.steps < 2 * _SHIFT_STEPS or len(blocks) < 2:
        return None
    best, best_z = None, _SHIFT_Z
    steps, log_sum = 0, 0.0
    for position, block in enumerate(blocks[:-1], start=1):
        steps += block.steps
        log_sum += block.log_sum
        after = whole.steps - steps
        if steps < _SHIFT_STEPS or after < _SHIFT_STEPS:
            continue
        jump = (whole.log_sum - log_sum) / after - log_sum / steps
        if abs(jump) <= _SHIFT_LOG:
            continue
        spread = _spread(blocks, position, log_sum / steps, (whole.log_sum - log_sum) / after)
        z = abs(jump) / math.sqrt(spread * (1 / steps + 1 / after) + 1e-12)
        if z > best_z:
            best, best_z = position, z
    return best


def _spread(blocks: list[Block], split: int, before: float, after: float) -> float:
    """Return the variance of a single step's log unit time about the two levels."""
    squares = math.fsum(
        block.steps * (block.log_sum / block.steps - (before if i < split else after)) ** 2
        for i, block in enumerate(blocks)
    )
    return squares / max(1, len(blocks) - 2)
