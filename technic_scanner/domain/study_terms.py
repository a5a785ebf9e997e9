"""What a run that is a parameter study asks beside the criteria, source, universe and minimums of its config."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

# With entries on fewer dates chance alone can give any mean.
FEW_DATES = 30


@dataclass(frozen=True, slots=True)
class StudyTerms:
    """The sessions ``start`` … ``end`` (included, None: open), what counts as an entry, and which horizon is judged.

    ``min_bars``: of a symbol so far. The newest ``holdout_months`` are left out. ``cost_bps`` is of one trade. The best
    variant is one of those with judged entries on at least ``min_dates`` dates.
    """

    entry: str = "first"
    start: date | None = None
    end: date | None = None
    min_bars: int = 1
    cost_bps: float = 10.0
    holdout_months: int | None = None
    horizon: int = 21
    min_dates: int = FEW_DATES
