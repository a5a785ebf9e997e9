"""Tell plain columns of bars: known names, dates and numbers in which nothing is to decide."""

from __future__ import annotations

import codecs
import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from technic_scanner.adapters.market_data.files.names import ranked
from technic_scanner.adapters.market_data.files.volume_units import unit_of
from technic_scanner.screening.bars import FIELDS, FloatArray

LONGEST_HEADER = 400
_NEEDED = {"date", *FIELDS}
_DAY_OF_UNIT = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
_THOUSAND = 1000.0
# Prices so plain that they are no absurd ones either when they are multiplied by a factor as plain; see long_bars.py.
_LEAST, _MOST = 1e-6, 1e9
_TOO_FAR = 100.0


def names_in(header: bytes) -> list[str]:
    """Return the names in the first line of a CSV file; none if the line is not plain."""
    header = header.removeprefix(codecs.BOM_UTF8)
    if not header.isascii() or b"(" in header or b"[" in header:
        return []
    names = header.decode("ascii").strip().split(",")
    return [] if len(names) < len(_NEEDED) or '"' in names[0] else names


@lru_cache(maxsize=256)
def meanings_of(names: tuple[str, ...], *others: str) -> dict[str, str]:
    """Return the name of each meaning; empty unless ``names`` are those of bars and ``others``, each once, and no more.

    An adjusted close may be among them.
    """
    meanings: dict[str, str] = {}
    for name in names:
        found = ranked(name)
        if found is None or found[0] not in {*_NEEDED, *others, "adj_close"} or found[0] in meanings:
            return {}
        if found[0] == "volume" and unit_of(name).shares != 1.0:
            return {}
        meanings[found[0]] = name
    return meanings if meanings.keys() >= {*_NEEDED, *others} else {}


def values_of(column: pa.Array) -> npt.NDArray[Any]:
    """Return the values of a column of numbers without a missing one; ``to_numpy`` would load pandas."""
    found: npt.NDArray[Any] = np.from_dlpack(column)
    return found


def is_numeric(kind: pa.DataType) -> bool:
    """Return whether stored values are numbers of a usual kind."""
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def stored_days(column: pa.Array) -> npt.NDArray[np.int32] | None:
    """Return days since 1970 of dates, or of stamps at midnight in no zone; None for others, or if one is missing."""
    kind = column.type
    if column.null_count:
        return None
    if pa.types.is_date32(kind):
        return values_of(column.cast(pa.int32()))
    if not pa.types.is_timestamp(kind) or kind.tz is not None:
        return None
    days, rest = np.divmod(values_of(column.cast(pa.int64())), _DAY_OF_UNIT[kind.unit])
    return None if rest.any() else days.astype(np.int32)


def numbers(column: pa.Array, *, written: bool) -> FloatArray:
    """Return float64 of a column; what is missing is NaN, as is the word "inf" in ``written`` numbers."""
    column = column.cast(pa.float64())
    values: FloatArray = values_of(column.fill_null(math.nan) if column.null_count else column)
    infinite = np.isinf(values) if written else np.zeros(0, dtype=np.bool_)
    return np.where(infinite, np.nan, values) if infinite.any() else values


def may_group_thousands(volumes: FloatArray) -> bool:
    """Return whether the points in volumes may group thousands, as in 1.500, so that their texts must be looked at."""
    with np.errstate(invalid="ignore"):
        if not (volumes >= _THOUSAND).any():
            return bool((volumes > 0).any())
        parts = volumes[volumes != np.floor(volumes)]
        thousandths = parts * _THOUSAND
        return bool(len(parts)) and bool(((parts < _THOUSAND) & (thousandths == np.round(thousandths))).all())


def may_have_other_marks(fields: Mapping[str, FloatArray]) -> npt.NDArray[np.bool_]:
    """Return the rows whose prices are so far apart that a point in one of them may group thousands: 1.007 and 985."""
    with np.errstate(invalid="ignore", over="ignore"):
        top, bottom = np.maximum(fields["open"], fields["close"]), np.minimum(fields["open"], fields["close"])
        found: npt.NDArray[np.bool_] = top > _TOO_FAR * fields["high"]
        found |= (fields["low"] > _TOO_FAR * bottom) & (bottom > 0)
    return found


def are_out_of_range(fields: Mapping[str, FloatArray]) -> npt.NDArray[np.bool_]:
    """Return the rows with a number that is missing or infinite, a price that is not plain, or a negative volume."""
    found = np.zeros(len(fields["close"]), dtype=np.bool_)
    for name, values in fields.items():
        found |= ~np.isfinite(values)
        found |= values < 0 if name == "volume" else (values < _LEAST) | (values > _MOST)
    if "adj_close" in fields:
        factor = fields["adj_close"] / fields["close"]
        found |= ~((factor >= _LEAST) & (factor <= 1 / _LEAST))
    return found
