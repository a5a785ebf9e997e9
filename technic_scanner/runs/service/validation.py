"""Checks a request to scan in full before it is queued: config, options, source and universe in one error."""

from __future__ import annotations

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.universe import SourceInfo
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.extras import missing_extra
from technic_scanner.runs.ports import Catalog


def check_request(config: ScanConfig, options: RunOptions, catalog: Catalog) -> None:
    """Raise one ConfigError with every problem of the request, if there is one."""
    asked = (*config.problems(), *options.problems())
    problems = (*asked, *source_problems(config, catalog), *_executor_problems(options))
    if problems:
        raise ConfigError(dict.fromkeys(problems))


def source_problems(config: ScanConfig, catalog: Catalog) -> tuple[FieldProblem, ...]:
    """Return what the source has against the config: its name, what it needs installed, its universe, its dates."""
    try:
        info = catalog.source(config.source, config).info()
    except ConfigError as error:
        return error.problems
    if info.missing is not None:  # which universes it has is not known either
        return (FieldProblem("source", info.missing),)
    return (*_universe_problems(config, info), *_date_problems(config, info))


def _executor_problems(options: RunOptions) -> tuple[FieldProblem, ...]:
    missing = missing_extra("dask") if options.executor == "dask" else None
    return () if missing is None else (FieldProblem("executor", missing),)


def _universe_problems(config: ScanConfig, info: SourceInfo) -> tuple[FieldProblem, ...]:
    if config.universe is None or config.universe in info.universes:
        return ()
    known = ", ".join(info.universes) or "none by name"
    return (FieldProblem("universe", f"{config.universe!r} is not one of {known} (of source {info.name})"),)


def _date_problems(config: ScanConfig, info: SourceInfo) -> tuple[FieldProblem, ...]:
    if config.as_of_date is None or info.first_session is None or config.as_of_date >= info.first_session:
        return ()
    return (FieldProblem("as_of_date", f"is before the first session of {info.label}, {info.first_session}"),)
