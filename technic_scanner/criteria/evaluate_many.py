"""Evaluate many conditions over the same bars: what they share once, and each one's values dropped when it is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from technic_scanner.criteria.evaluate import Evaluation
from technic_scanner.criteria.panel import Panel
from technic_scanner.criteria.program import Program
from technic_scanner.criteria.shared_values import NOTHING_SHARED, Shared
from technic_scanner.criteria.tree import Node, ordered

# What is done with the truth of the condition of a number, of the symbols start … stop − 1.
Use = Callable[[int, int, int, Any], None]


def shared_values(roots: Sequence[Node], panel: Panel, threads: int) -> Shared:
    """Return the values of ``roots`` that need all symbols: those across symbols, of the market and of sectors."""
    total = len(panel.sessions)
    if not panel.symbols or not total:
        return NOTHING_SHARED
    evaluation = Evaluation(Program.of(roots), panel, total, threads)
    evaluation.prepare()
    return evaluation.shared()


def each_truth(conditions: Sequence[Node], panel: Panel, shared: Shared, use: Use) -> None:
    """Call ``use`` with the truth (rows, T) of each condition, for some symbols of the panel after the other.

    Truth is int8: 0 false, 1 unknown, 2 true. ``shared`` is that of the panel's symbols. Values that only one condition
    reads are kept no longer than it takes to evaluate it, so that memory does not grow with the number of conditions.
    """
    total = len(panel.sessions)
    if not panel.symbols or not total:
        return
    evaluation = Evaluation(Program.of(conditions), panel, total, 1, shared=shared)
    evaluation.prepare()
    alone = _read_alone(conditions)
    for start, stop in evaluation.bounds():
        level, evaluator = evaluation.evaluator(start, stop)
        missing = np.isnan(panel.bars.close[start:stop])
        truth = np.empty((stop - start, total), np.int8)
        for number, condition in enumerate(conditions):
            with np.errstate(all="ignore"):
                evaluation.place(evaluator.value(condition), level, missing, truth)
            use(number, start, stop, truth)
            evaluator.forget(alone[number])


def _read_alone(conditions: Sequence[Node]) -> list[list[Node]]:
    """Return for each condition the nodes that are in no other one."""
    nodes = [ordered([condition]) for condition in conditions]
    times = Counter(node for own in nodes for node in own)
    return [[node for node in own if times[node] == 1] for own in nodes]
