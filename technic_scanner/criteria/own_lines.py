"""Own columns and entries of criteria on every session, for charts: what a symbol's own bars alone tell."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from technic_scanner.criteria.criteria import Criteria
from technic_scanner.criteria.evaluate import evaluate
from technic_scanner.criteria.panel import Panel
from technic_scanner.criteria.printer import heading_of
from technic_scanner.criteria.tree import NUMBER, OWN, Node, ordered
from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.bars import Panel as Bars

# What compares symbols, and what only a scan knows.
_OF_A_SCAN = frozenset({"across", "column", "label"})


class OwnLines(NamedTuple):
    """The values (n, T) by heading, NaN where unknown, and the headings of which bars alone do not give the values."""

    values: dict[str, FloatArray]
    left_out: tuple[str, ...]


def own_lines(criteria: Criteria, bars: Bars) -> OwnLines:
    """Return the own columns on every session of ``bars``, n symbols over T sessions; a constant is left out too."""
    drawn = {
        heading_of(show): show.value
        for show in criteria.tree.shows
        if show.value.kind == NUMBER and _is_of_bars(show.value)
    }
    left_out = tuple(heading for show in criteria.tree.shows if (heading := heading_of(show)) not in drawn)
    if not drawn or not len(bars.sessions):
        return OwnLines({}, left_out)
    values = evaluate(list(drawn.values()), Panel(bars), len(bars.sessions), 1)
    return OwnLines(dict(zip(drawn, values, strict=True)), left_out)


def own_entries(criteria: Criteria, bars: Bars) -> npt.NDArray[np.bool_] | None:
    """Return (n, T), where the condition became true: it was known to be false on the symbol's own bar before.

    None if it reads more than a symbol's own bars.
    """
    if not _is_of_bars(criteria.tree.where):
        return None
    sessions = len(bars.sessions)
    became = np.zeros((len(bars.symbols), sessions), np.bool_)
    if sessions:
        for row, true in enumerate(criteria.evaluate(bars, sessions, threads=1)):
            own = np.flatnonzero(~np.isnan(bars.close[row]))
            became[row, own[1:]] = (true[own[1:]] == 1.0) & (true[own[:-1]] == 0.0)
    return became


def _is_of_bars(value: Node) -> bool:
    nodes = ordered([value])
    frames = [node.frame for node in nodes if node.frame is not None]
    return bool(frames) and all(frame.subject == OWN for frame in frames) and _OF_A_SCAN.isdisjoint(n.op for n in nodes)
