"""Read the bars that criteria need, and put them together with groups, market and calendar; without a scan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from technic_scanner.criteria import Criteria
from technic_scanner.criteria.panel import Panel
from technic_scanner.domain.stage import Stage
from technic_scanner.domain.universe import Security
from technic_scanner.pipeline.context import ExchangeSessions, ScanContext, no_calendar
from technic_scanner.pipeline.fetch import fetch_benchmark, fetch_prices
from technic_scanner.pipeline.market_index import fetch_reference, reference_index
from technic_scanner.pipeline.reference_universe import reference_universe
from technic_scanner.pipeline.universe import filter_securities, fit_securities
from technic_scanner.screening.bars import FIELDS, DateArray
from technic_scanner.screening.bars import Panel as Bars

# Every stored session: what a recursive function starts at.
ALL_SESSIONS = 20_000
# Sessions beyond the bars that are needed, for symbols that did not trade on each of them.
SPARE_SESSIONS, SPARE_SHARE = 60, 1.1


def sessions_to_read(criteria: Criteria) -> int:
    """Return how many sessions the criteria's values are read from."""
    if criteria.recursive:
        return ALL_SESSIONS
    return min(ALL_SESSIONS, int(criteria.history_bars * SPARE_SHARE) + SPARE_SESSIONS)


def read_panel(context: ScanContext, criteria: Criteria, calendar: ExchangeSessions) -> Panel:
    """Return the panel of the config's symbols up to its as-of date. Raises SourceError, CancelledError."""
    reporter = context.reporter
    wanted = replace(context.config, lookback_sessions=sessions_to_read(criteria))
    reading = ScanContext(wanted, context.options, context.ports, reporter, context.cancel)
    reporter.start_run("reading bars")
    reporter.start_stage(Stage.UNIVERSE_LOADING, 1)
    universe = reading.source.universe(wanted.universe, reading.cancel)
    kept = filter_securities(universe, wanted).kept
    market = fetch_benchmark(reading).until(reading.as_of)
    reporter.complete_stage()
    bars = fetch_prices(reading, [security.symbol for security in kept]).panel.until(reading.as_of)
    index = None
    if criteria.reads_market and not market.symbols:
        reference = reference_universe(reading, universe.name, fit_securities(universe))
        fetch_reference(reading, reference, wanted.lookback_sessions, len(kept))
        index = reference_index(reading, reference, wanted.lookback_sessions)
    reporter.finish("succeeded", "bars were read")
    panel = criteria_panel(bars, kept, market, calendar if criteria.reads_periods else no_calendar)
    return replace(panel, index=index)


def criteria_panel(bars: Bars, securities: Sequence[Security], market: Bars, calendar: ExchangeSessions) -> Panel:
    """Return the bars with the groups of their securities, the market and the exchange's calendar."""
    by_symbol = {security.symbol: security for security in securities}
    listed = [by_symbol[symbol] for symbol in bars.symbols]
    labels = {
        "sector": tuple(security.sector for security in listed),
        "industry": tuple(security.industry for security in listed),
        "sub_industry": tuple(security.sub_industry for security in listed),
    }
    sessions = calendar(bars.sessions) if len(bars.sessions) else None
    if sessions is not None and not np.isin(bars.sessions, sessions).all():
        sessions = None  # these bars are of another exchange
    return Panel(bars, labels, market if market.symbols else None, sessions)


def ended(bars: Bars, ends: DateArray) -> Bars:
    """Return the bars without those after each symbol's end (n,); the bars themselves where there are none."""
    later = np.searchsorted(bars.sessions, ends, side="right")
    first = int(later.min(initial=len(bars.sessions)))
    unused = np.arange(first, len(bars.sessions)) >= later[:, None]
    if not (unused & ~np.isnan(bars.close[:, first:])).any():
        return bars
    arrays = [np.array(getattr(bars, name)) for name in FIELDS]
    for array in arrays:
        array[:, first:][unused] = np.nan
    return Bars(bars.symbols, bars.sessions, *arrays)
