"""Serve current bars from Yahoo Finance through yfinance, in batches and within its rate limits."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from technic_scanner.adapters.market_data.exchange_days import last_final_day
from technic_scanner.adapters.market_data.yahoo.client import YahooClient
from technic_scanner.adapters.market_data.yahoo.downloads import Arrival, Downloads, Pace
from technic_scanner.adapters.market_data.yahoo.symbols import load_universe, universe_names, universe_of
from technic_scanner.clock import Clock
from technic_scanner.domain.metrics import SymbolFailure
from technic_scanner.domain.reasons import LASTING, failure, no_data
from technic_scanner.domain.universe import GIVEN_SYMBOLS, SourceInfo, Universe
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.ports import MacroSeries, MessageSink, PriceBatch
from technic_scanner.screening.bars import Panel
from technic_scanner.screening.panel_build import between, combine_panels

_LOG = logging.getLogger(__name__)
BENCHMARK = "SPY"
# The volatility index and the 10- and 30-year yields in per cent.
MACRO = ("^VIX", "^TNX", "^TYX")
_DAYS_PER_YEAR = 365.25
# Optional series are not worth waiting for.
_ONCE = Pace(threads=1, attempts=1, back_off_seconds=())


class YahooSource:
    """Daily bars from Yahoo, adjusted for splits and dividends; needs the internet.

    ``history_years`` is the length of the whole history. ``batch_size`` is the number of symbols per batch. Sessions
    that have not ended (by ``clock``) are omitted. Symbols may be written as ``BRK.B`` or ``BRK-B``.
    """

    def __init__(
        self,
        client: YahooClient,
        clock: Clock,
        *,
        history_years: float = 10.0,
        batch_size: int = 25,
        pace: Pace | None = None,
    ) -> None:
        self._client = client
        self._clock = clock
        self._history = timedelta(days=round(history_years * _DAYS_PER_YEAR))
        self._batch_size = batch_size
        self._pace = pace or Pace()
        self._given: tuple[str, ...] | None = None

    def of(self, symbols: Sequence[str]) -> YahooSource:
        """Return this source with ``symbols`` as its default universe, whether or not they are in an index."""
        other = copy(self)
        other._given = tuple(symbols)  # noqa: SLF001 - a copy of itself
        return other

    def info(self) -> SourceInfo:
        """Describe the source, without network access."""
        return SourceInfo(
            name="yahoo",
            label="Yahoo Finance, daily",
            universes=(*universe_names(), GIVEN_SYMBOLS),
            notes=("Prices are adjusted for splits and dividends.", "Needs internet access; for personal use only."),
        )

    def universe(self, name: str | None, cancel: CancelToken) -> Universe:
        """Return an index, or the symbols given to ``of``, also for None then. ConfigError for another name."""
        cancel.check()
        if name == GIVEN_SYMBOLS or (name is None and self._given is not None):
            return universe_of(self._given or ())
        return load_universe(name)

    def macro(self, as_of: date | None, cancel: CancelToken) -> tuple[MacroSeries, ...]:
        """Return the volatility index and yields up to ``as_of``; unavailable ones are omitted."""
        span = self._span(None, as_of)
        found = []
        for symbol in MACRO:
            arrival = self._asked_once(symbol, span, cancel)
            panel = _panel_of(arrival, span)
            if panel is not None:
                found.append(MacroSeries(symbol, panel.sessions, panel.close[0]))
                continue
            why = _failure_of(arrival, span)
            _LOG.warning("yahoo: no %s (%s: %s)", symbol, why.reason, why.detail)
            if why.reason not in LASTING:
                break  # the others would fail in the same way, each after its own time-out
        return tuple(found)

    def benchmark(self) -> str | None:
        """Return SPY."""
        return BENCHMARK

    def fetch(
        self,
        symbols: Sequence[str],
        start: date | None,
        end: date | None,
        cancel: CancelToken,
        say: MessageSink,
    ) -> Iterator[PriceBatch]:
        """Yield the bars in batches as they arrive; see PriceSource. Raises SourceError if Yahoo cannot be reached."""
        cancel.check()
        span = self._span(start, end)
        downloads = Downloads(self._client, tuple(dict.fromkeys(symbols)), span, self._pace)
        panels: list[Panel] = []
        failures: list[SymbolFailure] = []
        try:
            for arrival in downloads.outcomes(cancel, say):
                panel = _panel_of(arrival, span)
                if panel is not None:
                    panels.append(panel)
                else:
                    failures.append(_failure_of(arrival, span))
                if arrival.bars is not None and arrival.bars.repairs:
                    say(f"{arrival.symbol}: {arrival.bars.repairs}")
                if len(panels) + len(failures) >= self._batch_size:
                    yield PriceBatch(combine_panels(panels), tuple(failures))
                    panels, failures = [], []
        finally:
            downloads.stop()
        if panels or failures:
            yield PriceBatch(combine_panels(panels), tuple(failures))

    def _asked_once(self, symbol: str, span: tuple[date, date], cancel: CancelToken) -> Arrival:
        downloads = Downloads(self._client, (symbol,), span, _ONCE)
        try:
            return next(downloads.outcomes(cancel, _LOG.warning))
        finally:
            downloads.stop()

    def _span(self, start: date | None, end: date | None) -> tuple[date, date]:
        """Return the first and last day to request: a limited history, without the current session."""
        final = last_final_day(self._clock.now())
        return start or final - self._history, final if end is None else min(end, final)


def _panel_of(arrival: Arrival, span: tuple[date, date]) -> Panel | None:
    """Return the bars within ``span``, None if there are none."""
    if arrival.bars is None:
        return None
    panel = between(replace(arrival.bars.panel, symbols=(arrival.symbol,)), *span)
    return panel if bool((~np.isnan(panel.close)).any()) else None


def _failure_of(arrival: Arrival, span: tuple[date, date]) -> SymbolFailure:
    if arrival.failure is None:
        return no_data(arrival.symbol, *span)
    return failure(arrival.symbol, arrival.failure.reason, arrival.failure.detail)
