"""The whole error tree: everything this package raises on purpose, each with a stable ``code``.

TechnicError                    technic_error
├── ConfigError                 invalid_config       every bad field, each with its reason
├── SourceError                 source_error         a universe or price source could not answer
│   ├── RateLimitedError        rate_limited         the provider asked us to slow down
│   └── SourceDataError         source_data          the source answered with data that cannot be used
├── StoreError                  store_error          the run store could not read or write
│   ├── StoreUnavailableError   store_unavailable    locked, gone or refusing connections
│   ├── StoreFullError          store_full           no space left to journal
│   └── StoreDataError          store_data           one stored record cannot be read; the others can
├── NotFoundError               not_found
│   ├── RunNotFoundError        run_not_found
│   └── PresetNotFoundError     preset_not_found
├── ConflictError               conflict
│   ├── RunStateError           run_state            the run's status does not allow the move
│   ├── PresetConflictError     preset_conflict      saved by someone else since it was read
│   ├── IdempotencyError        idempotency_conflict the key was used with another payload
│   └── ResultsNotReadyError    results_not_ready    the run has not produced results (yet)
├── LimitError                  limit_reached        a quota, for example queued runs per token
├── CancelledError              cancelled            the run was asked to stop, and did
├── MissingExtraError           missing_extra        an optional part of the installation is not there
└── ExecutorError               executor_error       the workers that compute could not be used
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One bad field: its name (dotted for nested ones) and what is wrong with it, in words."""

    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.field}: {self.message}"


class TechnicError(Exception):
    """The root of everything this package raises on purpose."""

    code = "technic_error"


class ConfigError(TechnicError):
    """One or more fields are bad; ``problems`` names every one of them."""

    code = "invalid_config"

    def __init__(self, problems: Iterable[FieldProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[ConfigError], tuple[tuple[FieldProblem, ...]]]:
        return type(self), (self.problems,)


class SourceError(TechnicError):
    """A universe or price source could not answer."""

    code = "source_error"


class RateLimitedError(SourceError):
    """The provider asked us to slow down."""

    code = "rate_limited"


class SourceDataError(SourceError):
    """The source answered, but with data that cannot be used."""

    code = "source_data"


class StoreError(TechnicError):
    """The run store could not read or write."""

    code = "store_error"


class StoreUnavailableError(StoreError):
    """The store is locked, gone or refuses connections."""

    code = "store_unavailable"


class StoreFullError(StoreError):
    """There is no space left to write to."""

    code = "store_full"


class StoreDataError(StoreError):
    """One stored record cannot be read: it is damaged, or a newer version wrote it; the others can."""

    code = "store_data"


class NotFoundError(TechnicError):
    """What was asked for does not exist."""

    code = "not_found"


class RunNotFoundError(NotFoundError):
    """No run has this id."""

    code = "run_not_found"


class PresetNotFoundError(NotFoundError):
    """No preset has this name or id."""

    code = "preset_not_found"


class ConflictError(TechnicError):
    """The request collides with the present state."""

    code = "conflict"


class RunStateError(ConflictError):
    """The run's status does not allow the move that was asked for."""

    code = "run_state"


class PresetConflictError(ConflictError):
    """The preset was saved by someone else since it was read."""

    code = "preset_conflict"


class IdempotencyError(ConflictError):
    """The idempotency key was used before with another payload."""

    code = "idempotency_conflict"


class ResultsNotReadyError(ConflictError):
    """The run has not produced results (yet)."""

    code = "results_not_ready"


class LimitError(TechnicError):
    """A quota is used up, for example queued runs per token."""

    code = "limit_reached"


class CancelledError(TechnicError):
    """The run was asked to stop, and did."""

    code = "cancelled"


class ExecutorError(TechnicError):
    """The workers that compute could not be used."""

    code = "executor_error"


class MissingExtraError(TechnicError):
    """An optional part of the installation is needed and not there; the message holds the command that installs it."""

    code = "missing_extra"
