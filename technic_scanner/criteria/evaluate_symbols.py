"""Evaluate what is of one symbol's own bars alone, for some symbols of a panel, in a form that can be kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from technic_scanner.criteria.evaluate import Evaluation
from technic_scanner.criteria.levels import Level, spread
from technic_scanner.criteria.panel import Panel
from technic_scanner.criteria.program import Program
from technic_scanner.criteria.symbol_part import Wanted
from technic_scanner.criteria.tree import Node
from technic_scanner.screening.bars import FloatArray


def symbol_values(wanted: Sequence[Wanted], panel: Panel) -> FloatArray:
    """Return (n, values), the values of each item of ``wanted`` side by side, as ``Kept.of`` reads them.

    They are of the panel's symbols alone, which may be some of those that ``wanted`` was found for; the sessions are
    the same.
    """
    total = len(panel.sessions)
    if not wanted:
        return np.empty((len(panel.symbols), 0))
    backs = [item.bars - 1 if item.bars else total - 1 - item.columns[0] for item in wanted]
    widest: dict[Node, int] = {}
    for item, back in zip(wanted, backs, strict=True):
        widest[item.node] = max(back, widest.get(item.node, 0))
    program = Program(tuple(widest), tuple(widest.values()))
    out = np.empty((len(panel.symbols), sum(item.width for item in wanted)))
    run = Evaluation(program, panel, 1, 1)
    run.prepare()
    for start, stop in run.bounds():
        level, evaluator = run.evaluator(start, stop)
        with np.errstate(all="ignore"):
            parts = [_part(item, evaluator.value(item.node), level, total) for item in wanted]
        out[start:stop] = np.hstack(parts)
    return out


def _part(item: Wanted, values: Any, level: Level, total: int) -> Any:
    """Return the values (rows, width) of one item from those of the newest own bars."""
    unknown = 1.0 if values.dtype == np.int8 else np.nan
    wide = np.broadcast_to(values, (level.shape[0], values.shape[1]))
    if item.bars:
        lacking = max(item.bars - wide.shape[1], 0)
        on_bars = wide[:, max(wide.shape[1] - item.bars, 0) :]
        return np.hstack([np.full((len(wide), lacking), unknown), on_bars])
    out = np.full((len(wide), total - item.columns[0]), unknown)
    spread(np.where(np.isnan(level.prices["close"][:, -wide.shape[1] :]), unknown, wide), level, total, out)
    return out[:, np.array(item.columns) - item.columns[0]]
