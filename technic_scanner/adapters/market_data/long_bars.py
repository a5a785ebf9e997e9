"""Represent bars as long rows, as files and vendors deliver them, and repair them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from technic_scanner.screening.bars import FIELDS, FloatArray, Panel
from technic_scanner.screening.panel_build import panel_from_rows

REPEATING = "repeating a session left out"
# No share, coin or index is cheaper or dearer, its history adjusted for many reverse splits included.
LEAST_PRICE, MOST_PRICE = 1e-12, 1e15
ABSURD = f"with a price below {LEAST_PRICE:g} or above {MOST_PRICE:g} left out"


@dataclass(frozen=True, slots=True, eq=False)
class LongBars:
    """Row i is the bar of ``symbols[codes[i]]`` on ``days[i]`` (days since 1970); ``fields`` are as in FIELDS."""

    symbols: tuple[str, ...]
    codes: npt.NDArray[np.int32]
    days: npt.NDArray[np.int32]
    fields: tuple[FloatArray, ...]

    def __len__(self) -> int:
        return len(self.days)

    def where(self, keep: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> LongBars:
        """Return the rows where ``keep`` is true, or the rows with these indices in this order."""
        return LongBars(self.symbols, self.codes[keep], self.days[keep], tuple(field[keep] for field in self.fields))

    def panel(self) -> Panel:
        """Return the rows as a panel of all ``symbols``."""
        return panel_from_rows(self.symbols, self.codes, self.days, self.fields)

    @classmethod
    def of_panel(cls, panel: Panel, keep: npt.NDArray[np.bool_]) -> LongBars:
        """Return the bars of ``panel`` where the (n, T) mask is true, by symbol, then session."""
        days = np.broadcast_to(panel.sessions.astype("datetime64[D]").astype(np.int32), keep.shape)
        codes = np.arange(len(keep), dtype=np.int32)
        arrays = [days, *(getattr(panel, name) for name in FIELDS)]
        if keep.all():
            codes, arrays = np.repeat(codes, keep.shape[1]), [array.ravel() for array in arrays]
        else:
            codes, arrays = np.repeat(codes, keep.sum(axis=1)), [array[keep] for array in arrays]
        return cls(panel.symbols, codes, arrays[0], tuple(arrays[1:]))

    @classmethod
    def join(cls, pieces: Sequence[LongBars]) -> LongBars:
        """Return all rows of ``pieces`` in order; equal symbol names are the same symbol."""
        number_of = {symbol: i for i, symbol in enumerate(dict.fromkeys(s for piece in pieces for s in piece.symbols))}
        codes = [np.array([number_of[s] for s in piece.symbols], dtype=np.int32)[piece.codes] for piece in pieces]
        nothing = np.empty(0, dtype=np.int32)
        return cls(
            tuple(number_of),
            np.concatenate([nothing, *codes]),
            np.concatenate([nothing, *(piece.days for piece in pieces)]),
            tuple(np.concatenate([np.empty(0), *(piece.fields[i] for piece in pieces)]) for i in range(len(FIELDS))),
        )


@dataclass(slots=True)
class Repairs:
    """Problems of rows: per symbol, (fault, number of rows)."""

    by_symbol: dict[str, dict[str, int]] = field(default_factory=dict)

    def add(self, bars: LongBars, fault: str, rows: npt.NDArray[np.bool_]) -> None:
        """Count the rows where the mask is true under ``fault``."""
        if rows.any():
            counts = np.bincount(bars.codes[rows], minlength=len(bars.symbols))
            for number in np.flatnonzero(counts):
                faults = self.by_symbol.setdefault(bars.symbols[number], {})
                faults[fault] = faults.get(fault, 0) + int(counts[number])

    def merge(self, other: Repairs) -> None:
        """Count the faults of ``other`` too."""
        for symbol, found in other.by_symbol.items():
            faults = self.by_symbol.setdefault(symbol, {})
            for fault, count in found.items():
                faults[fault] = faults.get(fault, 0) + count

    def text(self, symbol: str) -> str:
        """Return the symbol's faults as text; empty if it has none."""
        return ", ".join(counted(count, fault) for fault, count in self.by_symbol.get(symbol, {}).items())


def counted(rows: int, fault: str) -> str:
    """Return "1 row …" or "7 rows …"."""
    return f"{rows} {'row' if rows == 1 else 'rows'} {fault}"


def clean(
    bars: LongBars, choose: Callable[[LongBars], npt.NDArray[np.bool_]] | None = None
) -> tuple[LongBars, Repairs]:
    """Return valid rows by symbol, then session, and what was repaired or omitted.

    Omitted: rows with a price that is missing, not above 0 or absurd (see ``LEAST_PRICE``), with a negative or infinite
    volume, and all except one of several rows for one session: the last, or the one that ``choose`` marks. Repaired:
    order; a missing volume becomes 0; high and low are widened to contain open and close.
    """
    repairs = Repairs()
    bars = _without_bad_values(bars, repairs)
    if choose is not None:
        chosen = choose(bars)
        repairs.add(bars, REPEATING, ~chosen)
        bars = bars if chosen.all() else bars.where(chosen)
    bars = _sorted(bars, repairs)
    opened, high, low, close, volume = bars.fields
    top, bottom = _widened(np.maximum, high, opened, low, close), _widened(np.minimum, low, opened, high, close)
    repairs.add(bars, "with high or low widened", (top != high) | (bottom != low))
    silent = np.isnan(volume)
    repairs.add(bars, "without volume taken as 0", silent)
    if silent.any():
        volume = np.where(silent, 0.0, volume)
    return LongBars(bars.symbols, bars.codes, bars.days, (opened, top, bottom, close, volume)), repairs


def _widened(extreme: np.ufunc, values: FloatArray, *others: FloatArray) -> FloatArray:
    """Return the extremes of all: ``values`` themselves where they are that, because a copy may be large."""
    found: FloatArray = extreme(values, others[0])
    for other in others[1:]:
        extreme(found, other, out=found)
    return values if bool((found == values).all()) else found


def _without_bad_values(bars: LongBars, repairs: Repairs) -> LongBars:
    missing = np.zeros(len(bars), dtype=np.bool_)
    not_positive, absurd = missing.copy(), missing.copy()
    for prices in bars.fields[:4]:
        missing |= ~np.isfinite(prices)
        not_positive |= prices <= 0.0
        absurd |= is_absurd(prices)
    absurd &= ~missing & ~not_positive
    with_bad_volume = (bars.fields[4] < 0.0) | np.isinf(bars.fields[4])
    repairs.add(bars, "without a price left out", missing)
    repairs.add(bars, "with a price not above 0 left out", not_positive & ~missing)
    repairs.add(bars, ABSURD, absurd)
    repairs.add(bars, "with a negative volume left out", with_bad_volume & ~missing & ~not_positive & ~absurd)
    bad = missing | not_positive | absurd | with_bad_volume
    return bars.where(~bad) if bad.any() else bars


def is_absurd(prices: FloatArray) -> npt.NDArray[np.bool_]:
    """Return which numbers other than 0 are too small or too large for a price, whatever their sign."""
    sizes = np.abs(prices)
    found: npt.NDArray[np.bool_] = ((sizes < LEAST_PRICE) & (sizes > 0)) | ((sizes > MOST_PRICE) & (sizes < np.inf))
    return found


def _sorted(bars: LongBars, repairs: Repairs) -> LongBars:
    key = bars.codes.astype(np.int64) * 2**32 + bars.days.astype(np.int64)
    if bool((key[1:] > key[:-1]).all()):
        return bars
    order = np.argsort(key, kind="stable")  # rows of one session keep their order, so that the last one is used
    bars = bars.where(order)
    repeated = np.append(np.diff(key[order]) == 0, False)
    repairs.add(bars, REPEATING, repeated)
    return bars.where(~repeated)
