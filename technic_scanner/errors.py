"""Define all errors that this package raises intentionally, each with a stable ``code``.

TechnicError                    technic_error
├── ConfigError                 invalid_config       all invalid fields with the reasons
├── SourceError                 source_error         a universe or price source failed
│   ├── RateLimitedError        rate_limited         the provider limits the request rate
│   └── SourceDataError         source_data          the source returned unusable data
├── StoreError                  store_error          the run store could not read or write
│   ├── StoreUnavailableError   store_unavailable    the store is locked, unreachable or refuses connections
│   ├── StoreFullError          store_full           no space left for the store
│   └── StoreDataError          store_data           one stored record cannot be read; the others can
├── NotFoundError               not_found
│   ├── RunNotFoundError        run_not_found
│   ├── PresetNotFoundError     preset_not_found
│   ├── ScheduleNotFoundError   schedule_not_found
│   ├── CriteriaNotFoundError   criteria_not_found
│   └── WatchlistNotFoundError  watchlist_not_found
├── ConflictError               conflict
│   ├── RunStateError           run_state            the run's status does not allow the operation
│   ├── PresetConflictError     preset_conflict      the preset was changed since it was read
│   ├── ScheduleConflictError   schedule_conflict    the schedule was changed since it was read, or the name is taken
│   ├── CriteriaConflictError   criteria_conflict    the saved criteria were changed since, or the name is taken
│   ├── WatchlistConflictError  watchlist_conflict   the same of a watchlist
│   ├── IdempotencyError        idempotency_conflict the key was used with another payload
│   └── ResultsNotReadyError    results_not_ready    the run has not produced results (yet)
├── CalendarError               calendar_error       an exchange's calendar does not know the sessions asked for
├── LimitError                  limit_reached        a quota, for example queued runs per token
├── CancelledError              cancelled            the run was cancelled
├── MissingExtraError           missing_extra        an optional part of the installation is missing
└── ExecutorError               executor_error       the workers of an executor could not be used
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TextPlace:
    """Where a text has a fault: ``line`` and ``column`` from 1, ``length`` in characters, and the line's words."""

    line: int
    column: int
    length: int
    words: str

    def shown(self) -> tuple[str, str]:
        """Return the line of the text, and carets under the place."""
        # A tab stays a tab, so that the carets stand under the place however wide it is shown.
        indent = "".join("\t" if letter == "\t" else " " for letter in self.words[: self.column - 1])
        return self.words, indent + "^" * max(1, min(self.length, len(self.words) - self.column + 1))


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One invalid field: its name (dotted for nested fields) and a description of the problem.

    ``place``: where the fault stands in a field that is a text, None where it has no place; equality ignores it.
    """

    field: str
    message: str
    place: TextPlace | None = dataclasses.field(default=None, compare=False)

    def __str__(self) -> str:
        return f"{self.field}: {self.message}"


class TechnicError(Exception):
    """The base class of all errors that this package raises intentionally."""

    code = "technic_error"


class ConfigError(TechnicError):
    """One or more fields are invalid; ``problems`` names all of them."""

    code = "invalid_config"

    def __init__(self, problems: Iterable[FieldProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[ConfigError], tuple[tuple[FieldProblem, ...]]]:
        return type(self), (self.problems,)


def problems_raised_by(check: Callable[[], object]) -> tuple[FieldProblem, ...]:
    """Return the problems of the ConfigError that a call raises, so that they can be named with others; () for none."""
    try:
        check()
    except ConfigError as error:
        return error.problems
    return ()


class SourceError(TechnicError):
    """A universe or price source failed."""

    code = "source_error"


class RateLimitedError(SourceError):
    """The provider limits the request rate."""

    code = "rate_limited"


class SourceDataError(SourceError):
    """The source returned data that cannot be used."""

    code = "source_data"


class StoreError(TechnicError):
    """The run store could not read or write."""

    code = "store_error"


class StoreUnavailableError(StoreError):
    """The store is locked, unreachable or refuses connections."""

    code = "store_unavailable"


class StoreFullError(StoreError):
    """There is no space left for the store."""

    code = "store_full"


class StoreDataError(StoreError):
    """One stored record cannot be read: it is damaged, or a newer version wrote it; the others can."""

    code = "store_data"


class NotFoundError(TechnicError):
    """The requested object does not exist."""

    code = "not_found"


class RunNotFoundError(NotFoundError):
    """No run has this id."""

    code = "run_not_found"


class PresetNotFoundError(NotFoundError):
    """No preset has this name or id."""

    code = "preset_not_found"


class ScheduleNotFoundError(NotFoundError):
    """No schedule has this name."""

    code = "schedule_not_found"


class CriteriaNotFoundError(NotFoundError):
    """No saved criteria have this name."""

    code = "criteria_not_found"


class AlertNotFoundError(NotFoundError):
    """No alert has this name."""

    code = "alert_not_found"


class WatchlistNotFoundError(NotFoundError):
    """No watchlist has this name."""

    code = "watchlist_not_found"


class ConflictError(TechnicError):
    """The request conflicts with the current state."""

    code = "conflict"


class RunStateError(ConflictError):
    """The run's status does not allow the requested operation."""

    code = "run_state"


class PresetConflictError(ConflictError):
    """The preset was changed since it was read."""

    code = "preset_conflict"


class ScheduleConflictError(ConflictError):
    """The schedule was changed since it was read, or another one has its name."""

    code = "schedule_conflict"


class CriteriaConflictError(ConflictError):
    """The saved criteria were changed since they were read, or others have their name."""

    code = "criteria_conflict"


class AlertConflictError(ConflictError):
    """The alert was changed since it was read, or another one has its name."""

    code = "alert_conflict"


class WatchlistConflictError(ConflictError):
    """The watchlist was changed since it was read, or another one has its name."""

    code = "watchlist_conflict"


class IdempotencyError(ConflictError):
    """The idempotency key was used before with another payload."""

    code = "idempotency_conflict"


class ResultsNotReadyError(ConflictError):
    """The run has not produced results (yet)."""

    code = "results_not_ready"


class ChannelError(TechnicError):
    """A channel did not take a message."""

    code = "channel_error"


class CalendarError(TechnicError):
    """The calendar of an exchange does not know the sessions that were asked for."""

    code = "calendar_error"


class LimitError(TechnicError):
    """A quota is used up, for example queued runs per token."""

    code = "limit_reached"


class CancelledError(TechnicError):
    """The run was cancelled."""

    code = "cancelled"


class ExecutorError(TechnicError):
    """The workers of an executor could not be used."""

    code = "executor_error"


class MissingExtraError(TechnicError):
    """A required optional part of the installation is missing; the message has the command that installs it."""

    code = "missing_extra"
