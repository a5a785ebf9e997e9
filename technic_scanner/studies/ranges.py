"""Ranges of numbers in comments of criteria, ``let n = 20 # 10..50 step 5``, and the variants that they make."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from technic_scanner.criteria import Criteria, CriteriaError
from technic_scanner.criteria import compile as compile_criteria
from technic_scanner.criteria.problems import Problem, at
from technic_scanner.studies.refused import check_readable

MOST_RANGES, MOST_VARIANTS = 2, 400
_NUMBER = r"-?\d+(?:\.\d+)?"
_COMMENT = re.compile(r""""[^"\n]*"|'[^'\n]*'|(#[^\n]*)""")
_RANGE = re.compile(rf"#\s*(?P<low>{_NUMBER})\s*\.\.\s*(?P<high>{_NUMBER})(?:\s+step\s+(?P<step>{_NUMBER}))?\s*")
_LIKE_A_RANGE = re.compile(r"\d\s*(?:%|bn|b|m|k)?\s*(?:\.\.|…)", re.IGNORECASE)
_LET = re.compile(
    r"\blet\s+(?P<name>[a-z_][a-z_0-9]*)\s*=\s*(?P<number>-?\s*(?:\d+(?:\.\d+)?|\.\d+))\s*(?P<unit>%|bn|b|m|k)?\s*;?\s*$",
    re.IGNORECASE,
)
_ABOUT = "A range has the form # 10..50 step 5"


@dataclass(frozen=True, slots=True)
class Range:
    """The values that a name given by let takes: as written, without its unit; ``start`` … ``stop`` is its number."""

    name: str
    values: tuple[str, ...]
    unit: str
    start: int
    stop: int

    @property
    def labels(self) -> tuple[str, ...]:
        """The values with their unit."""
        return tuple(value + self.unit for value in self.values)


@dataclass(frozen=True, slots=True)
class Variants:
    """The criteria of every combination of the values of ``ranges``, the last range's values changing first."""

    ranges: tuple[Range, ...]
    criteria: tuple[Criteria, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """How many values each range has."""
        return tuple(len(item.values) for item in self.ranges)


def variants_of(text: str) -> Variants:
    """Return the variants of a text.

    Raises CriteriaError for faults of the text, of a range or of a variant, or where a study cannot read what it reads.
    """
    check_readable(compile_criteria(text))
    ranges, problems = _ranges(text)
    if not problems:
        problems = _bounds(text, ranges)
    if problems:
        raise CriteriaError(text, problems)
    return Variants(ranges, tuple(_compiled(text, ranges, values) for values in _combined(ranges)))


def _ranges(text: str) -> tuple[tuple[Range, ...], list[Problem]]:
    """Return the ranges of a text, and the faults of comments that look like one."""
    found, problems = [], []
    for comment in _COMMENT.finditer(text):
        note = comment.group(1)
        if not note:
            continue
        shape = _RANGE.fullmatch(note.rstrip())
        line = text.rfind("\n", 0, comment.start()) + 1
        let = _LET.search(text[line : comment.start()])
        fault = _misplaced(note, shape, let)
        if fault:
            problems.append(at(text, comment.start(), comment.end(), fault))
        if fault or shape is None or let is None:
            continue
        low, high, step = (Decimal(part) if part else Decimal(1) for part in shape.group("low", "high", "step"))
        fault = _fault(low, high, step)
        if fault:
            problems.append(at(text, comment.start(), comment.end(), fault))
            continue
        values = tuple(f"{low + i * step:f}" for i in range(int((high - low) / step) + 1))
        place = line + let.start("number"), line + let.end("number")
        found.append(Range(let.group("name").lower(), values, (let.group("unit") or "").lower(), *place))
    return tuple(found), problems


def _misplaced(note: str, shape: re.Match[str] | None, let: re.Match[str] | None) -> str | None:
    """Return the fault of a comment that is a range in no place for one, or in a place for one is not quite a range."""
    if shape is not None and let is None:
        return "A range stands behind a number that let gives a name, as in let n = 20 # 10..50 step 5."
    if shape is None and let is not None and _LIKE_A_RANGE.search(note):
        return f"{_ABOUT}, with plain numbers, which take the unit of the first."
    return None


def _fault(low: Decimal, high: Decimal, step: Decimal) -> str | None:
    if step <= 0:
        return f"{_ABOUT}, with a step above 0."
    if high <= low:
        return f"{_ABOUT}, where the second number is the larger one."
    if (high - low) / step > MOST_VARIANTS:
        return f"This range has more than {MOST_VARIANTS} values: make the step larger."
    return None


def _bounds(text: str, ranges: tuple[Range, ...]) -> list[Problem]:
    """Return the fault of a text with no range, too many, or too many combinations of their values."""
    if not ranges:
        return [at(text, 0, 1, "No number has a range: write one behind it, as in let n = 20 # 10..50 step 5.")]
    if len(ranges) > MOST_RANGES:
        sentence = f"At most {MOST_RANGES} numbers can have a range, and this is number {MOST_RANGES + 1}."
        return [at(text, ranges[MOST_RANGES].start, ranges[MOST_RANGES].stop, sentence)]
    count = 1
    for item in ranges:
        count *= len(item.values)
    if count <= MOST_VARIANTS:
        return []
    sentence = f"The ranges make {count:,} variants, and {MOST_VARIANTS} are allowed: make the steps larger."
    return [at(text, ranges[-1].start, ranges[-1].stop, sentence)]


def _combined(ranges: tuple[Range, ...]) -> Iterator[tuple[str, ...]]:
    return itertools.product(*(item.values for item in ranges))


def _compiled(text: str, ranges: tuple[Range, ...], values: tuple[str, ...]) -> Criteria:
    """Return the criteria with these values. CriteriaError at the number that a bad one stands for."""
    written = text
    for item, value in sorted(zip(ranges, values, strict=True), key=lambda pair: -pair[0].start):
        written = written[: item.start] + value + written[item.stop :]
    try:
        return compile_criteria(written)
    except CriteriaError as error:
        chosen = ", ".join(f"{item.name} = {value}{item.unit}" for item, value in zip(ranges, values, strict=True))
        item = ranges[0]
        raise CriteriaError(text, [at(text, item.start, item.stop, f"With {chosen}: {error.places[0]}")]) from error
