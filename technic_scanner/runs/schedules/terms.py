"""The stored document of a schedule's terms: when it fires, what preset it scans, and how it deals with lateness."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from technic_scanner.domain.schedule import (
    CATCH_UP_SESSIONS,
    MIN_DATA_FRACTION,
    AfterClose,
    AtTimes,
    LateRule,
    Schedule,
    When,
)
from technic_scanner.errors import FieldProblem
from technic_scanner.runs.serialization.stored import dump, read


@dataclass(frozen=True, slots=True)
class Terms:
    """The fields of a schedule that are stored as one document."""

    exchange: str | None = None
    delay_seconds: int | None = None
    cron: str | None = None
    zone: str | None = None
    preset: str | None = None
    min_data_fraction: float = MIN_DATA_FRACTION
    late_rule: str = LateRule.PARTIAL.value
    catch_up_sessions: int = CATCH_UP_SESSIONS


def dump_terms(schedule: Schedule) -> str:
    """Return the document."""
    when = schedule.when
    times: dict[str, Any] = (
        {"exchange": when.exchange, "delay_seconds": round(when.delay.total_seconds())}
        if isinstance(when, AfterClose)
        else {"cron": when.cron, "zone": when.zone}
    )
    return dump(
        Terms(
            preset=schedule.preset,
            min_data_fraction=schedule.min_data_fraction,
            late_rule=schedule.late_rule.value,
            catch_up_sessions=schedule.catch_up_sessions,
            **times,
        )
    )


def read_terms(text: str) -> tuple[Terms, When, tuple[FieldProblem, ...]]:
    """Read the document; what cannot be read has its default and is named, and such a schedule must not fire."""
    reading = read(Terms, text)
    terms = reading.value or Terms()
    problems = [*reading.problems, *(FieldProblem(name, "is not known to this version") for name in reading.unknown)]
    if terms.late_rule not in set(LateRule):
        problems.append(FieldProblem("late_rule", f"is {terms.late_rule!r}, which this version does not know"))
    if terms.exchange is not None and terms.delay_seconds is not None:
        return terms, AfterClose(terms.exchange, timedelta(seconds=terms.delay_seconds)), tuple(problems)
    if terms.cron is None or terms.zone is None:
        problems.append(FieldProblem("when", "names neither an exchange nor calendar times"))
    return terms, AtTimes(terms.cron or "0 0 1 1 *", terms.zone or "UTC"), tuple(problems)
