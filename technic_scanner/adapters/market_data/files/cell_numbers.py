"""Read columns of numbers as people write them; the decimal mark is decided from all cells, not from the first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from technic_scanner.screening.bars import FloatArray

# Blanks of all widths, marks for the direction of writing, and what groups thousands.
_SPACES = "\\s\u00a0\u2000-\u200f\u2028-\u202f\u205f-\u2069\u3000\ufeff'’ʼ`´_"
# Currency marks and codes, quotes, and per cent signs say nothing about the size of a number.
_CURRENCY = (
    r"\p{Sc}|(?i:usd|eur|gbp|chf|jpy|cny|rmb|krw|inr|cad|aud|hkd|sgd|sek|nok|dkk|pln|brl|mxn|zar|rub|try|czk|huf|ils|twd"
    r"|thb|idr|vnd|gbx|usdt|rs|rp|rm|kr|zł|kč|ft|руб|tl|s?fr|ksh|dhs?|bs|s/|лв|lei|ر\.س)\.?|\pL{1,3}\$|[A-Z]{3}"
)
_LEADING = rf"^(?:{_CURRENCY})?([+-]?)(?:{_CURRENCY})?"
_TRAILING = (
    r"(?:\p{Sc}|%|(?i:usd|eur|gbp|chf|jpy|cny|rmb|krw|inr|cad|aud|hkd|sgd|sek|nok|dkk|pln|brl|mxn|zar|rub|try|czk|huf"
    r"|ils|twd|thb|idr|vnd|gbx|usdt|aed|sar|qar|kwd|egp|mad|ngn|kes|cop|clp|pen|ars|uyu|php|myr|pkr|bdt|kzt|uah|ron|bgn"
    r"|isk|kr|s?fr|dhs?|lei|zł|kč|ft|p|руб|р|元|円|원|tl|stk|stück|szt|шт|shs|shares?|pcs|adet|株|股|주))\.?$"
)
# Words for thousands, millions and milliards behind a number, in the languages of known vendors.
_SCALES: tuple[tuple[str, float], ...] = (
    ("thousand|tsd\\.?|tys\\.?|тыс\\.?|k", 1e3),
    ("万|萬|만", 1e4),
    ("lakhs?|lacs?|l", 1e5),
    ("million|mio\\.?|mln\\.?|млн\\.?|mn|mm|m", 1e6),
    ("crores?|cr\\.?", 1e7),
    ("億|亿|억", 1e8),
    ("billion|mrd\\.?|mld\\.?|млрд\\.?|bn|b", 1e9),
    ("trillion|t", 1e12),
)
# A blank or an apostrophe before one, two or more than three digits groups nothing: 110'16 is 110 and 16/32.
_TORN = rf"\d[{_SPACES}]+\d{{1,2}}(?:\D|$)|\d[{_SPACES}]+\d{{4,}}"
_RATIO = r"^\s*(?P<new>\d+(?:\.\d+)?)\s*(?::|/|-?\s*[Ff]or\s*-?|-)\s*(?P<old>\d+(?:\.\d+)?)\D*$"
_EVERY_SCALE = "|".join(words for words, _ in _SCALES)
_FIXED = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
DOT, COMMA = ".", ","
# One mark must be as many times as frequent as the other for the other's cells to be faults.
_CLEAR, _CLEAR_OF_ONE = 20, 4


class MixedMarksError(ValueError):
    """The cells of a file use both decimal marks; the message is a sentence."""


@dataclass(slots=True)
class Marks:
    """How often cells of a file can only be read with one decimal mark; ``open`` cells can be read with both."""

    dot: int = 0
    comma: int = 0
    open_dot: int = 0
    open_comma: int = 0

    def add(self, other: Marks) -> None:
        """Count the cells of another column too."""
        self.dot += other.dot
        self.comma += other.comma
        self.open_dot += other.open_dot
        self.open_comma += other.open_comma

    def decided(self) -> str | None:
        """Return the decimal mark; None if no cell tells it. Raises MixedMarksError if the cells differ."""
        fewer, more = sorted((self.dot, self.comma))
        one_fault = fewer == 1 and more >= _CLEAR_OF_ONE
        if fewer and more < _CLEAR * fewer and not one_fault:
            raise MixedMarksError(f"{self.dot:,} numbers have a decimal point and {self.comma:,} a decimal comma")
        if self.dot == self.comma:
            return None
        return DOT if self.dot > self.comma else COMMA


def texts_of(column: pa.Array) -> pa.Array | None:
    """Return the cells of a text column without spaces, quotes, currencies and per cent signs; None for numbers."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return None
    text = column.cast(pa.string())
    if not bool(pc.any(pc.match_substring_regex(text, r"[^0-9.,]")).as_py()):
        return text
    text = pc.if_else(pc.match_substring_regex(text, _TORN), pa.scalar("", pa.string()), text)
    text = pc.replace_substring_regex(text, f'[{_SPACES}"=]', "")
    text = pc.replace_substring_regex(text, r"[−–]", "-")
    text = pc.replace_substring_regex(text, r"^\((.*)\)$", r"-\1")
    text = pc.replace_substring_regex(text, _LEADING, r"\1")
    text = pc.replace_substring_regex(text, r",-$|-$", "")  # "79,-" is a round price
    bare = pc.replace_substring_regex(pc.replace_substring_regex(text, _TRAILING, ""), r"(\pL)\.$", r"\1")
    return pc.if_else(pc.match_substring_regex(bare, r"\d"), bare, text)


def with_ratios(column: pa.Array) -> pa.Array:
    """Return a text column with "4:1", "4/1", "4 for 1" and "4-1" as the number of new shares for one old share."""
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column
    parts = pc.extract_regex(column, _RATIO)
    found = np.asarray(parts.is_valid(), dtype=np.bool_)
    if not found.any():
        return column
    new, old = (
        np.asarray(pc.struct_field(parts, name).cast(pa.float64()).to_numpy(zero_copy_only=False))
        for name in ("new", "old")
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = pa.array(np.where(found, new / old, 1.0)).cast(pa.string())
    return pc.if_else(pa.array(found), ratios, column.cast(pa.string()))


def marks_of(text: pa.Array | None) -> Marks:
    """Count what the cells tell of the decimal mark."""
    marks = Marks()
    if text is None:
        return marks
    has_comma = pc.fill_null(pc.match_substring(text, COMMA), fill_value=False)
    with_comma = bool(pc.any(has_comma).as_py())
    has_mark = pc.or_(has_comma, pc.fill_null(pc.match_substring(text, DOT), fill_value=False))
    cells = text.filter(has_mark)
    if len(cells) == 0:
        return marks
    if not with_comma and (plain := _plain_points(cells)) is not None:
        return plain
    cells = pc.replace_substring_regex(cells, rf"(?i)(?:{_EVERY_SCALE})$", "")
    marks.comma = _count(cells, _sure(COMMA, DOT))
    marks.dot = _count(cells, _sure(DOT, COMMA))
    marks.open_comma = _count(cells, r"^[+-]?[1-9]\d{0,2},\d{3}$")
    marks.open_dot = _count(cells, r"^[+-]?[1-9]\d{0,2}\.\d{3}$")
    return marks


def _plain_points(cells: pa.Array) -> Marks | None:
    """Return the marks of cells that are plain numbers with one point each; None if some are not."""
    try:
        cells.cast(pa.float64())
    except pa.ArrowInvalid:
        return None
    either = _count(cells, r"^[+-]?[1-9]\d{0,2}\.\d{3}$")
    return Marks(dot=len(cells) - either, open_dot=either)


def _sure(mark: str, group: str) -> str:
    """Return the pattern of cells that can only be read with ``mark`` as the decimal mark."""
    m, g = f"[{mark}]", f"[{group}]"
    return (
        rf"^[+-]?(?:\d*{m}(?:\d{{0,2}}|\d{{4,}})|0\d*{m}\d{{3}}|\d{{4,}}{m}\d{{3}}|{m}\d+"  # its digits group nothing
        rf"|\d+(?:{g}\d{{2,3}})+{m}\d*"  # behind groups of digits
        rf"|\d{{1,3}}(?:{g}\d{{3}}){{2,}}|\d{{1,2}}(?:{g}\d{{2}})+{g}\d{{3}})"  # without it: two groups or more
        rf"(?:[eE][+-]?\d+)?$"
    )


def _count(cells: pa.Array, pattern: str) -> int:
    return int(pc.sum(pc.match_substring_regex(cells, pattern)).as_py() or 0)


def numbers_of(column: pa.Array, text: pa.Array | None, mark: str, *, words: bool = True) -> FloatArray:
    """Return float64 of a column, whose cells are ``text`` if it holds text; a cell that is no number is NaN.

    ``words``: a word behind a number multiplies it, as in 1.5 M. Prices have none: 12,50 B is what somebody bids.
    """
    if text is None:
        if pa.types.is_null(column.type):
            return np.full(len(column), np.nan)
        if not (
            pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_decimal(column.type)
        ):
            return np.full(len(column), np.nan)
        values = column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
        return np.asarray(values, dtype=np.float64)
    if mark == DOT and (values := _all_plain(text)) is not None:
        return values
    group = COMMA if mark == DOT else DOT
    plain = text
    if bool(pc.any(pc.match_substring(text, group)).as_py()):
        grouped = (
            rf"^([+-]?\d{{1,3}}(?:[{group}]\d{{3}})+|[+-]?\d{{1,2}}(?:[{group}]\d{{2}})+[{group}]\d{{3}})"
            rf"(?:[{mark}]\d*)?(?i:{_EVERY_SCALE})?$"
        )
        is_grouped = pc.match_substring_regex(text, grouped)
        plain = pc.if_else(is_grouped, pc.replace_substring(text, group, ""), text)
        plain = pc.if_else(pc.match_substring(plain, group), pa.scalar(None, pa.string()), plain)
    if mark == COMMA:
        plain = pc.replace_substring(plain, COMMA, DOT)
    return _parsed(plain, words=words)


def _all_plain(text: pa.Array) -> FloatArray | None:
    """Return the numbers of cells that are all plain ones with a decimal point, quickly; None if some are not."""
    try:
        values = np.asarray(text.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)
    except pa.ArrowInvalid:
        return None
    return values if bool(np.isfinite(values).all()) else None


def _parsed(plain: pa.Array, *, words: bool) -> FloatArray:
    is_number = pc.fill_null(pc.match_substring_regex(plain, rf"^{_FIXED}$"), fill_value=False)
    scale = None
    if words and not bool(pc.all(is_number).as_py()):
        scale = np.ones(len(plain))
        for scale_words, factor in _SCALES:
            has = pc.fill_null(pc.match_substring_regex(plain, rf"^{_FIXED}(?i:{scale_words})$"), fill_value=False)
            scale[np.asarray(has, dtype=np.bool_)] = factor
        plain = pc.replace_substring_regex(plain, rf"(?i)(\d\.?)(?:{_EVERY_SCALE})$", r"\1")
        is_number = pc.fill_null(pc.match_substring_regex(plain, rf"^{_FIXED}$"), fill_value=False)
    numbers = pc.if_else(is_number, plain, pa.scalar(None, pa.string())).cast(pa.float64())
    values = np.asarray(numbers.to_numpy(zero_copy_only=False), dtype=np.float64)
    return values if scale is None else values * scale


def currencies_of(columns: Iterable[pa.Array]) -> tuple[str, ...]:
    """Return the currency signs that stand in the cells of text columns."""
    signs: set[str] = set()
    for column in columns:
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            found = pc.extract_regex(column, r"(?P<sign>\p{Sc})")
            signs.update(pc.struct_field(found, "sign").drop_null().unique().to_pylist())
    return tuple(sorted(signs))


def to_numbers(column: pa.ChunkedArray | pa.Array, mark: str | None = None) -> FloatArray:
    """Return float64 of one column alone; text that is no number becomes NaN. ``mark`` None: told by its cells."""
    array = pa.concat_arrays(column.chunks) if isinstance(column, pa.ChunkedArray) and column.num_chunks else column
    if isinstance(array, pa.ChunkedArray):
        return np.empty(0)
    text = texts_of(array)
    if mark is None:
        try:
            mark = marks_of(text).decided() or DOT
        except MixedMarksError:
            mark = DOT
    return numbers_of(array, text, mark)


def decide_mark(total: Marks, separator: str | None, likely: str | None) -> str | None:
    """Return the decimal mark of columns whose cells show ``total``; None if nothing tells it.

    ``separator`` is the character between cells, None if the table is no text; ``likely`` is the mark of the other
    files of the folder. Raises MixedMarksError.
    """
    decided = total.decided()
    if decided is not None:
        return decided
    if likely is not None or not (total.open_dot or total.open_comma):
        return likely or DOT
    # Beside commas between cells, 1.390 has a point and a quoted 1,234 groups its digits.
    return DOT if separator != ";" and not (total.open_dot and total.open_comma) else None
