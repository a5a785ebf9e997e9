"""The fetch loop that sources with all bars in memory share: batches in request order, each symbol exactly once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import numpy as np

from technic_scanner.domain.metrics import SymbolFailure
from technic_scanner.domain.reasons import no_data, not_found
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.ports import PriceBatch
from technic_scanner.screening.bars import Panel
from technic_scanner.screening.panel_build import between


def chunks(symbols: Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
    """Yield the distinct ``symbols`` in groups of ``size``, in order."""
    distinct = tuple(dict.fromkeys(symbols))
    for start in range(0, len(distinct), size):
        yield distinct[start : start + size]


def batches_of(
    panel: Panel,
    rows: Mapping[str, int],
    groups: Iterator[tuple[str, ...]],
    span: tuple[date | None, date | None],
    cancel: CancelToken,
) -> Iterator[PriceBatch]:
    """Yield one batch per group of symbols out of ``panel``; ``rows`` says where each symbol is in it.

    A symbol that ``rows`` lacks fails as not found, one without a bar in ``span`` (start, end) as without data.
    Raises CancelledError between batches.
    """
    window = between(panel, *span)
    has_bar = np.asarray(~np.isnan(window.close).all(axis=1))
    for group in groups:
        cancel.check()
        served = [symbol for symbol in group if symbol in rows and has_bar[rows[symbol]]]
        failures = tuple(
            _why(symbol, rows, span) for symbol in group if symbol not in rows or not has_bar[rows[symbol]]
        )
        yield PriceBatch(window.take([rows[symbol] for symbol in served]), failures)


def _why(symbol: str, rows: Mapping[str, int], span: tuple[date | None, date | None]) -> SymbolFailure:
    return no_data(symbol, *span) if symbol in rows else not_found(symbol)
