"""Numbers in sentences that people read: without exponents up to 1e15, thousands apart."""

from __future__ import annotations

_LONGEST = 17  # significant digits that tell any two floats apart


def text_with(value: float, digits: int) -> str:
    """Return a number with so many significant digits, or as many as its whole part has once it is rounded.

    ``1,000,000`` where ``:g`` has ``1e+06``; an exponent is used from 1e15 on, and below 0.0001.
    """
    size = abs(value)
    whole_digits = len(str(round(size))) if 1.0 <= size < 1e15 else 0
    return f"{value:,.{max(digits, whole_digits)}g}"


def text_apart(value: float, limit: float, digits: int = 4) -> str:
    """Return a number with so many significant digits, or as many more as tell it apart from a limit.

    So 4.9996 is never "5, below the minimum of 5". A value equal to the limit has the given number of digits.
    """
    plain = text_with(limit, _LONGEST - 2)
    if value == limit:
        return text_with(value, digits)
    texts = (text_with(value, count) for count in range(digits, _LONGEST + 1))
    return next((text for text in texts if text != plain), plain)
