"""Read times of the day, and the parts of texts that a pattern finds."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

IntArray = npt.NDArray[np.int64]
# Blanks of all widths stand between a time and its half of the day.
_BLANK = r"[\s\x{a0}\x{2000}-\x{200a}\x{202f}]*"
# Halves of the day behind the time, or, in Chinese, Japanese and Korean, before it: Greek, Turkish, Vietnamese too.
_MORNING = "上午|午前|오전|π\\.?μ|ÖÖ|öö|SA"
_EVENING = "下午|午後|오후|μ\\.?μ|ÖS|ös|CH"
_LATIN = rf"[aApP](?:\.?{_BLANK}[mM])?"
_CLOCK = (
    rf"(?P<before>{_MORNING}|{_EVENING}|[aApP]\.?[mM]\.?)?{_BLANK}"
    rf"(?P<h>\d{{1,2}}):(?P<m>\d{{2}})(?::(?P<s>\d{{2}}))?(?:\.\d+)?{_BLANK}"
    rf"(?P<half>(?:{_MORNING}|{_EVENING})|(?:{_LATIN})\b)?"  # and not the P of PST
)
_IN_EVENING = rf"^(?:[pP]|{_EVENING})"
# 16.30 and 16h30 behind a date
_OTHER_CLOCK = r"^([T ,;]*\d{1,2})[.h](\d{2})(?:[.m](\d{2}))?(\D*)$"


def groups(text: pa.Array, pattern: str) -> tuple[dict[str, pa.Array], IntArray]:
    """Return the named parts of the texts that match, and the rows of these texts."""
    match = pc.extract_regex(text, pattern)
    rows = np.flatnonzero(np.asarray(match.is_valid(), dtype=np.bool_))
    taken = match.take(pa.array(rows))
    names = [taken.type.field(i).name for i in range(taken.type.num_fields)]
    return {name: pc.struct_field(taken, name) for name in names}, rows


def whole_numbers(texts: pa.Array) -> IntArray:
    """Return texts of digits as numbers; empty ones are 0."""
    empty = pc.equal(texts, "")
    numbers = pc.if_else(empty, pa.scalar("0"), texts).cast(pa.int64())
    return np.asarray(numbers.to_numpy(zero_copy_only=False), dtype=np.int64)


def clock_seconds(rest: pa.Array) -> IntArray:
    """Return the seconds of the day in what follows a date; −1 where no time follows."""
    seconds = np.full(len(rest), -1, dtype=np.int64)
    if len(rest) == 0 or bool(pc.all(pc.equal(rest, "")).as_py()):
        return seconds
    rest = _with_colons(rest)
    parts, rows = groups(rest, _CLOCK)
    if len(rows):
        hours, minutes, rest_seconds = whole_numbers(parts["h"]), whole_numbers(parts["m"]), whole_numbers(parts["s"])
        half = pc.binary_join_element_wise(parts["before"], parts["half"], "")
        is_named = np.asarray(pc.not_equal(half, ""), dtype=np.bool_)
        in_evening = np.asarray(pc.match_substring_regex(half, _IN_EVENING), dtype=np.bool_)
        hours = np.where(is_named, hours % 12 + np.where(in_evening, 12, 0), hours)
        seconds[rows] = hours * 3600 + minutes * 60 + rest_seconds
    return seconds


def _with_colons(rest: pa.Array) -> pa.Array:
    """Return times such as 16.30 and 16h30 with colons; others as they are."""
    if not bool(pc.any(pc.match_substring_regex(rest, _OTHER_CLOCK)).as_py()):
        return rest
    with_seconds = pc.replace_substring_regex(rest, r"^([T ,;]*\d{1,2})[.h](\d{2})[.m](\d{2})(\D*)$", r"\1:\2:\3\4")
    return pc.replace_substring_regex(with_seconds, _OTHER_CLOCK, r"\1:\2\4")


def seconds_of(column: pa.Array) -> IntArray:
    """Return the seconds of the day in a column of times (09:30:00, 093000, or a stored time); −1 where none is."""
    if pa.types.is_time(column.type):
        column = column.cast(pa.time64("us")).cast(pa.int64())
        return np.asarray(column.fill_null(-1_000_000).to_numpy(zero_copy_only=False), dtype=np.int64) // 1_000_000
    text = _with_colons(pc.fill_null(pc.utf8_trim_whitespace(column.cast(pa.string())), ""))
    digits = pc.replace_substring_regex(text, r"\.0*$", "")
    compact = np.asarray(pc.match_substring_regex(digits, r"^\d{1,6}$"), dtype=np.bool_)
    seconds = clock_seconds(text)
    if compact.any():
        numbers = whole_numbers(digits.filter(pa.array(compact)))
        if (numbers >= 2400).any() or bool(pc.any(pc.equal(pc.utf8_length(digits), 6)).as_py()):
            clock = numbers
        else:
            clock = numbers * 100  # 0930 is half past nine
        seconds[compact] = clock // 10_000 * 3600 + clock // 100 % 100 * 60 + clock % 100
    return seconds
