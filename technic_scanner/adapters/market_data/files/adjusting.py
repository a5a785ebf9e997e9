"""Put prices and volumes on the scale of the newest bar, by the adjusted and factor columns that a file has."""

from __future__ import annotations

from collections.abc import MutableMapping

import numpy as np
import numpy.typing as npt

from technic_scanner.adapters.market_data.files.split_column import split_events, split_factor
from technic_scanner.adapters.market_data.long_bars import LongBars
from technic_scanner.screening.bars import FIELDS, FloatArray

BoolArray = npt.NDArray[np.bool_]
Columns = MutableMapping[str, FloatArray]
# A factor that changes by a whole ratio overnight, and not by a dividend of a few per cent.
_RATIOS = np.array([1.5, 2.0, 2.5, 3, 4, 5, 6, 7, 8, 10, 15, 20, 25, 30, 40, 50, 100])
_NEAR = 0.04
_SMALLEST_SPLIT = 1.4


def adjusted(
    fields: Columns, order: npt.NDArray[np.intp], codes: npt.NDArray[np.int32]
) -> tuple[list[FloatArray], list[str], str]:
    """Return the five fields of bars on the scale of the adjusted close, sentences, and how they are adjusted.

    ``fields`` are the columns by meaning (open …, adj_open …, split, cfacpr, …); ``order`` sorts the rows by symbol,
    then session; ``codes`` are the symbols' numbers. A row without an adjusted close gets no price where others have
    one, because its neighbours are on another scale. Columns may be taken out of ``fields``.
    """
    notes: list[str] = []
    if "adj_close" in fields and bool((fields["adj_close"] > 0).any()):
        return _by_adjusted_close(fields, order, codes, notes)
    plain = [fields[name] for name in FIELDS]
    if "cfacpr" in fields:
        with np.errstate(divide="ignore", invalid="ignore"):
            prices = [np.abs(values) / fields["cfacpr"] for values in plain[:4]]
        notes.append("prices were divided by its column of factors; a negative price is the mean of bid and ask")
        return [*prices, plain[4] * fields.get("cfacshr", fields["cfacpr"])], notes, "by its factor column"
    if "cumulative_factor" in fields:
        factor = _relative_to_last(fields["cumulative_factor"], order, codes)
        notes.append("prices were multiplied by the factor column, so that the newest price is unchanged")
        return [*(values * factor for values in plain[:4]), plain[4]], notes, "by its factor column"
    if "split" in fields:
        factor = split_factor(plain, fields["split"], order, codes)
        if bool((factor != 1.0).any()):
            notes.append("prices and volumes before the splits of its split column were adjusted by them")
            return [*(values / factor for values in plain[:4]), plain[4] * factor], notes, "by its split column"
    return plain, notes, "as they are"


def _by_adjusted_close(
    fields: Columns, order: npt.NDArray[np.intp], codes: npt.NDArray[np.int32], notes: list[str]
) -> tuple[list[FloatArray], list[str], str]:
    factor = np.abs(fields["close"])
    with np.errstate(divide="ignore", invalid="ignore"):
        np.divide(fields["adj_close"], factor, out=factor)
    volume = fields["volume"]
    if "adj_volume" in fields:
        volume = fields["adj_volume"]
    elif "split" in fields and bool(((events := split_events(fields["split"])) != 1.0).any()):
        raw = [fields[name] for name in FIELDS]
        volume = volume * split_factor(raw, events, order, codes)
    else:
        splits = _splits_in(factor, order, codes)
        if len(splits):
            jumps = "1 jump" if len(splits) == 1 else f"{len(splits):,} jumps"
            notes.append(
                f"its prices are adjusted for splits and its volumes are not, as {jumps} of the adjustment show; "
                "volumes before a split look too small"
            )
    prices = []
    for name in FIELDS[:3]:
        own = fields.pop(name)
        prices.append(fields[f"adj_{name}"] if f"adj_{name}" in fields else _scaled(own, factor))
    return [*prices, fields["adj_close"], volume], notes, "by its adjusted close"


def _scaled(prices: FloatArray, factor: FloatArray) -> FloatArray:
    """Return the sizes of prices times a factor; in place where possible, because columns may be large."""
    values = np.abs(prices, out=prices if prices.flags.writeable and prices.flags.owndata else None)
    np.multiply(values, factor, out=values)
    return values


def _splits_in(factor: FloatArray, order: npt.NDArray[np.intp], codes: npt.NDArray[np.int32]) -> npt.NDArray[np.intp]:
    """Return the sorted rows at which the adjustment jumps by the ratio of a split."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ordered = factor[order]
        ratio = ordered[1:] / ordered[:-1]
        np.maximum(ratio, 1 / ratio, out=ratio)
    jumps = np.flatnonzero((ratio >= _SMALLEST_SPLIT) & np.isfinite(ratio) & (np.diff(codes[order]) == 0))
    near = np.abs(np.log(ratio[jumps, None] / _RATIOS[None, :])).min(axis=1, initial=np.inf) < _NEAR
    found: npt.NDArray[np.intp] = jumps[near] + 1
    return found


def has_split(fields: Columns, codes: npt.NDArray[np.int32], days: npt.NDArray[np.int32], count: int) -> BoolArray:
    """Return which of ``count`` symbols have an adjustment that jumps by the ratio of a split."""
    order = np.lexsort((days, codes)) if not _is_sorted(codes, days) else np.arange(len(codes))
    rows = _splits_in(fields["adj_close"] / fields["close"], order, codes)
    return np.bincount(codes[order][rows], minlength=count) > 0


def _is_sorted(codes: npt.NDArray[np.int32], days: npt.NDArray[np.int32]) -> bool:
    return bool((np.diff(codes.astype(np.int64) * 2**32 + days) > 0).all())


def _relative_to_last(factor: FloatArray, order: npt.NDArray[np.intp], codes: npt.NDArray[np.int32]) -> FloatArray:
    ordered = codes[order]
    ends = np.append(np.flatnonzero(np.diff(ordered) != 0), len(ordered) - 1)
    last = factor[order][ends][np.cumsum(np.append(0, np.diff(ordered) != 0))]
    relative = np.empty(len(factor))
    relative[order] = factor[order] / last
    return relative


def row_order(bars: LongBars) -> npt.NDArray[np.intp]:
    """Return the order of rows by symbol, then session."""
    if _is_sorted(bars.codes, bars.days):
        return np.arange(len(bars))
    return np.lexsort((bars.days, bars.codes))
