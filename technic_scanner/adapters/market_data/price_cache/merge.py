"""Merge fetched bars into the price cache's index: new ones, continuations, and those that contradict cached bars."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from technic_scanner.adapters.market_data.long_bars import LongBars
from technic_scanner.adapters.market_data.price_cache.index import ALL_HISTORY, Entry, Index
from technic_scanner.domain.metrics import SymbolFailure
from technic_scanner.domain.reasons import LASTING, NOT_FOUND, no_data
from technic_scanner.pipeline.ports import PriceBatch
from technic_scanner.screening.bars import FIELDS, Panel

# A larger difference of a session's prices means a new adjustment (a dividend of 0.01 % of the price, any split).
_PRICE_TOLERANCE = 1e-4
# Vendors revise volumes slightly after the close; a larger change means that the bar was not final.
_VOLUME_TOLERANCE = 0.25

ReadBars = Callable[[Sequence[str], npt.NDArray[np.int64]], Panel]


@dataclass(frozen=True, slots=True)
class Asked:
    """The requested days since 1970 (``start`` ALL_HISTORY: no limit), and the time of the request in seconds."""

    start: int
    through: int
    at: int


class _Span(NamedTuple):
    """So many bars of one symbol, the days of the first and the last; of none any days."""

    bars: int
    first: int
    last: int


def merge_batch(index: Index, batch: PriceBatch, asked: Asked, segment: int, read_bars: ReadBars) -> LongBars:
    """Add ``batch`` to ``index`` and return the rows that must be stored in ``segment``.

    Bars requested without limit, or from before the cached ones, replace them. Bars that begin within the cached period
    continue it: only missing sessions are added. If a session differs in both, the symbol is dropped, so that the next
    read reports it as missing and its whole history is fetched. ``read_bars(symbols, days)`` returns the cached bars.
    """
    panel = batch.panel
    days = panel.sessions.astype("datetime64[D]").astype(np.int64)
    real = ~np.isnan(panel.close)
    real[:, days > asked.through] = False
    has_bar = np.asarray(real.any(axis=1))
    silent = [
        no_data(symbol, None, None) for symbol, any_bar in zip(panel.symbols, has_bar, strict=True) if not any_bar
    ]
    for failure in (*batch.failures, *silent):
        _enter_failure(index, failure, asked)
    continued = [row for row, symbol in enumerate(panel.symbols) if has_bar[row] and _continues(index, symbol, asked)]
    dropped = _keep_only_new(panel, real, continued, read_bars(_names(panel, continued), days))
    held = {row: index.entries[panel.symbols[row]] for row in continued}
    for row, (symbol, span) in enumerate(zip(panel.symbols, _spans(real, days), strict=True)):
        if row in dropped:
            del index.entries[symbol]
            real[row] = False
        elif has_bar[row]:
            index.entries[symbol] = _entry(symbol, span, held.get(row), asked, segment)
    return _rows(panel, real)


def _spans(real: npt.NDArray[np.bool_], days: npt.NDArray[np.int64]) -> list[_Span]:
    """Return how many of the ``days`` (T,) each row (n, T) has, and the first and the last of them."""
    count = real.shape[1]
    if not count:
        return [_Span(0, 0, 0)] * len(real)
    first, last = real.argmax(axis=1), count - 1 - real[:, ::-1].argmax(axis=1)
    return list(map(_Span, real.sum(axis=1).tolist(), days[first].tolist(), days[last].tolist()))


def _continues(index: Index, symbol: str, asked: Asked) -> bool:
    held = index.entries.get(symbol)
    if held is None or not held.parts or asked.start == ALL_HISTORY:
        return False
    return held.asked_from <= asked.start <= held.through + 1


def _keep_only_new(panel: Panel, real: npt.NDArray[np.bool_], continued: list[int], held: Panel) -> set[int]:
    """Clear from ``real`` the bars that are already cached; return the rows that contradict cached bars."""
    if not continued:
        return set()
    has = ~np.isnan(held.close)
    both = has & real[continued]
    differs = np.zeros_like(both)
    for name in FIELDS:
        tolerance = _VOLUME_TOLERANCE if name == "volume" else _PRICE_TOLERANCE
        old, new = getattr(held, name), getattr(panel, name)[continued]
        with np.errstate(invalid="ignore"):
            differs |= both & (np.abs(new - old) > tolerance * np.maximum(np.abs(old), np.abs(new)))
    real[continued] &= ~has
    return {continued[k] for k in np.flatnonzero(differs.any(axis=1))}


def _entry(symbol: str, new: _Span, held: Entry | None, asked: Asked, segment: int) -> Entry:
    if held is None:
        return Entry(symbol, (segment,), new.first, new.last, new.bars, asked.start, asked.through, asked.at, "", "")
    through = max(held.through, asked.through)
    if new.bars == 0:
        return held._replace(through=through, checked_at=asked.at)
    return held._replace(
        parts=(*held.parts, segment),
        first=min(held.first, new.first),
        last=max(held.last, new.last),
        bars=held.bars + new.bars,
        through=through,
        checked_at=asked.at,
    )


def _enter_failure(index: Index, failure: SymbolFailure, asked: Asked) -> None:
    """Record that there are no (new) bars, if a repeated request today would have the same result."""
    if failure.reason not in LASTING:
        return
    held = index.entries.get(failure.symbol)
    if held is not None and held.parts:
        if _continues(index, failure.symbol, asked):
            index.entries[failure.symbol] = held._replace(through=max(held.through, asked.through), checked_at=asked.at)
        return
    if asked.start == ALL_HISTORY or failure.reason == NOT_FOUND:
        span = (asked.start, asked.through, asked.at)
        index.entries[failure.symbol] = Entry(failure.symbol, (), 0, 0, 0, *span, failure.reason, failure.detail)


def _names(panel: Panel, rows: list[int]) -> list[str]:
    return [panel.symbols[row] for row in rows]


def _rows(panel: Panel, real: npt.NDArray[np.bool_]) -> LongBars:
    """Return the selected bars; symbols without any are omitted."""
    used = real.any(axis=1)
    if used.all():
        return LongBars.of_panel(panel, real)
    return LongBars.of_panel(panel.take(np.flatnonzero(used)), real[used])
