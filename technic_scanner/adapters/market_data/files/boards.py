"""Find the column of boards of a file whose rows are all of one symbol, several a day."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from technic_scanner.adapters.market_data.files.cell_numbers import to_numbers
from technic_scanner.adapters.market_data.files.names import meaning
from technic_scanner.adapters.market_data.files.roles import Roles
from technic_scanner.adapters.market_data.files.sheet import Sheet

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
# Of the logs of the closes of one day: those of two companies are seldom as near, day after day.
_NEAR = 0.05
_SELDOM = 0.02


def boards_in(sheet: Sheet, roles: Roles) -> list[int]:
    """Return the places of the columns whose names are those of boards, the best name first."""
    first = [roles.places["board"]] if "board" in roles.places else []
    return first + [place for place in roles.others if meaning(sheet.names[place]) == "board"]


def boards_of_one(sheet: Sheet, roles: Roles, moments: IntArray, rows: BoolArray) -> int | None:
    """Return the place of the column whose boards have one row a moment each, at prices as those of one symbol.

    None if there is no such column, or no volume that would tell the main board.
    """
    volume = to_numbers(sheet.columns[roles.places["volume"]])[rows]
    closes = to_numbers(sheet.columns[roles.places["close"]])[rows]
    if not (np.nan_to_num(volume) > 0).any() or not _near(closes, moments[rows]):
        return None
    for place in boards_in(sheet, roles):
        codes = codes_of(sheet.columns[place])[rows]
        if len(np.unique(codes)) > 1 and _repeated(moments[rows], codes) <= _SELDOM:
            return place
    return None


def codes_of(column: pa.Array) -> IntArray:
    """Return the number of each row's text, without blanks around it."""
    coded = pc.utf8_trim_whitespace(pc.fill_null(column.cast(pa.string()), "")).dictionary_encode()
    return np.asarray(coded.indices.to_numpy(zero_copy_only=False), dtype=np.int64)


def differing(sheet: Sheet, places: Iterable[int], keys: IntArray, index: IntArray) -> list[str]:
    """Return the columns, with some of their texts, that tell apart the rows that share a key.

    ``index`` are the rows of ``sheet`` to which ``keys`` belong.
    """
    found = []
    for place in places:
        codes = codes_of(sheet.columns[place])[index]
        if len(np.unique(codes)) > 1 and _repeated(keys, codes) <= _SELDOM:
            texts = pc.unique(sheet.columns[place].take(pa.array(index)).cast(pa.string())).drop_null().to_pylist()
            found.append(f"{sheet.names[place]} ({', '.join(texts[:3])}{', …' if len(texts) > 3 else ''})")
    return found


def _repeated(keys: IntArray, codes: IntArray) -> float:
    """Return the share of pairs of key and code that several rows have."""
    _, counts = np.unique(np.column_stack([keys, codes]), axis=0, return_counts=True)
    return float((counts > 1).mean()) if len(counts) else 0.0


def _near(closes: npt.NDArray[np.float64], moments: IntArray) -> bool:
    """Return whether closes of one moment are mostly near each other."""
    order = np.lexsort((closes, moments))
    ordered, when = closes[order], moments[order]
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = np.log(ordered[1:] / ordered[:-1])[when[1:] == when[:-1]]
    distance = distance[np.isfinite(distance)]
    return bool(len(distance)) and float(np.median(distance)) < _NEAR
