"""Say in a sentence what is wrong where a text does not follow the grammar."""

from __future__ import annotations

import re

from lark import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from technic_scanner.criteria.grammar import RESERVED, WORDS
from technic_scanner.criteria.habits import place_advice
from technic_scanner.criteria.problems import Problem, at, suggestion

# What people write from habit, and what is meant here.
_HABITS: dict[str, str] = {
    "&": "Write and for &.",
    "|": "Write or for |.",
    "!": "Write not for !, or != for unequal.",
    "≥": "Write >= for ≥.",
    "≤": "Write <= for ≤.",
    "≠": "Write != for ≠.",
    "×": "Write * for ×.",
    "÷": "Write / for ÷.",
    "−": "Write - for −.",
    "–": "Write - for –.",
    "“": 'Write " for “.',
    "”": 'Write " for ”.',
    "^": "There is no power: multiply, or use sqrt(x).",
    '"': "This text has no closing quote on its line.",
    "'": "This text has no closing quote on its line.",
    ".": "A name or a number is incomplete here.",
    "$": "Prices have no sign of a currency: write the number alone.",
    "€": "Prices have no sign of a currency: write the number alone.",
    "%": "A per cent sign stands behind a number: 5%.",
}
_THOUSANDS = re.compile(r"\d,\d{3}(?!\d)")
_MOST_WORDS = 8
_AT_END = {"_RANK_BY", "_SHOW", "$END"}
_OPERATORS = {"_AND", "_OR", "_WITHIN", "_FOR", "COMPARE", "_BETWEEN", "_CROSSES", "_IS", "_IN", "SIGN", "TIMES"}
_VALUE = {"NUMBER", "STRING", "NAME", "_OPEN", "SIGN"}


def syntax_fault(text: str, fault: UnexpectedInput) -> Problem:
    """Return the fault with its place."""
    if isinstance(fault, UnexpectedToken) and fault.token.type != "$END":
        start = int(fault.token.start_pos or 0)
        return at(text, start, start + len(fault.token), _unexpected(text, start, fault))
    if isinstance(fault, UnexpectedCharacters):
        return _strange(text, fault)
    end = len(text.rstrip()) if text.rstrip() else 0
    expected = getattr(fault, "expected", ()) or getattr(fault, "accepts", ())
    return at(text, end, end + 1, f"The text ends too early: {_may_stand(set(expected))}.")


def _unexpected(text: str, start: int, fault: UnexpectedToken) -> str:
    word = str(fault.token)
    expected = set(fault.accepts or fault.expected)
    if not expected - _AT_END:  # the parser has closed everything before it saw that this word fits nowhere
        expected |= _OPERATORS
    if fault.token.type == "COMPARE" and "COMPARE" not in expected and "_AND" in expected:
        return "Only two values are compared at once: write a < b and b < c, or b between a and c."
    habit = _sign_advice(text, start, fault.token.type, expected)
    if habit:
        return habit
    hint = place_advice(text, start, word)
    if fault.token.type == "NAME":
        hint = hint or suggestion(word.lower(), _keywords(expected))
    if word.lower() in RESERVED and "NAME" in expected:
        hint = hint or f" {word.lower()} is a word of the language and no name."
    return f"{word!r} cannot stand here: {_may_stand(expected)}.{hint}"


def _sign_advice(text: str, start: int, sign: str, expected: set[str]) -> str:
    """Return a sentence where a sign of another program's spelling stands; "" for all else."""
    if sign == "COMPARE" and text[start - 1 : start] == "=" and text[start] in "<>":
        return f"Write {text[start]}= for ={text[start]}."
    if sign == "_COMMA" and _THOUSANDS.match(text, max(start - 1, 0)):
        return "A number has no commas: write 1000000 or 1m."
    if sign == "_SEMICOLON":
        return (
            "A comma stands between values."
            if "_COMMA" in expected
            else "Only a name ends with ;. It begins with let: let x = rsi(14);"
        )
    return 'Round brackets stand here: in ("a", "b").' if sign == "_BRACKET" and "_OPEN" in expected else ""


def _strange(text: str, fault: UnexpectedCharacters) -> Problem:
    start = int(fault.pos_in_stream or 0)
    letter = text[start]
    if letter.isalpha() or letter == "_" or letter.isdigit():
        stop = start
        while stop < len(text) and (text[stop].isalnum() or text[stop] in "_."):
            stop += 1
        word = text[start:stop]
        expected = set(fault.allowed or ())
        hint = place_advice(text, start, word) or suggestion(word.lower(), _keywords(expected))
        return at(text, start, stop, f"{word!r} cannot stand here: {_may_stand(expected)}.{hint}")
    habit = _HABITS.get(letter)
    return at(text, start, start + 1, habit or f"{letter!r} cannot stand here: {_may_stand(set(fault.allowed or ()))}.")


def _keywords(expected: set[str]) -> list[str]:
    return [name.lower().strip("_").replace("rank_by", "rank") for name in expected if name.startswith("_")] + (
        ["above", "below"] if "SIDE" in expected else []
    )


def _may_stand(expected: set[str]) -> str:
    """Return what may stand instead, in words."""
    words: list[str] = []
    if expected >= _VALUE:
        words, expected = ["a value"], expected - _VALUE
    if {"COMPARE", "_BETWEEN", "_CROSSES"} <= expected:
        words.append("a comparison")
        expected = expected - {"COMPARE", "_BETWEEN", "_CROSSES", "_IS", "_IN", "_NOT"}
    words += sorted({WORDS.get(name) or name.strip("_").lower() for name in expected} - set(words))
    shown = words[:_MOST_WORDS] + (["…"] if len(words) > _MOST_WORDS else [])
    return f"here may stand {', '.join(shown)}" if words else "nothing may stand here"
