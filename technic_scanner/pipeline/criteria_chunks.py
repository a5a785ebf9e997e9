"""The part of a scan's criteria that is of one symbol alone: computed in the scanning chunks, and kept with them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from technic_scanner.criteria import LANGUAGE_VERSION, Criteria
from technic_scanner.criteria import compile as compile_criteria
from technic_scanner.criteria.evaluate_symbols import symbol_values
from technic_scanner.criteria.judging import judged_roots
from technic_scanner.criteria.panel import Panel as CriteriaPanel
from technic_scanner.criteria.symbol_part import Kept, Wanted, wanted_values
from technic_scanner.criteria.warm_up import SLOW, is_quick
from technic_scanner.domain.universe import Security
from technic_scanner.pipeline.context import ScanContext, no_calendar
from technic_scanner.pipeline.market_index import reference_index
from technic_scanner.pipeline.newest_bars import criteria_panel, ended, sessions_to_read
from technic_scanner.pipeline.reference_universe import ReferenceUniverse
from technic_scanner.screening.bars import FIELDS, DateArray, FloatArray, Panel
from technic_scanner.screening.matrix import IntArray
from technic_scanner.screening.sessions import UsedBars


@dataclass(frozen=True, slots=True, eq=False)
class LongChunk(Panel):
    """A chunk of the scanned bars, and the same symbols' ``history``, those bars and more before them."""

    history: Panel


@dataclass(frozen=True, slots=True, eq=False)
class SymbolTask:
    """Pure function of one chunk: its bars to the values that the criteria need of each symbol; picklable."""

    wanted: tuple[Wanted, ...]
    market: Panel | None
    index: Panel | None
    calendar: DateArray | None

    def __call__(self, chunk: Panel) -> FloatArray:
        bars = chunk.history if isinstance(chunk, LongChunk) else chunk
        return symbol_values(self.wanted, CriteriaPanel(bars, {}, self.market, self.calendar, index=self.index))


@dataclass(frozen=True, slots=True, eq=False)
class ScanCriteria:
    """The criteria of one scan, and the bars of the scanned symbols that they read.

    ``panel``: rows as those of the used bars. ``wanted``: what is computed of each symbol in its chunk. ``longer``:
    whether the bars begin before those that are scanned. ``bars_read``: the state of those bars.
    """

    criteria: Criteria
    panel: CriteriaPanel
    wanted: tuple[Wanted, ...]
    longer: bool
    bars_read: str

    @property
    def width(self) -> int:
        """How many values of one symbol are kept."""
        return sum(item.width for item in self.wanted)

    @property
    def task(self) -> SymbolTask:
        """What computes them of a chunk."""
        return SymbolTask(self.wanted, self.panel.market, self.panel.index, self.panel.calendar)

    def chunk(self, used: Panel, start: int, stop: int) -> Panel:
        """Return the symbols start..stop of the used bars, with their longer history where criteria read one."""
        part = used.rows(start, stop)
        if not self.longer:
            return part
        prices = part.open, part.high, part.low, part.close, part.volume
        return LongChunk(part.symbols, part.sessions, *prices, self.panel.bars.rows(start, stop))

    def take(self, rows: IntArray) -> CriteriaPanel:
        """Return the panel of ``rows``, in that order."""
        labels = {name: tuple(texts[i] for i in rows.tolist()) for name, texts in self.panel.labels.items()}
        return replace(self.panel, bars=self.panel.bars.take(rows), labels=labels)

    def kept(self, values: FloatArray) -> Kept:
        """Return the values (n, width) that chunks kept of n symbols."""
        return Kept.of(self.wanted, values)

    def fingerprint(self) -> str:
        """Return a hash of everything that the kept values depend on beside the used bars."""
        digest = hashlib.blake2b(digest_size=16)
        for text in (str(LANGUAGE_VERSION), self.criteria.canonical, self.bars_read):
            digest.update(text.encode() + b"\0")
        digest.update(repr([(item.bars, item.columns) for item in self.wanted]).encode())
        if self.panel.calendar is not None:
            digest.update(self.panel.calendar.astype("<i8").tobytes())
        for market in (self.panel.market, self.panel.index):
            if market is not None:
                digest.update(market.sessions.astype("<i8").tobytes())
                for name in FIELDS:
                    digest.update(np.ascontiguousarray(getattr(market, name)).tobytes())
        return digest.hexdigest()


def scan_criteria(
    context: ScanContext,
    used: UsedBars,
    securities: Sequence[Security],
    benchmark: tuple[str | None, Panel],
    reference: ReferenceUniverse,
) -> ScanCriteria | None:
    """Return the criteria of the scan with the bars that they read; None where the config has none.

    ``securities``: at least those of the used bars. ``benchmark``: its name, and its bars up to the as-of date.
    """
    if not context.config.criteria.strip():
        return None
    criteria = compile_criteria(context.config.criteria)
    if not is_quick():
        context.reporter.message(SLOW)
    bars, state = _history(context, criteria, used)
    calendar = context.ports.exchange_sessions if criteria.reads_periods else no_calendar
    market = _market(context, criteria, *benchmark)
    panel = criteria_panel(bars, securities, market, calendar)
    if criteria.reads_market and not market.symbols:
        sessions = max(sessions_to_read(criteria), context.config.lookback_sessions)
        panel = replace(panel, index=reference_index(context, reference, sessions))
    wanted = wanted_values(judged_roots(criteria), bars.close)
    return ScanCriteria(criteria, panel, wanted, bars is not used.panel, state)


def _history(context: ScanContext, criteria: Criteria, used: UsedBars) -> tuple[Panel, str]:
    """Return the used bars and those before them as far as the criteria read them, and the state of those."""
    panel, wanted = used.panel, sessions_to_read(criteria)
    if wanted <= context.config.lookback_sessions or not panel.symbols:
        return panel, ""
    read = context.cache.read(context.source_key, panel.symbols, wanted, context.as_of)
    held = read.panel
    at = {symbol: row for row, symbol in enumerate(held.symbols)}
    if not all(symbol in at for symbol in panel.symbols):
        return panel, ""  # another process has dropped bars meanwhile
    if held.symbols != panel.symbols:
        held = held.take([at[symbol] for symbol in panel.symbols])
    held = held.until(panel.last_session)
    last = used.placement.last
    ends = np.where(last >= 0, panel.sessions[np.maximum(last, 0)], np.datetime64("0001-01-01"))
    return ended(held, ends), read.fingerprint


def _market(context: ScanContext, criteria: Criteria, name: str | None, benchmark: Panel) -> Panel:
    """Return the benchmark's bars as far as the criteria read them; none where there is no benchmark."""
    wanted = sessions_to_read(criteria)
    if wanted > context.config.lookback_sessions and name is not None:
        held = context.cache.read(context.source_key, [name], wanted, context.as_of).panel
        if held.symbols:
            return held.until(context.as_of)
    return benchmark
