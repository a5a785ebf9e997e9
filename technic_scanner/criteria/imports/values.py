"""A value of a foreign scan in our words, and what its program calls the functions that both have."""

from __future__ import annotations

from dataclasses import dataclass

from technic_scanner.criteria.imports.result import NotUnderstoodError
from technic_scanner.criteria.printer import plain

DAY, WEEK, MONTH = "", "weekly.now.", "monthly.now."


@dataclass(frozen=True, slots=True)
class Value:
    """``text`` in our language; ``period`` of its bars (None for a number), ``back``: bars of it that it lies back.

    ``literal``: the number that it is. ``condition``: whether it is true or false.
    """

    text: str
    period: str | None = None
    back: int = 0
    literal: float | None = None
    condition: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part stands in the text that was read."""

    start: int
    stop: int

    def refuse(self, reason: str) -> NotUnderstoodError:
        """Return the error that this part is not understood."""
        return NotUnderstoodError(self.start, self.stop, reason)


def number(text: str) -> Value:
    """Return a number that is written in digits."""
    value = float(text.replace(",", ""))
    return Value(plain(value), literal=value)


def common_period(place: Place, *values: Value) -> str | None:
    """Return the period of the bars of all ``values``; refuses days beside weeks or months."""
    periods = {value.period for value in values if value.period is not None}
    if len(periods) > 1:
        raise place.refuse("bars of different periods in one operation do not mean the same here")
    return next(iter(periods), None)


def operation(sign: str, left: Value, right: Value) -> Value:
    """Return an arithmetic operation; periods may differ, as in a comparison of a close with a weekly average."""
    periods = {value.period for value in (left, right) if value.period is not None}
    back = max(left.back, right.back)
    return Value(f"({left.text} {sign} {right.text})", periods.pop() if len(periods) == 1 else None, back)


def comparison(sign: str, left: Value, right: Value) -> Value:
    """Return a comparison of two numbers."""
    return Value(f"({left.text} {sign} {right.text})", condition=True)


def crossing(place: Place, side: str, left: Value, right: Value) -> Value:
    """Return a crossing, which compares two bars of one period."""
    common_period(place, left, right)
    return Value(f"({left.text} crosses {side} {right.text})", condition=True)


def whole(place: Place, value: Value, what: str) -> int:
    """Return a whole number that is written here; refuses anything else."""
    if value.literal is None or value.literal != int(value.literal):
        raise place.refuse(f"{what} must be written as a whole number")
    return int(value.literal)
