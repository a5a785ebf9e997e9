"""Quote a cell of a file in the sentence that says why it could not be read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from technic_scanner.adapters.market_data.files.sheet import Sheet
from technic_scanner.screening.bars import FloatArray

_LONGEST = 40
_FEW = 0.5  # of the cells that are not empty
# What stands where there is no number and says so itself: -, n/a, null, #NV, k.A.
_ABSENT = r"^[^\d\pL]*$|^(?i:#?n/?[adv]|n\.?a\.?n?|nan|[+-]?inf|null|none|nil|k\.\s?a\.|#.*)$"
_SIX_FIGURES, _DAY_OF_MONTH = (
    re.compile(r"^\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$"),
    re.compile(r"^(?:0?[1-9]|[12]\d|3[01])$"),
)


def no_date(column: pa.Array, name: str, form: str | None) -> str:
    """Return why no cell of ``column`` is a date, with one of them, and what to do; ``form`` is a format that is given.

    The sentence has no subject: "has no readable date …".
    """
    why = f"has no readable date in its column {name}"
    cell = _first(column, r"\S")
    if cell is None:
        return f"{why}, which is empty"
    if form is not None:
        return f'{why}, where {cell} stands, which is not as date_format = "{form}" in files.toml says'
    if _DAY_OF_MONTH.match(cell):
        return (
            f"{why}, where {cell} stands; put the year, the month and the day into one column, such as 2026-03-12, or "
            "into three columns of whole numbers called Year, Month and Day"
        )
    if not re.search(r"\d", cell):
        return f"{why}, where {cell} stands"
    if cell.isdecimal() and not _SIX_FIGURES.match(cell):
        return f"{why}, where {cell} stands; save its dates as 2026-03-12"
    example = "%y%m%d" if _SIX_FIGURES.match(cell) else "%d.%m.%Y"
    return f'{why}, where {cell} stands; say in files.toml how dates are written, such as date_format = "{example}"'


def few_dates(column: pa.Array, name: str, read: npt.NDArray[np.bool_], prices: Sequence[pa.Array]) -> str | None:
    """Return why a column of which less than half is ``read`` as dates cannot be used; None if more is.

    Rows without a figure in the columns of ``prices`` are titles and footnotes, and do not count.
    """
    text = pc.fill_null(pc.utf8_trim_whitespace(column.cast(pa.string())), "")
    filled = np.asarray(pc.not_equal(text, ""), dtype=np.bool_)
    if prices:
        filled &= np.logical_or.reduce([_has_figures(cells) for cells in prices])
    lost = filled & ~read
    if int(lost.sum()) <= (1 - _FEW) * int(filled.sum()):
        return None
    cell = _first(text.filter(pa.array(lost)), r"\S")
    return f"cannot be read: most cells of its column {name} are no dates, such as {cell}; save its dates as 2026-03-12"


def unread_number(
    sheet: Sheet, places: Mapping[str, int], numbers: Mapping[str, FloatArray], rows: npt.NDArray[np.bool_]
) -> str | None:
    """Return a sentence with a cell of ``rows`` that says something and was not read as a number; None if none is.

    ``places`` and ``numbers`` are the columns by meaning.
    """
    for what, place in places.items():
        column = sheet.columns[place]
        if what not in numbers or not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
            continue
        lost = rows & np.isnan(numbers[what])
        if lost.any() and (cell := _first(column.filter(pa.array(lost)), r"\S", without=_ABSENT)) is not None:
            return f"{cell} in its column {sheet.names[place]} was not read as a number"
    return None


def _first(column: pa.Array, pattern: str, without: str | None = None) -> str | None:
    """Return the first cell that the pattern finds, shortened, and in which ``without`` is not found."""
    text = pc.utf8_trim_whitespace(column.cast(pa.string()).drop_null())
    found = pc.match_substring_regex(text, pattern)
    if without is not None:
        found = pc.and_(found, pc.invert(pc.match_substring_regex(text, without)))
    text = text.filter(found)
    if not len(text):
        return None
    cell = str(text[0].as_py())
    return cell if len(cell) <= _LONGEST else f"{cell[:_LONGEST]}…"


def _has_figures(cells: pa.Array) -> npt.NDArray[np.bool_]:
    text = pc.fill_null(cells.cast(pa.string()), "")
    return np.asarray(pc.match_substring_regex(text, r"\d"), dtype=np.bool_)
