"""Check what a study is asked for beside its criteria: every problem is named at once."""

from __future__ import annotations

from technic_scanner.domain.study_terms import StudyTerms
from technic_scanner.errors import FieldProblem
from technic_scanner.screening.pick_returns import HORIZONS
from technic_scanner.studies.holdout import MOST_MONTHS
from technic_scanner.studies.result import ENTRIES

MOST_BARS = MOST_DATES = 20_000


def study_problems(terms: StudyTerms) -> tuple[FieldProblem, ...]:
    """Return everything that is wrong with the terms of a study."""
    found = []
    if terms.entry not in ENTRIES:
        found.append(FieldProblem("entry", f"must be {' or '.join(ENTRIES)}, not {terms.entry!r}"))
    if terms.start is not None and terms.end is not None and terms.start > terms.end:
        found.append(FieldProblem("from", f"{terms.start} is after {terms.end}"))
    if not 1 <= terms.min_bars <= MOST_BARS:
        found.append(FieldProblem("min_bars", f"must be from 1 to {MOST_BARS:,}, not {terms.min_bars}"))
    if not 0.0 <= terms.cost_bps <= 10_000.0:
        found.append(FieldProblem("cost_bps", f"must be from 0 to 10,000, not {terms.cost_bps}"))
    if terms.holdout_months is not None and not 1 <= terms.holdout_months <= MOST_MONTHS:
        found.append(FieldProblem("holdout_months", f"must be from 1 to {MOST_MONTHS}, not {terms.holdout_months}"))
    if not 1 <= terms.min_dates <= MOST_DATES:
        found.append(FieldProblem("min_dates", f"must be from 1 to {MOST_DATES:,}, not {terms.min_dates}"))
    if terms.horizon not in HORIZONS:
        known = ", ".join(map(str, HORIZONS))
        found.append(FieldProblem("horizon", f"must be one of {known}, not {terms.horizon}"))
    return tuple(found)
