"""Read all bars of a universe for a study: with the members of each session, groups, market and calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from technic_scanner.criteria.panel import Panel
from technic_scanner.domain.metrics import SymbolFailure
from technic_scanner.domain.stage import Stage
from technic_scanner.domain.universe import Security, SourceInfo, Universe
from technic_scanner.pipeline.context import ExchangeSessions, ScanContext
from technic_scanner.pipeline.fetch import fetch_benchmark, fetch_prices
from technic_scanner.pipeline.newest_bars import ALL_SESSIONS, criteria_panel
from technic_scanner.pipeline.universe import fit_securities
from technic_scanner.screening.bars import DateArray
from technic_scanner.screening.bars import Panel as Bars
from technic_scanner.screening.matrix import BoolArray
from technic_scanner.screening.sessions import session_groups
from technic_scanner.screening.survivors import ENDING_SHARE, endings, only_survivors


@dataclass(frozen=True, slots=True, eq=False)
class StudyBars:
    """The panel of a universe, all its symbols and sessions, and notes on what is missing.

    ``failures`` are the symbols without bars; ``fingerprint`` changes if and only if the bars do.
    """

    panel: Panel
    universe: Universe
    notes: tuple[str, ...]
    failures: tuple[SymbolFailure, ...] = ()
    fingerprint: str = ""


def read_study_bars(context: ScanContext, calendar: ExchangeSessions) -> StudyBars:
    """Return the bars of the config's whole universe. Raises ConfigError, SourceError, CancelledError."""
    context.reporter.start_run("reading bars")
    wanted = replace(context.config, lookback_sessions=ALL_SESSIONS, as_of_date=None)
    reading = ScanContext(wanted, context.options, context.ports, context.reporter, context.cancel)
    found = staged_study_bars(reading, calendar)
    context.reporter.finish("succeeded", "bars were read")
    return found


def staged_study_bars(context: ScanContext, calendar: ExchangeSessions) -> StudyBars:
    """Return them in the first two stages of a run, of which the second is left active.

    The config asks for as many sessions as are to be read.
    """
    reporter = context.reporter
    reporter.start_stage(Stage.UNIVERSE_LOADING, 1)
    universe = context.source.universe(context.config.universe, context.cancel)
    listed = fit_securities(universe)
    market = fetch_benchmark(context)
    reporter.complete_stage()
    fetched = fetch_prices(context, [security.symbol for security in listed])
    bars, notes = _up_to_newest(fetched.panel)
    if fetched.failures:
        notes.append(f"{len(fetched.failures):,} of {len(listed):,} symbols have no bars.")
    panel = criteria_panel(bars, listed, market, calendar)
    whole = replace(panel, members=members(listed, bars))
    return StudyBars(whole, universe, tuple(notes), fetched.failures, fetched.fingerprint)


def members(securities: Sequence[Security], bars: Bars) -> BoolArray | None:
    """Return which symbols of the bars are in the universe in each session, (n, T); None where all always are."""
    spells = {security.symbol: security.membership for security in securities if security.membership}
    if not spells:
        return None
    found = np.ones(bars.shape, dtype=np.bool_)
    for row, symbol in enumerate(bars.symbols):
        if symbol in spells:
            found[row] = False
            for first, last in spells[symbol]:
                found[row, _within(bars.sessions, first, last)] = True
    return found


def _within(sessions: DateArray, first: date | None, last: date | None) -> slice:
    start = 0 if first is None else int(np.searchsorted(sessions, np.datetime64(first, "D"), side="left"))
    stop = len(sessions) if last is None else int(np.searchsorted(sessions, np.datetime64(last, "D"), side="right"))
    return slice(start, stop)


def _up_to_newest(bars: Bars) -> tuple[Bars, list[str]]:
    """Return the bars up to the newest session that half of a group's live symbols have, and a note on later ones."""
    groups = session_groups(bars)
    if not groups:
        return bars, []
    newest = np.datetime64(max(group.newest for group in groups), "D")
    kept = bars.until(newest.item())
    left = len(bars.sessions) - len(kept.sessions)
    if not left:
        return bars, []
    return kept, [f"{left} sessions after {newest} are left out: less than half of the symbols have them yet."]


_MISSING = "companies that dropped out are missing, so that returns look better than they were."


def biases(bars: StudyBars, info: SourceInfo) -> list[str]:
    """Return notes on what makes the returns look better than they were, or meaningless."""
    if not info.is_market:
        return ["The prices are generated, so these numbers have no meaning for real markets."]
    if bars.universe.survivorship_biased:
        return [f"The universe contains only companies that were members at its end; {_MISSING}"]
    prices = bars.panel.bars
    if not prices.symbols:
        return []
    ended, years = endings(prices, prices.sessions[-1:].repeat(len(prices.symbols)))
    if not only_survivors(ended, years):
        return []
    share = f"{ended:,} of {len(prices.symbols):,} symbols stopped trading, {ended / years:.1%} a year"
    return [f"{share}, where of a real market about {ENDING_SHARE:.0%} do; {_MISSING}"]
