"""The part of a parameter study that is of some symbols alone: entries and returns of all variants, by session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from technic_scanner.criteria.evaluate_many import each_truth, shared_values
from technic_scanner.criteria.panel import Panel
from technic_scanner.criteria.shared_values import Shared
from technic_scanner.criteria.tree import Node
from technic_scanner.screening.bars import DateArray, FloatArray
from technic_scanner.screening.bars import Panel as Bars
from technic_scanner.screening.matrix import BoolArray
from technic_scanner.screening.pick_returns import HORIZONS, MOST_RETURN
from technic_scanner.studies.kernel_events import add_entries


@dataclass(frozen=True, slots=True, eq=False)
class SweepChunk(Bars):
    """The bars of some symbols, their labels, in which sessions they could be picked, and what all symbols share."""

    labels: dict[str, Any]
    eligible: BoolArray
    shared: Shared


class Sums(NamedTuple):
    """Sums over the entries of V variants in the W sessions of a window, over K horizons.

    ``counts`` (V, W): entries of each session. ``returns`` (V, K, W): the sum of their returns. ``hits`` (V, K): how
    many of them are above the universe's mean.
    """

    counts: FloatArray
    returns: FloatArray
    hits: FloatArray

    @classmethod
    def views(cls, flat: FloatArray) -> Sums:
        """Return the sums that lie side by side in (V, W + K · W + K)."""
        kinds = len(HORIZONS)
        width = (flat.shape[1] - kinds) // (1 + kinds)
        returns = flat[:, width : width * (1 + kinds)].reshape(len(flat), kinds, width)
        return cls(flat[:, :width], returns, flat[:, width * (1 + kinds) :])

    @staticmethod
    def width(sessions: int) -> int:
        """Return how many numbers one variant has over a number of sessions."""
        return sessions * (1 + len(HORIZONS)) + len(HORIZONS)


@dataclass(frozen=True, slots=True, eq=False)
class SweepTask:
    """Pure function of one chunk: its bars to the sums of every variant, flat (V, numbers); picklable.

    ``first``: the first session of the window. ``means`` (K, W): the universe's means in it.
    """

    conditions: tuple[Node, ...]
    market: Bars | None
    calendar: DateArray | None
    first: int
    every: bool
    means: FloatArray

    def __call__(self, chunk: Bars) -> FloatArray:
        assert isinstance(chunk, SweepChunk)  # what ChunkMaker cuts
        flat = np.zeros((len(self.conditions), Sums.width(self.means.shape[1])))
        sums = Sums.views(flat)
        offsets = np.array(HORIZONS, dtype=np.int64)

        def use(number: int, start: int, stop: int, truth: Any) -> None:
            own = truth, chunk.close[start:stop], chunk.eligible[start:stop]
            into = sums.counts[number], sums.returns[number], sums.hits[number]
            add_entries(*own, self.first, self.every, offsets, MOST_RETURN, self.means, *into)

        each_truth(self.conditions, Panel(chunk, chunk.labels, self.market, self.calendar), chunk.shared, use)
        return flat


@dataclass(frozen=True, slots=True, eq=False)
class ChunkMaker:
    """Cuts chunks from a panel, of which the rows are ``eligible`` (n, T) in a session."""

    panel: Panel
    eligible: BoolArray
    shared: Shared

    @classmethod
    def of(cls, panel: Panel, eligible: BoolArray, conditions: tuple[Node, ...], threads: int) -> ChunkMaker:
        """Return what cuts the chunks; what all symbols share is computed here."""
        return cls(panel, eligible, shared_values(conditions, panel, threads))

    def chunk(self, start: int, stop: int) -> SweepChunk:
        """Return the symbols start … stop − 1."""
        bars = self.panel.bars.rows(start, stop)
        labels = {name: tuple(texts[start:stop]) for name, texts in self.panel.labels.items()}
        prices = bars.open, bars.high, bars.low, bars.close, bars.volume
        own = self.eligible[start:stop], self.shared.rows(start, stop)
        return SweepChunk(bars.symbols, bars.sessions, *prices, labels, *own)
