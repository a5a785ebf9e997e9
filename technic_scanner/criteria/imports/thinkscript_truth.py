"""What of thinkScript is a condition: a comparison, ``if c then 1 else 0``, and any number that is not 0."""

from __future__ import annotations

import re

from technic_scanner.criteria.imports.values import Value


def as_condition(value: Value) -> Value:
    """Return ``if c then 1 else 0`` as c, and any other value as it is."""
    chosen = re.fullmatch(r"if\((?P<condition>.*), 1, 0\)", value.text, re.DOTALL)
    if chosen is not None and _balanced(chosen["condition"]):
        return Value(chosen["condition"], condition=True)
    return value


def true_of(value: Value) -> Value:
    """Return a value as a condition: a number is true where it is not 0."""
    value = as_condition(value)
    return value if value.condition else Value(f"({value.text} != 0)", condition=True)


def _balanced(text: str) -> bool:
    depth = 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if depth < 0 or (depth == 0 and letter == ","):
            return False
    return depth == 0
