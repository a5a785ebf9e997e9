"""The part of a judgement that is of one symbol's own bars alone: which values it is, and what was computed of it.

Such values can be computed for some symbols at a time, anywhere and beforehand. What compares symbols, or reads what
only a whole scan knows (sectors' indices, scores, labels), is computed from them afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from technic_scanner.criteria import kernel_bars
from technic_scanner.criteria.levels import fixed
from technic_scanner.criteria.program import Program
from technic_scanner.criteria.tree import LABEL, SECTOR, YES_NO, Node, ordered
from technic_scanner.screening.bars import FloatArray

Columns = npt.NDArray[np.int64]
# Values that are kept of one symbol at most: 8 KiB. Whatever would be more is computed from the bars at the end.
MOST_VALUES = 1024
# What costs nothing to read again.
_READ = frozenset({"number", "text", "field", "column", "label", "bad"})
_OF_A_SCAN = frozenset({"across", "column", "label"})


class Wanted(NamedTuple):
    """A value that is kept: of the newest ``bars`` own bars, or of the sessions at ``columns`` of the panel."""

    node: Node
    bars: int = 0
    columns: tuple[int, ...] = ()

    @property
    def width(self) -> int:
        """How many values of one symbol that is."""
        return self.bars or len(self.columns)


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """Values of all symbols of a panel that were computed before.

    ``bars``: by node (n, k), of each symbol's newest k own bars, the newest last. ``sessions``: by node the columns of
    the panel's sessions, ascending, and the values on them (n, columns).
    """

    bars: Mapping[Node, Any] = field(default_factory=dict)
    sessions: Mapping[Node, tuple[Columns, FloatArray]] = field(default_factory=dict)

    @classmethod
    def of(cls, wanted: Sequence[Wanted], matrix: FloatArray) -> Kept:
        """Return the values of ``wanted`` from the matrix (n, values) that ``packed`` rows make."""
        bars: dict[Node, Any] = {}
        sessions: dict[Node, tuple[Columns, FloatArray]] = {}
        first = 0
        for item in wanted:
            part = matrix[:, first : first + item.width]
            first += item.width
            if item.bars:
                bars[item.node] = np.ascontiguousarray(part, np.int8 if item.node.kind == YES_NO else np.float64)
            else:
                sessions[item.node] = np.array(item.columns, dtype=np.int64), part
        return cls(bars, sessions)

    def program(self, roots: Iterable[Node], sessions: int) -> Program:
        """Return the program of ``roots`` that takes from here what reaches far enough back."""
        roots, known = tuple(roots), set(self.bars)
        while True:
            program = Program.of(roots, known)
            short = [node for node in program.known_here if self.bars[node].shape[1] < sessions + program.back(node)]
            if not short:
                return program
            known.difference_update(short)

    def on_sessions(self, node: Node, columns: Columns) -> FloatArray | None:
        """Return a node's values on the sessions at ``columns``, None if they were not computed."""
        held = self.sessions.get(node)
        if held is None or not np.isin(columns, held[0]).all():
            return None
        return fixed(held[1][:, np.searchsorted(held[0], columns)])


NOTHING_KEPT = Kept()


def wanted_values(roots: Sequence[Node], close: FloatArray) -> tuple[Wanted, ...]:
    """Return what to compute of each symbol for the newest values of ``roots``; ``close`` (n, T): all symbols' closes.

    ``close`` tells on which sessions symbols are compared: those of the last bars of all of them.
    """
    found: dict[tuple[Node, bool], Wanted] = {}
    if not close.size:
        return ()
    _collect(tuple(roots), close, found, outermost=True)
    wanted, total = [], 0
    for item in sorted(found.values(), key=lambda item: item.width):
        total += item.width
        if total <= MOST_VALUES:
            wanted.append(item)
    return tuple(wanted)


def _collect(
    roots: tuple[Node, ...], close: FloatArray, found: dict[tuple[Node, bool], Wanted], *, outermost: bool
) -> None:
    own = _own(roots)
    program = Program.of(roots, own)
    for node in program.known_here:
        back = program.back(node)
        if node.op not in _READ and node.frame is not None and back < MOST_VALUES:
            bars = max(back + 1, found[node, True].bars if (node, True) in found else 0)
            found[node, True] = Wanted(node, bars=bars)
    for node in program.across:
        arg = node.args[0]
        if arg not in own:
            _collect((arg,), close, found, outermost=False)
        elif arg.op not in _READ:
            columns = sessions_read(close, 1, program.reach[node], at_last_bars=outermost)
            found.setdefault((arg, False), Wanted(arg, columns=tuple(columns.tolist())))


def _own(roots: tuple[Node, ...]) -> frozenset[Node]:
    """Return the nodes whose values are of one symbol's bars, the market's bars and the calendar alone."""
    own: set[Node] = set()
    for node in ordered(roots):
        sector = node.frame is not None and node.frame.subject == SECTOR
        if node.op not in _OF_A_SCAN and node.kind != LABEL and not sector and all(arg in own for arg in node.args):
            own.add(node)
    return frozenset(own)


def sessions_read(close: FloatArray, sessions: int, back: int, *, at_last_bars: bool) -> Columns:
    """Return the columns of the sessions that values of the newest ``sessions`` and ``back`` bars before are of.

    Ascending. ``at_last_bars``: with one session, of each symbol's newest own bars. Where bars are missing, bars ago
    are further sessions ago: then all of the panel's.
    """
    total = close.shape[1]
    size = min(total, sessions + back)
    newest = np.arange(total - size, total)
    if not (back or at_last_bars) or not np.isnan(close[:, total - size :]).any():
        return newest
    if not at_last_bars or size == total:
        return np.arange(total)
    position = kernel_bars.positions(fixed(close), size)
    read = np.unique(position[position >= 0]).astype(np.int64)
    return read if len(read) else newest
