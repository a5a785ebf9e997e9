"""Count of how many symbols each of several conditions is true in the newest session, all in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from technic_scanner.criteria.criteria import Criteria, compile_text
from technic_scanner.criteria.evaluate import evaluate
from technic_scanner.criteria.fields import SCAN_NUMBERS
from technic_scanner.criteria.panel import Panel
from technic_scanner.criteria.problems import CriteriaError

_FALSE_UNKNOWN_TRUE = 3
_OF_A_SCAN = {*SCAN_NUMBERS, "signal"}


@dataclass(frozen=True, slots=True)
class Count:
    """Of how many symbols with a bar a condition is true, and of how many it is unknown.

    ``only_in_scan``: it reads what a scan alone knows (scores, the signal), so that it is unknown here.
    """

    true: int
    unknown: int
    only_in_scan: bool = False


def counts(texts: Sequence[str], panel: Panel, before: str = "", threads: int | None = None) -> list[Count | None]:
    """Return the count of each text in the newest session of ``panel``, None for one that has a fault.

    ``before``: the lines of let that every text may use. Equal parts of all texts are computed once.
    """
    compiled = [_compiled(text, before) for text in texts]
    sound = [criteria for criteria in compiled if criteria is not None]
    roots = list(dict.fromkeys(criteria.tree.where for criteria in sound))
    if not roots:
        return [None] * len(texts)
    close = panel.bars.close
    has_bar = ~np.isnan(close[:, -1]) if close.shape[1] else np.zeros(len(close), dtype=np.bool_)
    found = dict(zip(roots, evaluate(roots, panel, 1, threads), strict=True))
    tallies = {
        root: np.bincount(values[has_bar, -1], minlength=_FALSE_UNKNOWN_TRUE) if has_bar.any() else np.zeros(3, int)
        for root, values in found.items()
    }
    return [None if item is None else _count(item, tallies[item.tree.where]) for item in compiled]


def _count(criteria: Criteria, tally: np.ndarray) -> Count:
    unknown, true = int(tally[1]), int(tally[2])
    return Count(true, unknown, unknown > 0 and not _OF_A_SCAN.isdisjoint(criteria.fields))


def _compiled(text: str, before: str) -> Criteria | None:
    if not text.strip():
        return None
    try:
        return compile_text(f"{before.strip().removesuffix(';')};\n{text}" if before.strip() else text)
    except CriteriaError:
        return None
