"""Characters that text from outside must not carry into a terminal, a log, a file or a page."""

from __future__ import annotations

import re

# Control characters (C0, DEL, C1), line and paragraph separators, bidirectional controls, lone surrogates.
CONTROLS = r"\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
_HIDDEN = re.compile(rf"[{CONTROLS}\ud800-\udfff]")
_VISIBLE_ASCII = bytes(range(0x20, 0x7F))


def is_printable(text: str) -> bool:
    """Return whether the text holds none of these characters."""
    if text.isascii():  # many times faster than the expression
        return not text.encode().translate(None, _VISIBLE_ASCII)
    return _HIDDEN.search(text) is None


def visible(text: str, keep: str = "") -> str:
    """Return the text with these characters written as in JSON, ``\\u001b`` for one, except those of ``keep``."""
    return _HIDDEN.sub(lambda found: found[0] if found[0] in keep else f"\\u{ord(found[0]):04x}", text)
