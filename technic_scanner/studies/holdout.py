"""Hold the newest months of a universe out of studies until they are opened, which is remembered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from technic_scanner.errors import ConfigError, FieldProblem

MOST_MONTHS = 600


@dataclass(frozen=True, slots=True)
class Holdout:
    """The sessions from ``first`` on are held out, or, where it is ``opened``, they alone are studied."""

    months: int
    first: date
    opened: bool

    def window(self, start: date | None, end: date | None) -> tuple[date | None, date | None]:
        """Return the first and the last day that may be studied of those that were asked for."""
        if self.opened:
            return self.first if start is None else max(start, self.first), end
        last = self.first - timedelta(days=1)
        return start, last if end is None else min(end, last)


def holdout_of(newest: date | None, months: int | None, *, opened: bool) -> Holdout | None:
    """Return the holdout of the last ``months`` months up to the newest session; None where none is asked for."""
    if months is None or newest is None:
        return None
    first = (np.datetime64(newest, "M") - np.timedelta64(months - 1, "M")).astype("datetime64[D]")
    day: date = first.item()
    return Holdout(months, day, opened)


def check_holdout(months: int | None, *, opened: bool) -> None:
    """Raise ConfigError for months out of bounds, or where nothing is held out that could be opened."""
    problems = []
    if months is not None and not 1 <= months <= MOST_MONTHS:
        problems.append(FieldProblem("holdout_months", f"must be from 1 to {MOST_MONTHS}, not {months}"))
    if months is None and opened:
        problems.append(FieldProblem("open_holdout", "needs holdout_months: how many of the newest months it opens"))
    if problems:
        raise ConfigError(problems)
