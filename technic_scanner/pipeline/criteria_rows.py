"""Which scanned rows meet the config's criteria, why the others do not, and the order that ``rank by`` asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from technic_scanner.criteria import Criteria, CriteriaError
from technic_scanner.criteria import compile as compile_criteria
from technic_scanner.criteria.judging import Judgement
from technic_scanner.criteria.printer import text_of
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.universe import Security
from technic_scanner.errors import FieldProblem
from technic_scanner.pipeline.context import ScanContext, no_calendar
from technic_scanner.pipeline.newest_bars import criteria_panel, sessions_to_read
from technic_scanner.pipeline.reasons import CRITERIA_FALSE, CRITERIA_UNKNOWN
from technic_scanner.screening.bars import FIELDS, FloatArray, Panel
from technic_scanner.screening.filters import Reason
from technic_scanner.screening.matrix import IntArray
from technic_scanner.screening.sessions import UsedBars
from technic_scanner.screening.signals import Selection


@dataclass(frozen=True, slots=True, eq=False)
class Scanned:
    """The scanned rows (n,) as far as criteria read them: bars, groups, the benchmark, and what the scan found."""

    securities: Sequence[Security]
    used: UsedBars
    benchmark: Panel
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
        direction = "largest" if rank.descending else "smallest"
        note = f"{selection.passing:,} rows with a signal, in the order of {text_of(rank.by)}, the {direction} first."
        return Selection(np.concatenate([first, rest]), picked, selection.passing, note)


def criteria_problems(config: ScanConfig) -> tuple[FieldProblem, ...]:
    """Return every fault of the config's criteria with its place; none where it has no criteria."""
    if not isinstance(config.criteria, str) or not config.criteria.strip():
        return ()
    try:
        compile_criteria(config.criteria)
    except CriteriaError as error:
        return error.problems
    return ()


def meeting(context: ScanContext, scanned: Scanned, rows: IntArray) -> Met:
    """Return which of ``rows`` meet the config's criteria; all of them where it has none."""
    if not context.config.criteria.strip():
        return Met(rows)
    judged = _judged(context, compile_criteria(context.config.criteria), scanned)
    passes = judged.passes
    reasons = [_reason(judged, row) for row in rows.tolist() if not passes[row]]
    counts, left = judged.counts(), judged.left_after()
    notes = [f"Criteria: {text} is true of {counts[text]:,} symbols; {left[text]:,} are left." for text in counts]
    return Met(rows[passes[rows]], tuple(reasons), tuple(notes), judged)


def _reason(judged: Judgement, row: int) -> Reason:
    failing = judged.failing(row)
    unknown = failing is None or failing[1]
    return row, CRITERIA_UNKNOWN if unknown else CRITERIA_FALSE, f"{judged.explain(row)}."


def _judged(context: ScanContext, criteria: Criteria, scanned: Scanned) -> Judgement:
    bars = _history(context, criteria, scanned.used)
    calendar = context.ports.exchange_sessions if criteria.reads_periods else no_calendar
    panel = criteria_panel(bars, scanned.securities, scanned.benchmark.until(context.as_of), calendar)
    labels = {**panel.labels, "signal": tuple(scanned.signals)}
    return criteria.judge(replace(panel, labels=labels, numbers=scanned.numbers), at_last_bar=True)


def _history(context: ScanContext, criteria: Criteria, used: UsedBars) -> Panel:
    """Return the used bars, and those before them as far as the criteria read them."""
    panel, wanted = used.panel, sessions_to_read(criteria)
    if wanted <= context.config.lookback_sessions or not panel.symbols:
        return panel
    held = context.cache.read(context.source_key, panel.symbols, wanted, context.as_of).panel
    at = {symbol: row for row, symbol in enumerate(held.symbols)}
    if not all(symbol in at for symbol in panel.symbols):
        return panel  # another process has dropped bars meanwhile
    held = held.take([at[symbol] for symbol in panel.symbols]).until(panel.last_session)
    last = used.placement.last
    ends = np.where(last >= 0, panel.sessions[np.maximum(last, 0)], np.datetime64("0001-01-01"))
    unused = held.sessions[None, :] > ends[:, None]
    for name in FIELDS:
        getattr(held, name)[unused] = np.nan
    return held
