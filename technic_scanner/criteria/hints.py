"""What a text may mean otherwise than its writer thinks: limits beyond a value's range, fractions read as per cents."""

from __future__ import annotations

from collections.abc import Iterator

from technic_scanner.criteria.label_hints import label_hints
from technic_scanner.criteria.numbers import number_of
from technic_scanner.criteria.printer import text_of
from technic_scanner.criteria.tree import Node, Scan, ordered

Hint = tuple[int, int, str]
_SHARE, _HUNDRED = (0.0, 1.0), (0.0, 100.0)
# Functions and names by the range of their values.
_RANGES: dict[str, tuple[float, float]] = {
    **dict.fromkeys(("rank", "ts_rank", "r2"), _SHARE),
    **dict.fromkeys(("percentile", "rsi", "mfi", "stoch_k", "stoch_d", "adx", "plus_di", "minus_di"), _HUNDRED),
    **dict.fromkeys(("tech_rating", "alpha_score", "score"), _HUNDRED),
    "correlation": (-1.0, 1.0),
}
_FRACTIONS = frozenset({"roc", "gap", "momentum_12_1", "high_252_distance", "low_252_distance"})
_OPPOSITE = {"max": "highest", "min": "lowest"}


def hints(scan: Scan) -> list[Hint]:
    """Return (start, stop, sentence) of everything in a checked text that is probably meant otherwise."""
    nodes = ordered((*scan.roots, *(value for _, value in scan.lets)))
    kinds = (_of_limits, _of_extremes, _of_order, label_hints)
    found = dict.fromkeys(hint for node in nodes for kind in kinds for hint in kind(node))
    return sorted(found)


def _of_limits(node: Node) -> Iterator[Hint]:
    if node.op not in {"compare", "crosses", "between"}:
        return
    for value in node.args:
        for limit in node.args:
            number = _literal(limit)
            sentence = "" if number is None or value is limit else _limit_sentence(value, number, text_of(limit))
            if sentence:
                yield limit.start, limit.stop, sentence


def _limit_sentence(value: Node, number: float, limit: str) -> str:
    name = _name(value)
    low, high = _RANGES.get(name, (-float("inf"), float("inf")))
    if not low <= number <= high:
        ways = f" Write {number / 100:g} or {number:g}%." if high == 1.0 and 1.0 < number <= 100.0 else ""
        return f"{text_of(value)} is from {low:g} to {high:g}, and {limit} is beyond.{ways}"
    if (low, high) == _HUNDRED and 0.0 < number < 1.0:
        return f"{text_of(value)} is from 0 to 100 and no fraction: for {limit} write {100 * number:g}."
    if name in _FRACTIONS and abs(number) >= 1.0 and not limit.endswith("%"):
        return (
            f"{text_of(value)} is a fraction, and {limit} is {100 * number:g} per cent. {limit} per cent are {limit}%."
        )
    return ""


def _of_extremes(node: Node) -> Iterator[Hint]:
    """Tell of max(high, 20), which is no maximum of 20 bars."""
    if node.op != "call" or node.value[0] not in _OPPOSITE or len(node.args) != 2:
        return
    series, number = node.args[0], _literal(node.args[1])
    if number is not None and number >= 2.0 and number == number // 1 and _literal(series) is None:
        name, other = node.value[0], _OPPOSITE[node.value[0]]
        size = "larger" if name == "max" else "smaller"
        sentence = (
            f"{text_of(node)} is the {size} of two numbers. Of {number:g} bars it is "
            f"{other}({text_of(series)}, {number:g})."
        )
        yield node.start, node.stop, sentence


def _of_order(node: Node) -> Iterator[Hint]:
    """Tell of between 5 and 1, which nothing is."""
    if node.op != "between":
        return
    low, high = (_literal(limit) for limit in node.args[1:])
    if low is not None and high is not None and low > high:
        first, last = (text_of(limit) for limit in node.args[1:])
        yield node.start, node.stop, f"Nothing is between {first} and {last}: the smaller number comes first."


def _literal(node: Node) -> float | None:
    while node.op == "let":
        node = node.args[0]
    if node.op == "negative":
        inner = _literal(node.args[0])
        return None if inner is None else -inner
    return number_of(node.value) if node.op == "number" else None


def _name(node: Node) -> str:
    """Return the function or name that a value is of, also some bars ago."""
    while node.op in {"let", "ago"} or (node.op == "named" and node.args[0].op in {"call", "across"}):
        node = node.args[0]
    if node.op in {"call", "across"}:
        return str(node.value[0])
    return str(node.value) if node.op in {"named", "column"} else ("score" if node.op == "sub_score" else "")
