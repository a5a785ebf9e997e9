"""Queue the same scan at past as-of dates (walk-forward) as ordinary runs, so that it can be resumed."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.errors import ConfigError, FieldProblem, RunStateError
from technic_scanner.runs.performance.judging import lineage_of
from technic_scanner.runs.service.service import RunService
from technic_scanner.runs.service.submitting import Wanted

MAX_DATES = 2_000
_FRIDAY = 4


@dataclass(frozen=True, slots=True)
class ReplayPlan:
    """The runs of one walk-forward, oldest date first; ``resumed`` are continued from an earlier call."""

    runs: tuple[RunRecord, ...]
    resumed: int


def replay_dates(first: date, last: date, every: str, today: date) -> tuple[date, ...]:
    """Return the as-of dates from ``first`` to ``last``, both included.

    ``every`` is ``month`` (last weekday of each month), ``week`` (Fridays) or a number of weekdays. A date on which the
    market was closed means the previous session. ``today`` is that of UTC, of which no exchange is ahead by more than
    a day. Raises ConfigError that names every invalid argument.
    """
    problems = []
    if first > last:
        problems.append(FieldProblem("from", f"{first} is after {last}"))
    if last > today + timedelta(days=1):
        problems.append(FieldProblem("to", f"{last} is in the future"))
    if every not in ("month", "week") and not (every.isascii() and every.isdigit() and 1 <= int(every) <= MAX_DATES):
        problems.append(
            FieldProblem("every", f"must be month, week or a number of weekdays from 1 to {MAX_DATES:,}, not {every!r}")
        )
    if problems:
        raise ConfigError(problems)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    weekdays = [day for day in days if day.weekday() <= _FRIDAY]
    if every == "month":
        chosen = [day for day in weekdays if day == _last_weekday(day)]
    elif every == "week":
        chosen = [day for day in weekdays if day.weekday() == _FRIDAY]
    else:
        chosen = weekdays[:: int(every)]
    if not 0 < len(chosen) <= MAX_DATES:
        raise ConfigError([FieldProblem("every", f"gives {len(chosen)} dates; the number must be 1 to {MAX_DATES}")])
    return tuple(chosen)


def queue_replay(
    service: RunService,
    config: ScanConfig,
    options: RunOptions,
    dates: Sequence[date],
    data_version: str,
    *,
    owner: str | None = None,
) -> ReplayPlan:
    """Queue one run per date. Dates that were queued before keep their run, which is resumed if it ended early.

    A different ``data_version``, for example the name under which the cache stores the bars, leads to new runs. Raises
    LimitError where the owner has too many queued runs; those of the dates before stay queued.
    """
    key = f"replay-{lineage_of(config)}-{data_version}"
    wanted = [Wanted(replace(config, as_of_date=day), f"replay {day}", f"{key}-{day}") for day in dates]
    runs = service.submit_all(wanted, options, owner=owner)
    left = {run.run_id for run in runs if run.status.can_resume}
    return ReplayPlan(tuple(service.resume(run.run_id) if run.run_id in left else run for run in runs), len(left))


def expected_seconds(service: RunService, config: ScanConfig, options: RunOptions, dates: int) -> float | None:
    """Return the expected duration of ``dates`` runs one after the other, each as long as one takes now.

    None without comparable runs. Runs that fetch bars make the later ones faster. Raises ConfigError, SourceError.
    """
    seconds = service.estimate(config, options).seconds
    return None if seconds is None else seconds * dates


class ReplayWatch:
    """Follows the runs of one walk-forward until they end; each interrupted run is resumed once."""

    def __init__(self, service: RunService, plan: ReplayPlan) -> None:
        self._service = service
        self._left = {run.run_id for run in plan.runs}
        self._resumed: set[str] = set()

    def left(self) -> int:
        """Check every run that had not ended; return how many have still not ended. RunNotFoundError."""
        statuses = self._service.statuses_of(tuple(self._left))
        for run_id in tuple(self._left):
            status = statuses.get(run_id) or self._service.get(run_id).status
            if status is RunStatus.INTERRUPTED and run_id not in self._resumed:
                self._resumed.add(run_id)
                self._resume(run_id)
            elif status.is_terminal:
                self._left.discard(run_id)
        return len(self._left)

    def _resume(self, run_id: str) -> None:
        with suppress(RunStateError):  # another process has resumed it
            self._service.resume(run_id)


def _last_weekday(day: date) -> date:
    last = day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return last - timedelta(days=max(0, last.weekday() - _FRIDAY))
