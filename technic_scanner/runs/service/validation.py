"""Check a scan request before it is queued, and report all problems of config, options, source and universe at once."""

from __future__ import annotations

from dataclasses import replace

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.fields import MAX_TEXT_LENGTH
from technic_scanner.domain.printable import is_printable
from technic_scanner.domain.study_terms import StudyTerms
from technic_scanner.domain.universe import GIVEN_SYMBOLS, SourceInfo
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.pipeline.criteria_rows import criteria_problems
from technic_scanner.runs.ports import Catalog


def check_request(
    config: ScanConfig,
    options: RunOptions,
    catalog: Catalog,
    label: str | None = None,
    study: StudyTerms | None = None,
) -> None:
    """Raise one ConfigError with all problems of the request; return if there are none.

    Of a parameter study the criteria come first: CriteriaError where they have faults or no ranges.
    """
    found = (*request_problems(config, options, catalog), *label_problems(label))
    if problems := (*found, *(() if study is None else _problems_of(study, config))):
        raise ConfigError(problems)


def _problems_of(study: StudyTerms, config: ScanConfig) -> tuple[FieldProblem, ...]:
    """Return the problems of a parameter study. Raises CriteriaError as ``check_request``."""
    from technic_scanner.studies.ranges import variants_of  # noqa: PLC0415 - scans need no studies
    from technic_scanner.studies.terms import study_problems  # noqa: PLC0415 - nor these

    variants_of(config.criteria)
    return tuple(study_problems(study))


def fit_label(text: str | None) -> str | None:
    """Return a label without space around it, None if nothing is left. Raises ConfigError if it cannot be one."""
    label = (text or "").strip() or None
    if problems := label_problems(label):
        raise ConfigError(problems)
    return label


def label_problems(label: str | None) -> tuple[FieldProblem, ...]:
    """Return what keeps a text from being a label."""
    if label is None:
        return ()
    found = []
    if len(label) > MAX_TEXT_LENGTH:
        found.append(f"must be at most {MAX_TEXT_LENGTH} characters long, not {len(label)}")
    if not is_printable(label):
        found.append("must hold no control characters and no lone surrogates")
    return tuple(FieldProblem("label", message) for message in found)


def request_problems(config: ScanConfig, options: RunOptions, catalog: Catalog) -> tuple[FieldProblem, ...]:
    """Return every problem of the request: its values, its executor, and its source."""
    found = (
        *config.problems(),
        *criteria_problems(config),
        *options.problems(),
        *executor_problems(options, catalog),
        *source_problems(config, catalog),
    )
    return tuple(dict.fromkeys(found))


def executor_problems(options: RunOptions, catalog: Catalog) -> tuple[FieldProblem, ...]:
    """Return what speaks against the executor: nobody knows its name, or it needs what is not installed."""
    if not isinstance(options.executor, str) or not options.executor.strip():
        return ()  # not a name at all, which the options' own check reports
    known = {info.name: info for info in catalog.executors()}
    if options.executor not in known:
        return (FieldProblem("executor", f"{options.executor!r} is not one of {', '.join(known)}"),)
    missing = known[options.executor].missing
    return catalog.executor_problems(options) if missing is None else (FieldProblem("executor", missing),)


def source_problems(config: ScanConfig, catalog: Catalog) -> tuple[FieldProblem, ...]:
    """Return the problems of the config with its source: unknown source or universe, or a date out of range."""
    try:
        missing = catalog.missing(config.source)
        if missing is not None:
            return (FieldProblem("source", missing),)
        info = catalog.source(config.source, config).info()
    except ConfigError as error:
        return error.problems
    if info.missing is not None:  # which universes it has is not known either
        return (FieldProblem("source", info.missing),)
    return (*_universe_problems(config, info), *_reference_problems(config, catalog), *_date_problems(config, info))


def _universe_problems(config: ScanConfig, info: SourceInfo) -> tuple[FieldProblem, ...]:
    if config.universe == GIVEN_SYMBOLS and not config.symbols and GIVEN_SYMBOLS in info.universes:
        return (FieldProblem("symbols", "must be given, or a watchlist, where they are the universe"),)
    if config.universe is None or config.universe in info.universes:
        return ()
    known = ", ".join(info.universes) or "none by name"
    return (FieldProblem("universe", f"{config.universe!r} is not one of {known} (of source {info.name})"),)


def _reference_problems(config: ScanConfig, catalog: Catalog) -> tuple[FieldProblem, ...]:
    """Return what speaks against the reference, which must be a universe that the source could scan."""
    if config.reference is None:
        return ()
    as_scanned = replace(config, universe=config.reference)
    try:
        found = _universe_problems(as_scanned, catalog.source(config.source, as_scanned).info())
    except ConfigError as error:
        found = error.problems
    return tuple(replace(problem, field="reference") for problem in found)


def _date_problems(config: ScanConfig, info: SourceInfo) -> tuple[FieldProblem, ...]:
    if config.as_of_date is None or info.first_session is None or config.as_of_date >= info.first_session:
        return ()
    return (FieldProblem("as_of_date", f"is before the first session of {info.label}, {info.first_session}"),)
