"""Bring what a scan needs of its reference universe: the kept market, or the bars from which it is measured."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from technic_scanner.domain.progress import REFERENCE_SUBSTAGE
from technic_scanner.domain.stage import Stage
from technic_scanner.domain.universe import Security
from technic_scanner.errors import SourceError
from technic_scanner.pipeline.analyse import ANALYSIS_COLUMNS, AnalyseTask
from technic_scanner.pipeline.context import ScanContext
from technic_scanner.pipeline.fetch import fetch_missing
from technic_scanner.pipeline.market import MarketView
from technic_scanner.pipeline.reference import ReferenceMarket, from_bytes, measured, summary_name, to_bytes
from technic_scanner.pipeline.reference_universe import ReferenceUniverse
from technic_scanner.screening.bars import FloatArray, Panel
from technic_scanner.screening.sessions import Placement, SessionGroup, UsedBars, place, session_groups, used_bars

# Days on which anybody trades for each session of the exchange that trades least.
WIDEST = 366 / 230
_CLASS = REFERENCE_SUBSTAGE


@dataclass(slots=True, eq=False)
class Reference:
    """The reference of one scan of the ``scanned`` symbols, stage by stage; ``rates`` are those of ``measured``,
    ``exchanges`` those of symbols as far as they are known.

    If they are the reference, its market is measured on their analysis; otherwise it is read from the cache or, once
    a session, measured on bars of its own.
    """

    context: ScanContext
    universe: ReferenceUniverse
    scanned: tuple[str, ...]
    rates: Mapping[str, float] = field(default_factory=dict)
    exchanges: Mapping[str, str] = field(default_factory=dict)
    market: ReferenceMarket | None = None
    groups: tuple[SessionGroup, ...] = ()
    _panel: Panel = field(default_factory=Panel.empty)
    _place: str = ""
    _substitute: bool = False

    @property
    def is_scanned(self) -> bool:
        """Whether the scanned symbols are the reference."""
        same = self.universe.source_key == self.context.source_key and self.universe.symbols == self.scanned
        return same or self._substitute

    def fetch(self, state: str) -> None:
        """Read the kept market, or else the bars to measure it on; ``state`` is that of the scanned symbols' bars.

        Bars that the cache lacks are fetched. If the source fails, those in the cache are used, with a message; if
        there are none, the scanned symbols stand in for the reference.
        """
        if not self.scanned:
            self._substitute = True
            return
        if not self.is_scanned:
            state = self._fetched()
        self._keep_as(state)
        content = self.context.cache.summary(self.universe.source_key, self._place) if self._place else None
        if content is not None:
            self.market = from_bytes(content)
            self.groups = self.market.groups
        elif not self.is_scanned:
            self._read()

    def settle(self, panel: Panel) -> UsedBars:
        """Return the scanned symbols' bars as far as they are used.

        Each symbol has the newest ``lookback_sessions`` sessions of its group, whatever the others trade on.
        """
        context = self.context
        if self.is_scanned and self.market is None:
            panel, self.groups = self._grouped(panel, context.source_key)
        bars = context.config.lookback_sessions
        placement = place(panel, self.groups, bars, self.exchanges)
        if panel.shape[1] >= bars and _is_cut(panel, placement, self.groups, bars):
            panel = _wide(context, context.source_key, panel)
            placement = place(panel, self.groups, bars, self.exchanges)
        return used_bars(panel, placement)

    @property
    def to_analyse(self) -> int:
        """The number of symbols that are analysed for the reference alone."""
        return len(self._panel.symbols)

    def analyse(self, market: MarketView) -> None:
        """Analyse the reference's own bars, if there are any, and measure the market; in the scanning stage."""
        if not self._panel.symbols:
            return
        context = self.context
        bars = context.config.lookback_sessions
        used = used_bars(self._panel, place(self._panel, self.groups, bars, self.exchanges))
        panel = used.panel
        context.reporter.start_substage(_CLASS, len(panel.symbols))
        matrix = np.full((len(panel.symbols), len(ANALYSIS_COLUMNS)), np.nan)
        size = context.options.chunk_size
        task = AnalyseTask(market.benchmark_close(panel.sessions))
        for number, rows in context.ports.executor.map_chunks(task, _chunks(panel, size), context.cancel):
            matrix[number * size : number * size + len(rows)] = rows
            context.reporter.advance(len(rows), _CLASS, _CLASS)
        context.cancel.check()
        context.reporter.complete_substage(_CLASS)
        self._measure(used, matrix, complete=True)
        self._panel = Panel.empty()

    def market_of(self, used: UsedBars, matrix: FloatArray, *, complete: bool) -> ReferenceMarket:
        """Return the market; measured on the scanned symbols if they are the reference and it is not known yet.

        ``complete``: all of them were analysed, so that the market may be kept for other scans.
        """
        if self.market is None:
            self._measure(used, matrix, complete=complete)
        assert self.market is not None
        return self.market

    def _measure(self, used: UsedBars, matrix: FloatArray, *, complete: bool) -> None:
        by_symbol = {security.symbol: security for security in self.universe.securities}
        securities = [by_symbol.get(symbol) or Security(symbol) for symbol in used.panel.symbols]
        name = self.universe.name if complete and not self._substitute else "the scanned symbols"
        self.market = measured(name, securities, self.groups, used, matrix, self.rates)
        if complete and self._place and not self._substitute:
            self.context.cache.keep_summary(self.universe.source_key, self._place, to_bytes(self.market))

    def _keep_as(self, state: str) -> None:
        universe = self.universe
        if state:
            version = self.context.ports.version
            self._place = summary_name(state, version, universe.name, universe.securities, self.rates)

    def _fetched(self) -> str:
        """Fetch the bars that the cache lacks; return the state of those that it then has."""
        context, universe = self.context, self.universe
        bars = context.config.lookback_sessions
        state = context.cache.state(universe.source_key, universe.symbols, bars, context.as_of)
        if not state.missing:
            return state.name
        count = len(state.missing)
        context.reporter.declare(Stage.DATA_FETCHING, _CLASS, count)
        context.reporter.set_total(len(self.scanned) + count)
        context.reporter.start_substage(_CLASS, count)
        context.reporter.message(
            f"fetching {count:,} symbols of the reference universe {universe.name or 'of all symbols'}, once a session"
        )
        try:
            fetch_missing(context, state.missing, universe.source, universe.source_key, _CLASS)
        except SourceError as error:
            context.reporter.message(f"the reference universe is not up to date: {error}")
        context.reporter.complete_substage(_CLASS)
        return context.cache.state(universe.source_key, universe.symbols, bars, context.as_of).name

    def _read(self) -> None:
        context, key = self.context, self.universe.source_key
        held = context.cache.read(key, self.universe.symbols, context.config.lookback_sessions, context.as_of)
        if not held.panel.symbols:
            self._substitute, self._place = True, ""
            context.reporter.message("the reference universe has no bars: the scanned symbols stand in for it")
            return
        self._panel, self.groups = self._grouped(held.panel, key)

    def _grouped(self, panel: Panel, key: str) -> tuple[Panel, tuple[SessionGroup, ...]]:
        """Return the session groups of a panel, and the panel with enough sessions of each of them."""
        groups = session_groups(panel, self.exchanges, self.context.ports.calendars)
        if len(groups) > 1 and panel.shape[1] >= self.context.config.lookback_sessions:
            panel = _wide(self.context, key, panel)
            groups = session_groups(panel, self.exchanges, self.context.ports.calendars)
        return panel, groups


def _wide(context: ScanContext, key: str, panel: Panel) -> Panel:
    """Return the bars of the panel's symbols on enough days to give each enough sessions of its own."""
    days = math.ceil(context.config.lookback_sessions * WIDEST)
    return context.cache.read(key, panel.symbols, days, context.as_of).panel


def _is_cut(panel: Panel, placement: Placement, groups: Sequence[SessionGroup], bars: int) -> bool:
    """Return whether bars before the panel's first session may belong to what is used of a row."""
    needed = {groups[number].first_of(bars) for number in set(placement.group.tolist()) if number >= 0}
    first = int(panel.sessions[0].astype("datetime64[D]").astype(np.int64))
    return bool((placement.group < 0).any()) or any(day < first for day in needed)


def _chunks(panel: Panel, size: int) -> Iterator[tuple[int, Panel]]:
    for number, start in enumerate(range(0, len(panel.symbols), size)):
        yield number, panel.rows(start, min(start + size, len(panel.symbols)))
