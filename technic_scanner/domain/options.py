"""How to run a scan: the options of its execution, each described where it is declared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from technic_scanner.domain.field_checks import checks_of, problems_in
from technic_scanner.domain.fields import FieldSpec, Table, table_of
from technic_scanner.domain.normal_forms import normal_forms, normalise
from technic_scanner.domain.stage import StagePlan
from technic_scanner.errors import ConfigError, FieldProblem

# Those that are built in; a run may name any that is installed, which runs.service.validation checks.
EXECUTORS: tuple[str, ...] = ("local", "dask")


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How to run a scan; changes no number in the result. docs/config.md lists the fields."""

    executor: Annotated[
        str,
        FieldSpec("Executor", "What computes the scan, for example local (threads here) or dask (a cluster)."),
    ] = "local"
    workers: Annotated[
        int | None,
        FieldSpec(
            "Workers", "Threads or processes that compute.", at_least=1, at_most=1024, step=1, empty="one per core"
        ),
    ] = None
    scheduler: Annotated[
        str | None,
        FieldSpec(
            "Dask scheduler",
            "Address of a running scheduler, for example tcp://host:8786.",
            empty="the one in the settings, else a cluster is started on this machine",
        ),
    ] = None
    chunk_size: Annotated[
        int,
        FieldSpec(
            "Chunk size", "Symbols that are scanned at a time.", unit="symbols", at_least=1, at_most=100_000, step=50
        ),
    ] = 250
    fetch_batch_size: Annotated[
        int,
        FieldSpec(
            "Fetch batch",
            "Symbols that the source is asked for at a time.",
            unit="symbols",
            at_least=1,
            at_most=10_000,
            step=50,
        ),
    ] = 100
    event_interval_seconds: Annotated[
        float,
        FieldSpec(
            "Event interval",
            "Shortest time between two stored events that only report advance.",
            unit="seconds",
            at_least=0.0,
            at_most=60.0,
            step=0.1,
        ),
    ] = 0.2
    refresh: Annotated[
        bool,
        FieldSpec(
            "Fetch newer bars", "Ask the source for newer bars of every symbol, even where the price cache has enough."
        ),
    ] = False
    stage_plan: Annotated[
        StagePlan,
        FieldSpec(
            "Stage weights", "Share of each stage in the overall fraction; the weights sum to 1.", above=0.0, step=0.05
        ),
    ] = StagePlan()  # noqa: RUF009 - frozen, safe to share

    def __post_init__(self) -> None:
        normalise(self, _FORMS)

    def problems(self) -> tuple[FieldProblem, ...]:
        """Return every bad field."""
        found = tuple(problems_in(self, OPTION_FIELDS, _CHECKS))
        if isinstance(self.executor, str) and not self.executor.strip():
            return (FieldProblem("executor", f"must be the name of an executor, not {self.executor!r}"), *found)
        return found

    def check(self) -> None:
        """Raise ConfigError listing every bad field, if there is one."""
        if problems := self.problems():
            raise ConfigError(problems)


OPTION_FIELDS: Table = table_of(RunOptions)
_FORMS = normal_forms(OPTION_FIELDS)
_CHECKS = checks_of(OPTION_FIELDS)


def stage_plan_of(weights: Iterable[tuple[str, float]]) -> StagePlan:
    """Return the plan of a run with these weights. Raises ConfigError naming ``stage_plan`` and each bad weight."""
    try:
        return StagePlan(tuple(weights))
    except ConfigError as error:
        raise ConfigError(
            FieldProblem(item.field.replace("stage_weights", "stage_plan", 1), item.message) for item in error.problems
        ) from error
