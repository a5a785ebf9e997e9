"""Scans of other programs turned into criteria: what is understood becomes text, what is not is named, never guessed.

    from technic_scanner.criteria.imports import import_text
    found = import_text("chartink", "( {cash} ( latest close > latest sma( latest close , 200 ) ) )")
    found.text, found.untranslated

docs/criteria.md lists the forms that each language may have.
"""

from __future__ import annotations

from collections.abc import Callable

from technic_scanner.criteria.imports import chartink, stockcharts, thinkscript
from technic_scanner.criteria.imports.result import Imported, Untranslated

__all__ = ["LANGUAGES", "MAX_CHARACTERS", "Imported", "Untranslated", "import_text"]

MAX_CHARACTERS = 20_000
_READERS: dict[str, Callable[[str], Imported]] = {
    "chartink": chartink.read,
    "stockcharts": stockcharts.read,
    "thinkscript": thinkscript.read,
}
LANGUAGES: tuple[str, ...] = tuple(_READERS)


def import_text(language: str, text: str) -> Imported:
    """Return what a scan of another program is in our language. Raises ValueError for an unknown language's name."""
    if language not in _READERS:
        raise ValueError(f"{language!r} is not one of {', '.join(LANGUAGES)}")
    if len(text) > MAX_CHARACTERS:
        sentence = f"A scan has at most {MAX_CHARACTERS:,} characters, and this one has {len(text):,}."
        return Imported("", (), (Untranslated(1, 1, 1, "", sentence),))
    return _READERS[language](text)
