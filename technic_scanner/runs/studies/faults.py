"""Say everything that is wrong with what a study or a parameter study is asked for, in one answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from technic_scanner.criteria import Criteria
from technic_scanner.criteria import compile as compile_criteria
from technic_scanner.domain.config import RunOptions
from technic_scanner.domain.study_terms import FEW_DATES
from technic_scanner.errors import ConfigError, FieldProblem, problems_raised_by
from technic_scanner.runs.service.service import RunService
from technic_scanner.runs.studies.sweeps import check_unopened
from technic_scanner.studies.holdout import check_holdout
from technic_scanner.studies.ranges import variants_of
from technic_scanner.studies.refused import check_readable
from technic_scanner.studies.request import StudyRequest
from technic_scanner.studies.sweep import BEST_HORIZON
from technic_scanner.studies.terms import study_problems

Problems = tuple[FieldProblem, ...]


def readable(where: str) -> Criteria:
    """Return the criteria of a text that a study can answer. Raises CriteriaError with every fault."""
    criteria = compile_criteria(where)
    check_readable(criteria)
    return criteria


def study_faults(service: RunService, request: StudyRequest) -> Problems:
    """Return what is wrong with a study before its bars are read; faults of its text are those of ``criteria``."""
    terms = request.terms(BEST_HORIZON, FEW_DATES)
    found = [
        *problems_raised_by(lambda: readable(request.where)),
        *service.problems(request.config, RunOptions()),
        *study_problems(terms),
        *problems_raised_by(lambda: check_holdout(request.holdout_months, opened=request.open_holdout)),
    ]
    return tuple(dict.fromkeys(found))


def sweep_faults(
    service: RunService, request: StudyRequest, options: RunOptions, horizon: int, min_dates: int
) -> Problems:
    """Return the same of a parameter study, whose text must have ranges."""
    found = [
        *problems_raised_by(lambda: variants_of(request.where)),
        *service.problems(request.config, options),
        *study_problems(request.terms(horizon, min_dates)),
        *problems_raised_by(lambda: check_unopened(request)),
    ]
    return tuple(dict.fromkeys(found))


@contextmanager
def every_fault_named(faults: Callable[[], Iterable[FieldProblem]]) -> Iterator[None]:
    """Let a ConfigError of the block, which may be of the first fault, name all ``faults`` too."""
    try:
        yield
    except ConfigError as error:
        raise ConfigError(dict.fromkeys((*faults(), *error.problems))) from error
