"""The canonical text of a tree: parsing it gives the same tree."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from technic_scanner.criteria.functions import FUNCTIONS
from technic_scanner.criteria.names import prefix_text
from technic_scanner.criteria.tree import Node, Rank, Scan, Show, ordered

# How tightly each kind of node binds; an operand that binds less than its place asks for stands in brackets.
_OR, _AND, _NOT, _HELD, _COMPARED, _SUM, _PRODUCT, _SIGNED, _POSTFIX, _ATOM = range(10)
_LEVELS = {
    "or": _OR, "and": _AND, "not": _NOT, "within": _HELD, "for": _HELD, "compare": _COMPARED, "between": _COMPARED,
    "crosses": _COMPARED, "in": _COMPARED, "known": _COMPARED, "negative": _SIGNED, "ago": _POSTFIX,
}  # fmt: skip


def canonical(scan: Scan) -> str:
    """Return the text of a whole tree: one line for each let, for the condition, the order and each column."""
    lines = [f"let {name} = {text_of(value)}" for name, value in scan.lets]
    lines.append(text_of(scan.where))
    if scan.lets and lines[-1].startswith(("(", "-", "not ")):
        lines[-2] += ";"  # without it the bracket would call the line before, and so on
    if scan.rank is not None:
        order = "" if scan.rank.descending else " asc"
        top = "" if scan.rank.top is None else f" top {scan.rank.top}"
        lines.append(f"rank by {text_of(scan.rank.by)}{order}{top}")
    for show in scan.shows:
        title = "" if show.title is None else f" as {quoted(show.title)}"
        lines.append(f"show {text_of(show.value)}{title}")
    return "\n".join(lines)


@lru_cache(maxsize=4096)
@lru_cache(maxsize=1024)
def text_of(node: Node) -> str:
    """Return the canonical text of one node; names given by let are left as names."""
    texts: dict[Node, str] = {}
    for item in ordered([node]):
        texts[item] = _written(item, texts)
    return texts[node]


def heading_of(show: Show) -> str:
    """Return the heading of an own column: as given, else the text of its value."""
    return show.title or text_of(show.value)


def order_text(rank: Rank) -> str:
    """Return what ``rank by`` says in words: ``rsi(14), the smallest first``."""
    most = "" if rank.top is None else f", at most {rank.top:,}"
    return f"{text_of(rank.by)}, the {'largest' if rank.descending else 'smallest'} first{most}"


def quoted(text: str) -> str:
    """Return a text in quotes of the kind that it does not hold."""
    return f"'{text}'" if '"' in text else f'"{text}"'


def _level(node: Node) -> int:
    if node.op == "arithmetic":
        return _SUM if node.value in {"+", "-"} else _PRODUCT
    if node.op == "across" and node.value[1] is not None:
        return _SIGNED  # so that [n] after ``by sector`` gets its brackets
    return _LEVELS.get(node.op, _ATOM)


def _written(node: Node, texts: dict[Node, str]) -> str:
    if node.op in {"number", "let"}:
        return str(node.value)
    if node.op in {"field", "label", "column", "named", "sub_score"}:
        return _name(node)
    if node.op == "text":
        return quoted(str(node.value))
    if node.op in {"call", "across"}:
        return _call(node, texts)
    return _FORMS[node.op](node, texts)


def _name(node: Node) -> str:
    name = f"{node.value}_score" if node.op == "sub_score" else str(node.value)
    return name if node.op in {"label", "column"} else prefix_text(node.frame) + name


def _call(node: Node, texts: dict[Node, str]) -> str:
    name = str(node.value[0])
    function = FUNCTIONS.get(name)
    if function is None:  # bars
        return prefix_text(node.frame) + name
    args = node.args[: len(node.args) - len(function.fields)]
    prefix = prefix_text(node.frame) if function.fields else ""
    if function.source and args[0].op == "field" and args[0].value == function.source:
        prefix, args = prefix_text(args[0].frame), args[1:]
    if not function.parameters:
        return f"{prefix}{name}"
    literals = () if node.op == "across" else node.value[1:]
    inner = ", ".join([*(texts[arg] for arg in args), *(plain(number) for number in literals)])
    by = f" by {node.value[1]}" if node.op == "across" and node.value[1] else ""
    return f"{prefix}{name}({inner}){by}"


def plain(number: float) -> str:
    """Return a number without exponent and without trailing zeros."""
    text = f"{number:.15f}".rstrip("0").rstrip(".")
    return text if float(text) == number else repr(number)


def _in(node: Node, least: int, texts: dict[Node, str]) -> str:
    text = texts[node]
    return text if _level(node) >= least else f"({text})"


def _joined(node: Node, texts: dict[Node, str]) -> str:
    level = _level(node) + 1
    return f" {node.op} ".join(_in(arg, level, texts) for arg in node.args)


def _arithmetic(node: Node, texts: dict[Node, str]) -> str:
    level = _level(node)
    return f"{_in(node.args[0], level, texts)} {node.value} {_in(node.args[1], level + 1, texts)}"


def _compared(node: Node, texts: dict[Node, str]) -> str:
    word = f"crosses {node.value}" if node.op == "crosses" else node.value
    left, right = (_in(arg, _SUM, texts) for arg in node.args)
    return f"{left} {word} {right}"


def _between(node: Node, texts: dict[Node, str]) -> str:
    value, low, high = (_in(arg, _SUM, texts) for arg in node.args)
    return f"{value} between {low} and {high}"


def _member(node: Node, texts: dict[Node, str]) -> str:
    return f"{_in(node.args[0], _SUM, texts)} in ({', '.join(quoted(text) for text in node.value)})"


def _held(node: Node, texts: dict[Node, str]) -> str:
    bars = "bar" if node.value == 1 else "bars"
    return f"{_in(node.args[0], _HELD, texts)} {node.op} {node.value} {bars}"


_FORMS: dict[str, Callable[[Node, dict[Node, str]], str]] = {
    "and": _joined,
    "or": _joined,
    "not": lambda node, texts: f"not {_in(node.args[0], _NOT, texts)}",
    "within": _held,
    "for": _held,
    "compare": _compared,
    "crosses": _compared,
    "between": _between,
    "in": _member,
    "known": lambda node, texts: f"{_in(node.args[0], _SUM, texts)} is known",
    "arithmetic": _arithmetic,
    "negative": lambda node, texts: f"-{_in(node.args[0], _SIGNED, texts)}",
    "ago": lambda node, texts: f"{_in(node.args[0], _POSTFIX, texts)}[{node.value}]",
}
