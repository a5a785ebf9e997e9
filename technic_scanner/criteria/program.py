"""What is evaluated together: some roots, everything under them once each, and how much of it is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from technic_scanner.criteria.measures import ALL, reaches
from technic_scanner.criteria.tree import DAILY, DAY, OWN, Frame, Node, ordered


@dataclass(frozen=True)
class Program:
    """Roots that are evaluated in one pass, so that what they share is computed once.

    ``backs``: how many bars before the newest ones each root is wanted for. ``known``: nodes whose values are there
    already; what is under them is not looked at.
    """

    roots: tuple[Node, ...]
    backs: tuple[int, ...] = ()
    known: frozenset[Node] = frozenset()

    @classmethod
    def of(cls, roots: Iterable[Node], known: Iterable[Node] = ()) -> Program:
        """Return the program of the distinct ``roots``."""
        return cls(tuple(dict.fromkeys(roots)), known=frozenset(known))

    @cached_property
    def order(self) -> list[Node]:
        """Every node, each after its operands."""
        return ordered(self.roots, self.known)

    @cached_property
    def _reach(self) -> tuple[dict[Node, int], dict[Node, int]]:
        return reaches(self.roots, self.order, self.backs, self.known)

    @property
    def reach(self) -> dict[Node, int]:
        """How many values before the newest ones each node gives, in bars of its own frame."""
        return self._reach[0]

    @property
    def outer(self) -> dict[Node, int]:
        """The same of the nodes that another frame reads, in bars of that frame."""
        return self._reach[1]

    @cached_property
    def across(self) -> tuple[Node, ...]:
        """The nodes that compare symbols and stand under no other of them."""
        found: dict[Node, None] = {}
        stack = list(self.roots)
        seen: set[Node] = set()
        while stack:
            node = stack.pop()
            if node in seen:
                continue
            seen.add(node)
            if node.op == "across":
                found[node] = None
            elif node not in self.known:
                stack.extend(node.args)
        return tuple(found)

    @cached_property
    def frames(self) -> frozenset[Frame]:
        """The frames of all nodes."""
        return frozenset(node.frame for node in self.order if node.frame is not None and node not in self.known)

    @cached_property
    def price_reach(self) -> int:
        """How many of the symbols' own bars before the newest sessions are read; ALL where weeks are made of them."""
        if any(frame.subject == OWN and frame.period != DAY for frame in self.frames):
            return ALL
        # Constants count too: on a bar that does not exist they are unknown.
        own = (None, DAILY)
        read = [self.reach[node] for node in self.order if node.frame in own and node not in self.known]
        # Values of the market and of sectors are moved to as many own bars as they are read on.
        moved = [back for node, back in self.outer.items() if node not in self.known]
        return max((*read, *moved, *(self.back(node) for node in self.known_here)), default=0)

    @property
    def known_here(self) -> list[Node]:
        """The nodes of the program whose values are there already."""
        return [node for node in self.order if node in self.known]

    def back(self, node: Node) -> int:
        """Return how many of the symbol's own daily bars before the newest ones a node is read."""
        return self.reach[node] if node.frame in {None, DAILY} else self.outer.get(node, 0)

    def widest(self, frame: Frame) -> tuple[int, int]:
        """Return how far back nodes of ``frame`` are read in it, and from another frame."""
        nodes = [node for node in self.order if node.frame == frame and node not in self.known]
        return max((self.reach[node] for node in nodes), default=0), max(
            (self.outer.get(node, 0) for node in nodes), default=0
        )
