"""What a study found: its entries and their returns by horizon."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from technic_scanner.criteria import Criteria
from technic_scanner.criteria.panel import Panel
from technic_scanner.screening.bars import DateArray, FloatArray
from technic_scanner.screening.matrix import BoolArray, IntArray
from technic_scanner.screening.pick_returns import HORIZONS, MOST_RETURN
from technic_scanner.studies.by_symbol import by_symbol
from technic_scanner.studies.date_ranks import ranks_by_date
from technic_scanner.studies.dates import Dates
from technic_scanner.studies.kernel_events import entry_returns, shared_entries
from technic_scanner.studies.likeness import Likeness, has_many
from technic_scanner.studies.universe_means import UniverseMeans, universe_means

FIRST, EVERY = "first", "every"
ENTRIES: tuple[str, ...] = (FIRST, EVERY)
COST_BPS = 10.0


@dataclass(frozen=True, eq=False)
class Study:
    """The E entries of criteria in a panel (n, T), oldest session first, and the universe's returns.

    ``window``: the columns first … stop − 1 in which entries were looked for. ``rows`` and ``columns`` (E,) are their
    places in the panel, ``order`` (E,) the value of ``rank by`` there, None without one. ``honest`` (n, T): the rows
    that make up the ``universe``'s mean. ``sessions_with_rows``: sessions of the window in which any row could be
    picked. ``left_out``: symbols that are not always in the universe's mean, for a price that looks wrong.
    ``cost_bps``: of each purchase and each sale.
    """

    criteria: Criteria
    panel: Panel
    entry: str
    window: tuple[int, int]
    rows: IntArray
    columns: IntArray
    order: FloatArray | None
    universe: UniverseMeans
    honest: BoolArray
    sessions_with_rows: int
    left_out: tuple[str, ...]
    cost_bps: float

    def __len__(self) -> int:
        """Return the number of entries."""
        return len(self.rows)

    @cached_property
    def dates(self) -> int:
        """The number of sessions with an entry."""
        return len(self.by_date.columns)

    @cached_property
    def by_date(self) -> Dates:
        """The sessions with an entry, and which entries are theirs."""
        return Dates.of(self.columns)

    @property
    def sessions(self) -> DateArray:
        """The session of each entry, (E,)."""
        return np.asarray(self.panel.sessions[self.columns])

    @property
    def symbols(self) -> list[str]:
        """The symbol of each entry."""
        names = self.panel.symbols
        return [names[row] for row in self.rows.tolist()]

    def forward(self, offset: int) -> FloatArray:
        """Return each entry's price change (E,) to ``offset`` sessions later, at most MOST_RETURN; NaN if unknown.

        A symbol that is no longer traded is held at its last close. A negative offset gives the price of that time in
        terms of the entry's.
        """
        out = np.empty(len(self.rows))
        entry_returns(self.panel.bars.close, self.rows, self.columns, offset, MOST_RETURN, out)
        return out

    def excess(self, horizon: int) -> FloatArray:
        """Return ``forward`` less the mean of the universe of the entry's session, (E,), for one of HORIZONS."""
        return np.asarray(self.forward(horizon) - self.universe.after(horizon)[self.columns])

    @cached_property
    def by_row(self) -> tuple[IntArray, IntArray]:
        """Rows and columns (E,) of the entries, by symbol and then by session."""
        return by_symbol(self.rows, self.columns)

    @cached_property
    def order_ranks(self) -> FloatArray:
        """The mean rank (E,) of each entry's ``order`` among those of its session, NaN where it is unknown."""
        if self.order is None:
            return np.full(len(self), np.nan)
        return ranks_by_date(self.order, self.columns)

    @cached_property
    def universe_moves(self) -> FloatArray:
        """The universe's mean return from each session to the next (T,), as long as entries are held."""
        first, stop = self.window
        end = min(stop + HORIZONS[-1], self.panel.bars.shape[1])
        if end == stop:
            return self.universe.after(1)
        return universe_means(self.panel.bars.close, self.honest, (1,), first, end).after(1)

    @cached_property
    def reaches(self) -> Mapping[int, Any]:
        """How far the mean excess can be trusted, by horizon: see ``intervals.Reach``."""
        from technic_scanner.studies.intervals import reaches_of  # noqa: PLC0415 - it reads this class

        return reaches_of(self)

    def alike(self, horizon: int) -> float:
        """Return how alike the symbols of dates that share sessions are, 0–1; see ``screening.overlap``."""
        symbols, sessions = self.panel.bars.shape
        if horizon <= HORIZONS[-1] and has_many(len(self), symbols, self.dates):
            return self._likeness.within(horizon)
        counts = np.bincount(self.columns, minlength=sessions).astype(np.float64)
        return float(shared_entries(*self.by_row, counts, horizon))

    @cached_property
    def _likeness(self) -> Likeness:
        return Likeness.of(self.rows, self.panel.bars.shape[0], self.by_date, HORIZONS[-1])

    @cached_property
    def horizons(self) -> Mapping[int, Any]:
        """What followed, by horizon: see ``horizons.HorizonResult``."""
        from technic_scanner.studies.horizons import horizon_result  # noqa: PLC0415 - it reads this class

        _ = self.reaches  # once, before the threads ask for it
        with ThreadPoolExecutor(len(HORIZONS)) as pool:
            return dict(zip(HORIZONS, pool.map(lambda horizon: horizon_result(self, horizon), HORIZONS), strict=True))
