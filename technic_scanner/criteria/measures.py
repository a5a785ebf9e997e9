"""What a program needs, known before it runs: bars, history, cost, and how far back each of its values is read."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from typing import NamedTuple

from technic_scanner.criteria.functions import FUNCTIONS, MAX_WINDOW
from technic_scanner.criteria.tree import DAILY, DAY, MONTH, MONTH_NOW, SECTOR, WEEK, WEEK_NOW, Frame, Node, ordered

ALL = 1 << 40  # a reach of every bar that is stored
# Sessions of a week and of a month at most, and those of a running one, which may not be over.
_DAYS = {DAY: (1, 0), WEEK: (5, 5), WEEK_NOW: (5, 0), MONTH: (23, 23), MONTH_NOW: (23, 0)}
_LIGHT = 10  # cells that a value of a function costs whose work does not grow with its window
_SUB_SCORE = 200


def bars_needed(roots: Iterable[Node], *, whole_windows: bool = False) -> int:
    """Return the bars until the newest value of every root is known; a week counts as five sessions.

    With ``whole_windows`` also where a value is known earlier than its window is full (beta, whether one is known).
    """
    roots = tuple(roots)
    known: dict[Node, int] = {}
    for node in ordered(roots):
        bars = max((_days_of(known[arg], arg.frame, node.frame) for arg in node.args), default=0)
        known[node] = bars + _added(node, bars, whole_windows=whole_windows)
    return max(1, *(_days_of(known[root], root.frame, DAILY) for root in roots))


def _added(node: Node, bars: int, *, whole_windows: bool) -> int:
    if node.op in {"field", "column"}:
        return 1
    if node.op == "ago":
        return int(node.value) + (bars == 0)
    if node.op in {"within", "for"}:
        return int(node.value) - 1
    if node.op == "known":
        # Known on the first bar, though it takes all of its operand's to say yes.
        return int(bars == 0) if whole_windows else 1 - bars
    if node.op == "crosses":
        return 1
    if node.op == "call" and node.value[0] in FUNCTIONS:
        function = FUNCTIONS[node.value[0]]
        back = function.back if whole_windows or function.known_after is None else function.known_after
        return back(node.value[1:]) + (bars == 0)
    return 0


def _days_of(bars: int, frame: Frame | None, outer: Frame | None) -> int:
    if frame is None or outer is None or frame.period == outer.period or bars == 0:
        return bars
    days, running = _DAYS[frame.period]
    return bars * days + running


def is_recursive(roots: Iterable[Node]) -> bool:
    """Return whether a value depends on every bar from the first stored one on."""
    return any(
        (node.op == "call" and (node.value[0] not in FUNCTIONS or FUNCTIONS[node.value[0]].recursive))
        or (node.frame is not None and node.frame.subject == SECTOR)
        for node in ordered(roots)
    )


class Reach(NamedTuple):
    """How many values before the newest ones are read: of each node in its own frame, and in a frame that reads it."""

    own: dict[Node, int]
    outer: dict[Node, int]


def reaches(roots: Sequence[Node], order: list[Node], backs: Sequence[int] = (), leaves: Container[Node] = ()) -> Reach:
    """Return how far back each node of ``order`` is read, the roots ``backs`` bars; nothing is read for ``leaves``."""
    reach = Reach(dict.fromkeys(order, 0), {})
    for root, back in zip(roots, backs or (0,) * len(roots), strict=True):
        _read(reach, root, back, DAILY)
    for node in reversed(order):
        for arg in () if node in leaves else node.args:
            _read(reach, arg, min(ALL, reach.own[node] + back_of(node)), node.frame)
    return reach


def _read(reach: Reach, node: Node, back: int, frame: Frame | None) -> None:
    """Note that ``node`` is read ``back`` bars of ``frame`` back."""
    if node.frame is not None and node.frame != frame:
        reach.outer[node] = max(reach.outer.get(node, 0), back)
        if frame is None or node.frame.subject != frame.subject:
            back = ALL
        else:
            back = 0 if node.frame.period in {WEEK_NOW, MONTH_NOW} else min(ALL, back + 1)
    reach.own[node] = max(reach.own[node], back)


def back_of(node: Node) -> int:
    """Return how many values before the newest one the operands of ``node`` are read."""
    if node.op in {"within", "for"}:
        return int(node.value) - 1
    if node.op == "ago":
        return int(node.value)
    if node.op == "crosses":
        return 1
    if node.op != "call":
        return 0
    function = FUNCTIONS.get(node.value[0])
    if function is None or function.recursive:
        return ALL
    return function.back(node.value[1:])


def cost_of(roots: Iterable[Node]) -> int:
    """Return a bound of the cells that are read for one symbol's newest session."""
    roots = tuple(roots)
    order = ordered(roots)
    reach = reaches(roots, order).own
    return sum(_values(reach[node]) * _cost(node) for node in order)


def _values(reach: int) -> int:
    return MAX_WINDOW if reach >= ALL else reach + 1


def _cost(node: Node) -> int:
    if node.op == "sub_score":
        return _SUB_SCORE
    if node.op != "call":
        return 1
    function = FUNCTIONS.get(node.value[0])
    if function is None:
        return _LIGHT
    return int(max(node.value[1:2] or (1,))) + _LIGHT if function.heavy else _LIGHT
