"""Which scanned rows meet the config's criteria, why the others do not, and the order that ``rank by`` asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from technic_scanner.arrow_arrays import array_of, texts_of
from technic_scanner.criteria import CriteriaError
from technic_scanner.criteria import compile as compile_criteria
from technic_scanner.criteria.judging import Judgement, judge
from technic_scanner.criteria.panel import Panel as CriteriaPanel
from technic_scanner.criteria.printer import heading_of, order_text
from technic_scanner.criteria.tree import LABEL, YES_NO
from technic_scanner.domain.config import ScanConfig
from technic_scanner.errors import FieldProblem
from technic_scanner.pipeline.columns import COLUMN_NAMES, DRAWN_NAMES
from technic_scanner.pipeline.criteria_chunks import ScanCriteria
from technic_scanner.pipeline.reasons import CRITERIA_FALSE, CRITERIA_UNKNOWN
from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.filters import Reason
from technic_scanner.screening.matrix import IntArray
from technic_scanner.screening.signals import Selection


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """The criteria of the scanned rows (n,): ``panel`` has their bars, ``kept`` (n, values) what their chunks kept."""

    scan: ScanCriteria
    panel: CriteriaPanel
    kept: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What the scan found of the rows, which criteria may read: (n,) each."""

    numbers: Mapping[str, FloatArray]
    signals: Sequence[str]


@dataclass(frozen=True, slots=True, eq=False)
class Met:
    """The ``rows`` that meet the criteria, the reasons of the others, and notes on what each clause removed."""

    rows: IntArray
    reasons: tuple[Reason, ...] = ()
    notes: tuple[str, ...] = ()
    judged: Judgement | None = None

    def ordered(self, selection: Selection, chosen: IntArray, top_n: int | None) -> Selection:
        """Return the selection among the rows ``chosen`` in the order of ``rank by``; as it is where there is none.

        Rows with a signal stay before the others; unknown values come last.
        """
        rank = self.judged.criteria.tree.rank if self.judged is not None else None
        if rank is None or self.judged is None or self.judged.order is None:
            return selection
        first, rest = selection.order[: selection.passing], selection.order[selection.passing :]
        value = self.judged.order[chosen[first]]
        first = first[np.argsort(-value if rank.descending else value, kind="stable")]
        picked = min(limit for limit in (selection.passing, top_n, rank.top) if limit is not None)
        note = f"{selection.passing:,} rows with a signal, in the order of {order_text(rank)}."
        return Selection(np.concatenate([first, rest]), picked, selection.passing, note)

    def own_columns(self, at: IntArray) -> dict[str, pa.Array]:
        """Return what ``show`` asks for of the rows ``at``, by column name; unknown values are null."""
        if self.judged is None:
            return {}
        kinds = {heading_of(show): show.value.kind for show in self.judged.criteria.tree.shows}
        return {own_name(heading): _own(self.judged.shown[heading], kind, at) for heading, kind in kinds.items()}


def own_name(heading: str) -> str:
    """Return the name of an own column: its heading, marked where a column of every result has that name."""
    return f"{heading} (criteria)" if heading.casefold() in _TAKEN else heading


_TAKEN = frozenset(name.casefold() for name in (*COLUMN_NAMES, *DRAWN_NAMES))


def _own(values: Any, kind: str, at: IntArray) -> pa.Array:
    if kind == LABEL:
        return texts_of([values[i] for i in at.tolist()])
    numbers = np.asarray(values, dtype=np.float64)[at]
    return array_of(numbers > 0.0 if kind == YES_NO else numbers, np.isfinite(numbers))


def criteria_problems(config: ScanConfig) -> tuple[FieldProblem, ...]:
    """Return every fault of the config's criteria with its place; none where it has no criteria."""
    if not isinstance(config.criteria, str) or not config.criteria.strip():
        return ()
    try:
        compile_criteria(config.criteria)
    except CriteriaError as error:
        return error.problems
    return ()


def meeting(asked: Asked | None, found: Found, rows: IntArray) -> Met:
    """Return which of ``rows`` meet what is asked of them; all of them where nothing is."""
    if asked is None:
        return Met(rows)
    labels = {**asked.panel.labels, "signal": tuple(found.signals)}
    panel = replace(asked.panel, labels=labels, numbers=found.numbers)
    judged = judge(asked.scan.criteria, panel, None, at_last_bar=True, kept=asked.scan.kept(asked.kept))
    passes = judged.passes
    reasons = [_reason(judged, row) for row in rows.tolist() if not passes[row]]
    counts, left = judged.counts(), judged.left_after()
    notes = [f"Criteria: {text} is true of {counts[text]:,} symbols; {left[text]:,} are left." for text in counts]
    return Met(rows[passes[rows]], tuple(reasons), (*notes, *judged.lacking), judged)


def _reason(judged: Judgement, row: int) -> Reason:
    return row, CRITERIA_FALSE if judged.is_false[row] else CRITERIA_UNKNOWN, f"{judged.explain(row)}."
