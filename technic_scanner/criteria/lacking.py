"""What criteria read and a panel has of no symbol: a benchmark, groups, what only a scan knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from technic_scanner.criteria.fields import MARKET_CLOSE, SCAN_NUMBERS
from technic_scanner.criteria.functions import FUNCTIONS
from technic_scanner.criteria.panel import Panel
from technic_scanner.criteria.printer import text_of
from technic_scanner.criteria.tree import SECTOR, Node, Scan

_OF_A_SCAN = "Only a scan gives scores and signals"


def lacking(tree: Scan, panel: Panel) -> tuple[str, ...]:
    """Return a sentence on each thing that the criteria read and the panel has of no symbol; none of an empty panel."""
    if not panel.symbols:
        return ()
    unknown: dict[str, dict[str, None]] = {}
    for name, part in _read(tree):
        if not _has(panel, part):
            unknown.setdefault(_why(part), {})[name] = None
    return tuple(f"{why}: {_unknown(names)}" for why, names in unknown.items())


def _has(panel: Panel, part: str) -> bool:
    if part == MARKET_CLOSE:
        return panel.market is not None
    return part in panel.numbers or any(text is not None for text in panel.texts(part))


def _why(part: str) -> str:
    if part == MARKET_CLOSE:
        return "The source gives no bars of a benchmark"
    if part in SCAN_NUMBERS or part == "signal":
        return _OF_A_SCAN
    return f"The source gives no {part.replace('_', '-')} of any symbol"


def _unknown(names: Iterable[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last} are unknown." if others else f"{last} is unknown."


def _read(tree: Scan) -> Iterator[tuple[str, str]]:
    """Yield what values are made of (a benchmark's close, labels, a scan's numbers), each with the value's own text."""
    stack: list[tuple[Node, str | None]] = [(node, None) for node in reversed(tree.roots)]
    seen = set(stack)
    while stack:
        node, inside = stack.pop()
        if (part := _part(node)) is not None:
            yield inside or text_of(node), part
        if inside is None and (node.op == "named" or _is_of_benchmark(node)):
            inside = text_of(node)
        # A sub-score is known without some of what it is made of.
        args = () if node.op == "sub_score" else reversed(node.args)
        for item in [(arg, inside) for arg in args]:
            if item not in seen:
                seen.add(item)
                stack.append(item)


def _part(node: Node) -> str | None:
    """Return what beside a symbol's own bars and the market's index a node reads itself; None if it does not."""
    if node.op in {"label", "column"} or (node.op == "field" and node.value == MARKET_CLOSE):
        return str(node.value)
    if node.op == "field" and node.frame is not None and node.frame.subject == SECTOR:
        return SECTOR
    return node.value[1] if node.op == "across" else None


def _is_of_benchmark(node: Node) -> bool:
    """Return whether it is a call of what compares with the benchmark unasked, as ``beta(252)``."""
    function = FUNCTIONS.get(node.value[0]) if node.op == "call" else None
    return function is not None and MARKET_CLOSE in function.fields
