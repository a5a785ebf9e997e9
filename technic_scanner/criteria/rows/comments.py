"""Find the comments of a criteria text."""

from __future__ import annotations

import re

_COMMENT = re.compile(r""""[^"\n]*"|'[^'\n]*'|(#[^\n]*)""")


def comments_of(text: str) -> tuple[str, ...]:
    """Return the comments of a text in their order, each with its #."""
    return tuple(found.group(1).rstrip() for found in _COMMENT.finditer(text) if found.group(1))


def ends_in_comment(text: str) -> bool:
    """Return whether what is written after ``text`` on the same line would be part of a comment."""
    return bool(comments_of(text.rsplit("\n", 1)[-1]))
