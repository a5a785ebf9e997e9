"""Quotes values in messages, cut where they are long."""

from __future__ import annotations

LIMIT = 80


def quoted(value: object, limit: int = LIMIT) -> str:
    """Return the repr of a value, cut at the limit."""
    try:
        return cut(repr(value), limit)
    except (ValueError, RecursionError):  # a number of thousands of digits, or lists thousands deep
        return f"{type(value).__name__} that is too large to show"


def cut(text: str, limit: int = LIMIT) -> str:
    """Return the text, or its beginning and … where it is longer than the limit."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
