"""Parameter studies: the same criteria with other numbers, studied over the same sessions in one pass."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np

from technic_scanner.criteria.panel import Panel
from technic_scanner.domain.study_terms import FEW_DATES
from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.bars import Panel as Bars
from technic_scanner.screening.matrix import IntArray
from technic_scanner.screening.pick_returns import HORIZONS
from technic_scanner.studies.eligible import Minimums, eligible_rows
from technic_scanner.studies.ranges import Variants, variants_of
from technic_scanner.studies.result import COST_BPS, EVERY, FIRST
from technic_scanner.studies.study import window_of
from technic_scanner.studies.sweep_task import ChunkMaker, Sums, SweepTask
from technic_scanner.studies.universe_means import UniverseMeans, universe_means

BEST_HORIZON = 21
_CHUNK_ROWS = 250


@dataclass(frozen=True, eq=False)
class SweepPlan:
    """What every chunk of a parameter study needs, and how to put them together.

    ``window``: the columns first … stop − 1 in which entries are looked for. ``universe``: its means in them.
    """

    variants: Variants
    panel: Panel
    entry: str
    window: tuple[int, int]
    universe: UniverseMeans
    chunks: ChunkMaker

    @classmethod
    def of(
        cls,
        variants: Variants,
        panel: Panel,
        *,
        entry: str = FIRST,
        start: date | str | None = None,
        end: date | str | None = None,
        minimums: Minimums | None = None,
        threads: int | None = None,
    ) -> SweepPlan:
        """Return the plan of a parameter study; see ``study.study`` for the arguments. Raises ConfigError."""
        first, stop = window_of(panel.sessions, entry, start, end, COST_BPS)
        could, honest = eligible_rows(panel, minimums or Minimums(), threads)
        means = universe_means(panel.bars.close, honest, HORIZONS, first, stop, threads)
        conditions = tuple(found.tree.where for found in variants.criteria)
        chunks = ChunkMaker.of(panel, could, conditions, threads or os.cpu_count() or 1)
        return cls(variants, panel, entry, (first, stop), means, chunks)

    @cached_property
    def task(self) -> SweepTask:
        """What is done with each chunk."""
        first, stop = self.window
        conditions = tuple(found.tree.where for found in self.variants.criteria)
        means = np.ascontiguousarray(self.universe.means[:, first:stop])
        return SweepTask(conditions, self.panel.market, self.panel.calendar, first, self.entry == EVERY, means)

    def empty(self) -> FloatArray:
        """Return the sums before the first chunk."""
        first, stop = self.window
        return np.zeros((len(self.variants.criteria), Sums.width(stop - first)))

    def bounds(self, size: int = _CHUNK_ROWS) -> list[tuple[int, int]]:
        """Return the first row of each chunk and the one after its last."""
        count = len(self.panel.symbols)
        return [(start, min(start + size, count)) for start in range(0, count, size)]


@dataclass(frozen=True, slots=True)
class Cell:
    """What followed the entries of one variant after one horizon; see ``horizons.HorizonResult``."""

    n: int
    n_dates: int
    mean_excess: float | None
    hit_rate: float | None


@dataclass(frozen=True, eq=False)
class Sweep:
    """A parameter study: by horizon one cell for each variant, in the order of ``variants.criteria``."""

    plan: SweepPlan = field(repr=False)
    entries: IntArray
    cells: dict[int, tuple[Cell, ...]]

    @classmethod
    def of(cls, plan: SweepPlan, flat: FloatArray) -> Sweep:
        """Return the study of which all chunks add up to ``flat``."""
        sums = Sums.views(flat)
        cells = {horizon: _cells(plan, sums, number) for number, horizon in enumerate(HORIZONS)}
        return cls(plan, sums.counts.sum(axis=1).astype(np.int64), cells)

    @property
    def variants(self) -> Variants:
        """The variants that were studied."""
        return self.plan.variants

    def grid(self, horizon: int) -> FloatArray:
        """Return the mean excess of each variant in the shape of the ranges, NaN where there is none."""
        means = [np.nan if cell.mean_excess is None else cell.mean_excess for cell in self.cells[horizon]]
        return np.array(means).reshape(self.variants.shape)

    def best(self, horizon: int = BEST_HORIZON, min_dates: int = FEW_DATES) -> int | None:
        """Return the number of the variant with the largest mean excess, the first of equal ones.

        It is one of those with judged entries on at least ``min_dates`` dates: few of them give large means by chance.
        None without any.
        """
        enough = np.array([cell.n_dates >= max(1, min_dates) for cell in self.cells[horizon]])
        return int(np.where(enough, self.grid(horizon).ravel(), -np.inf).argmax()) if enough.any() else None

    def neighbours(self, number: int, horizon: int = BEST_HORIZON) -> FloatArray:
        """Return the mean excess of the variants one step away, also diagonally, that have one."""
        grid = self.grid(horizon)
        place = np.unravel_index(number, grid.shape)
        around = grid[tuple(slice(max(0, int(at) - 1), int(at) + 2) for at in place)].copy()
        around[tuple(min(int(at), 1) for at in place)] = np.nan
        return around[~np.isnan(around)]


def sweep(
    text: str,
    panel: Panel | Bars,
    *,
    entry: str = FIRST,
    start: date | str | None = None,
    end: date | str | None = None,
    minimums: Minimums | None = None,
    threads: int | None = None,
) -> Sweep:
    """Study every variant of criteria whose numbers have ranges, as in ``let n = 20 # 10..50 step 5``.

    The other arguments are those of ``study.study``. Raises CriteriaError, ConfigError.
    """
    whole = panel if isinstance(panel, Panel) else Panel(panel)
    plan = SweepPlan.of(variants_of(text), whole, entry=entry, start=start, end=end, minimums=minimums, threads=threads)
    flat = plan.empty()
    for part in _parts(plan, threads or min(4, os.cpu_count() or 1)):
        flat += part
    return Sweep.of(plan, flat)


def _parts(plan: SweepPlan, threads: int) -> Iterable[FloatArray]:
    """Yield the sums of each chunk, in order; at most two a thread are there at a time."""
    bounds = plan.bounds(max(8, min(_CHUNK_ROWS, -(-len(plan.panel.symbols) // threads))))
    with ThreadPoolExecutor(threads) as pool:
        waiting = []
        for start, stop in bounds:
            waiting.append(pool.submit(plan.task, plan.chunks.chunk(start, stop)))
            if len(waiting) > threads:
                yield waiting.pop(0).result()
        for future in waiting:
            yield future.result()


def _cells(plan: SweepPlan, sums: Sums, number: int) -> tuple[Cell, ...]:
    first, stop = plan.window
    total, horizon = len(plan.panel.sessions), HORIZONS[number]
    means = plan.universe.means[number, first:stop]
    known = np.isfinite(means) & (np.arange(first, stop) + horizon < total)
    found = []
    for counts, returns, hits in zip(sums.counts, sums.returns[:, number], sums.hits[:, number], strict=True):
        dates = np.flatnonzero(known & (counts > 0.0))
        judged = int(counts[dates].sum())
        excess = returns[dates] / counts[dates] - means[dates]
        mean = float(excess.mean()) if len(dates) else None
        found.append(Cell(judged, len(dates), mean, float(hits) / judged if judged else None))
    return tuple(found)
