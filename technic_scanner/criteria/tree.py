"""The typed tree of a criteria text: nodes that are equal where they mean the same, and walks over them."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from typing import Any

NUMBER, YES_NO, LABEL, BAD = "number", "yes/no", "label", "bad"
OWN, MARKET, SECTOR = "own", "market", "sector"
DAY, WEEK, WEEK_NOW, MONTH, MONTH_NOW = "day", "week", "week_now", "month", "month_now"


@dataclass(frozen=True, slots=True)
class Frame:
    """Whose bars a value is of (the symbol's own, the market's, its sector's), and of what period they are."""

    subject: str = OWN
    period: str = DAY


DAILY = Frame()


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One value of the tree.

    ``op`` says what it is, ``args`` are its operands and ``value`` what else it depends on. ``kind`` is number, yes/no
    or label. ``frame`` is None for a constant. ``start`` and ``stop`` are its place in the text, which equality
    ignores.
    """

    op: str
    args: tuple[Node, ...] = ()
    value: Any = None
    kind: str = NUMBER
    frame: Frame | None = DAILY
    start: int = 0
    stop: int = 0
    depth: int = field(init=False)
    _hash: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "depth", 1 + max((arg.depth for arg in self.args), default=0))
        object.__setattr__(self, "_hash", hash((self.op, self.args, self.value, self.frame)))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Node) or self._hash != other._hash:
            return False
        mine = (self.op, self.value, self.frame, self.kind, self.args)
        return mine == (other.op, other.value, other.frame, other.kind, other.args)

    def __reduce__(self) -> tuple[Any, ...]:
        # Hashes of text differ between processes, so that another process makes the node anew.
        return Node, (self.op, self.args, self.value, self.kind, self.frame, self.start, self.stop)


@dataclass(frozen=True, slots=True)
class Rank:
    """What ``rank by`` says: a number, whether the largest comes first, and how many symbols are left (None: all)."""

    by: Node
    descending: bool = True
    top: int | None = None


@dataclass(frozen=True, slots=True)
class Show:
    """One column of one's own: a value, and its heading (None: its text)."""

    value: Node
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Scan:
    """A whole text: names given by ``let`` in their order, the condition, the order of the picks, own columns."""

    where: Node
    lets: tuple[tuple[str, Node], ...] = ()
    rank: Rank | None = None
    shows: tuple[Show, ...] = ()

    @property
    def roots(self) -> tuple[Node, ...]:
        """Every node that the text asks for: the condition, the rank, the columns; not what only a let names."""
        ranked = () if self.rank is None else (self.rank.by,)
        return (self.where, *ranked, *(show.value for show in self.shows))


def ordered(roots: Iterable[Node], leaves: Container[Node] = ()) -> list[Node]:
    """Return every distinct node under ``roots``, each after its operands; nothing under ``leaves``."""
    found: dict[Node, None] = {}
    stack = [(node, False) for node in reversed(tuple(roots))]
    while stack:
        node, ready = stack.pop()
        if node in found:
            continue
        if ready:
            found[node] = None
        else:
            stack.append((node, True))
            stack.extend((arg, False) for arg in (() if node in leaves else reversed(node.args)))
    return list(found)


def clauses(where: Node) -> tuple[Node, ...]:
    """Return the conditions that are joined by ``and`` at the top: what a reason names."""
    found: list[Node] = []
    stack = [where]
    while stack:
        node = stack.pop()
        if node.op == "and":
            stack.extend(reversed(node.args))
        elif node.op == "let" and node.args[0].op == "and":
            stack.append(node.args[0])
        else:
            found.append(node)
    return tuple(found)


def common_frame(args: Iterable[Node]) -> Frame | None:
    """Return the frame in which operands meet: their own if it is one, else the days of their subject, else days."""
    frames = {arg.frame for arg in args if arg.frame is not None}
    if len(frames) <= 1:
        return next(iter(frames), None)
    subjects = {frame.subject for frame in frames}
    return Frame(subjects.pop()) if len(subjects) == 1 else DAILY
