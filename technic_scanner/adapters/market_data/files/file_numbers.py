"""Read the columns of numbers of one file, with the decimal mark that all its cells tell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from technic_scanner.adapters.market_data.files.cell_numbers import (
    COMMA,
    DOT,
    Marks,
    MixedMarksError,
    currencies_of,
    decide_mark,
    marks_of,
    numbers_of,
    texts_of,
    with_ratios,
)
from technic_scanner.adapters.market_data.files.names import PRICES
from technic_scanner.adapters.market_data.files.open_marks import mark_of_open_cells
from technic_scanner.adapters.market_data.files.reading import FileReading, Hints
from technic_scanner.adapters.market_data.files.roles import Roles
from technic_scanner.adapters.market_data.files.sheet import Sheet
from technic_scanner.adapters.market_data.files.volume_units import unit_of
from technic_scanner.errors import SourceDataError
from technic_scanner.screening.bars import FIELDS, FloatArray

_PRICES = (*PRICES, *(f"adj_{name}" for name in PRICES))
_OTHERS = ("adj_volume", "split", "cfacpr", "cfacshr", "cumulative_factor", "turnover")
_MOST_SHARES = 1e13  # a day; of coins more are traded, but not in units
_SAY_IT = "name the decimal mark in files.toml"


def read_numbers(out: FileReading, sheet: Sheet, roles: Roles, hints: Hints) -> dict[str, FloatArray]:
    """Return the columns of numbers by meaning; what was found is set in ``out``.

    Raises SourceDataError if the cells use both marks, or do not tell which one they use.
    """
    wanted = {name: roles.places[name] for name in (*FIELDS, *_PRICES, *_OTHERS) if name in roles.places}
    if "split" in wanted:
        sheet.columns[wanted["split"]] = with_ratios(sheet.columns[wanted["split"]])
    texts = {name: texts_of(sheet.columns[place]) for name, place in wanted.items()}
    counted = {name: marks_of(text) for name, text in texts.items() if name in (*_PRICES, "volume")}
    shown = _sum(marks for name, marks in counted.items() if name != "volume")
    shown.add(mark_of_open_cells({name: sheet.columns[wanted[name]] for name in FIELDS}, texts, shown))
    out.sure_mark = shown.dot != shown.comma
    out.open_mark = not out.sure_mark and bool(shown.open_dot or shown.open_comma)
    alike = _agree(shown, counted["volume"])
    total = _sum([shown, counted["volume"]]) if alike else shown
    given = hints.mapping.decimal_mark if hints.mapping is not None else None
    mark = given or _decided(total, sheet.separator, hints.mark)
    out.open_mark |= mark is None
    is_told = given is not None or hints.mark is not None or total.dot != total.comma
    mark = _known(out, texts, mark, is_guess=bool(shown.open_comma) and not is_told)
    marks = dict.fromkeys(texts, mark)
    if sheet.separator is not None:
        out.mark = mark
    if given is None and not alike:
        marks["volume"] = COMMA if mark == DOT else DOT
        out.notes.append("its volumes have another decimal mark than its prices")
    _note_currencies(out, [sheet.columns[place] for name, place in wanted.items() if name in PRICES])
    if alike and _may_group(counted["volume"], mark):
        out.notes.append(
            f"nothing tells whether the {mark} in its volumes groups thousands; it was read as the decimal mark, as in "
            "its prices"
        )
    fields = _parsed(sheet, wanted, texts, marks)
    _scale_volume(out, fields, sheet, wanted, texts["volume"])
    return fields


def _known(out: FileReading, texts: Mapping[str, pa.Array | None], mark: str | None, *, is_guess: bool) -> str:
    """Return the mark, with a note if commas are guessed to group thousands. Raises SourceDataError without."""
    if mark is None:
        raise SourceDataError(
            f"nothing tells whether {_example(texts)} has a decimal mark or groups thousands; {_SAY_IT}"
        )
    if is_guess and mark == DOT:
        out.notes.append(f"nothing tells whether {_example(texts)} has a decimal comma; it was read without decimals")
    return mark


def _note_currencies(out: FileReading, prices: list[pa.Array]) -> None:
    signs = currencies_of(prices)
    if len(signs) > 1:
        out.notes.append(f"prices are in {' and '.join(signs)}, and are not converted")


def _cells_have_units(text: pa.Array | None) -> bool:
    """Return whether volumes are written as 1.23M."""
    return text is not None and bool(pc.any(pc.match_substring_regex(text, r"\d\s*\pL")).as_py())


def _scale_volume(
    out: FileReading, fields: dict[str, FloatArray], sheet: Sheet, places: Mapping[str, int], text: pa.Array | None
) -> None:
    """Multiply volumes by the unit that stands in the name of their column: Volume (thousands), 成交量(手).

    What stands behind the names of prices too, or is the name of the file, is a symbol. Where cells have units of their
    own, the name says the same.
    """
    name = sheet.names[places["volume"]]
    unit, prices = unit_of(name), " ".join(sheet.names[places[price]] for price in PRICES)
    is_symbol = unit.written in {out.ref.stem.casefold(), *re.findall(r"[^\W_]+", prices.casefold())}
    if unit.shares == 1.0 or is_symbol or _cells_have_units(text):
        return
    largest = float(np.nanmax(fields["volume"], initial=0.0))
    if largest * unit.shares > _MOST_SHARES:
        out.notes.append(f"the unit in {name} was not used, because nobody trades {largest * unit.shares:,.0f} shares")
        return
    fields["volume"] = fields["volume"] * unit.shares
    out.notes.append(f"volumes were multiplied by {unit.shares:,.0f}, the unit in {name}")


def _parsed(
    sheet: Sheet, wanted: Mapping[str, int], texts: Mapping[str, pa.Array | None], marks: Mapping[str, str]
) -> dict[str, FloatArray]:
    return {
        name: numbers_of(sheet.columns[place], texts[name], marks[name], words=name not in _PRICES)
        for name, place in wanted.items()
    }


def _sum(counted: Iterable[Marks]) -> Marks:
    total = Marks()
    for marks in counted:
        total.add(marks)
    return total


def _decided(total: Marks, separator: str | None, likely: str | None) -> str | None:
    try:
        return decide_mark(total, separator, likely)
    except MixedMarksError as error:
        raise SourceDataError(f"mixes decimal marks: {error}; {_SAY_IT}") from error


def _may_group(volume: Marks, mark: str) -> bool:
    """Return whether every mark in the volumes may as well group thousands."""
    either, surely = (volume.open_comma, volume.comma) if mark == COMMA else (volume.open_dot, volume.dot)
    return either > 0 and not surely


def _agree(prices: Marks, volume: Marks) -> bool:
    """Return whether the volumes may have the decimal mark of the prices."""
    try:
        mine, theirs = volume.decided(), prices.decided()
    except MixedMarksError:
        return True
    return mine is None or theirs is None or mine == theirs


def _example(texts: Mapping[str, pa.Array | None]) -> str:
    """Return a price that may be read with both marks."""
    for name, text in texts.items():
        if text is not None and name in _PRICES:
            found = text.filter(pc.fill_null(pc.match_substring_regex(text, r"^\d{1,3}[.,]\d{3}$"), fill_value=False))
            if len(found):
                return str(found[0].as_py())
    return "a number"
