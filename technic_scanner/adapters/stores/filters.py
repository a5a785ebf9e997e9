"""Turns a RunQuery into conditions on run rows, and a page's end into a cursor and back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, Select, Text, func, literal, or_, select, tuple_, union_all

from technic_scanner.adapters.stores.criteria_filter import with_criteria
from technic_scanner.adapters.stores.notes import has_tag
from technic_scanner.adapters.stores.schema import UtcTime, from_micros, runs, to_micros
from technic_scanner.adapters.stores.schema_notes import run_notes
from technic_scanner.domain.run import RunRecord
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.runs.model import CURSOR_PATTERN, RunQuery
from technic_scanner.runs.timings.comparability import HASH_LENGTH, is_config_hash

_LEAST_OF_AN_ID, _WHOLE_ID = 8, 26
# A key goes on after its hash with "-n"; in every order of letters that databases sort by, "z" comes after that.
_AFTER_ANY_KEY = "z"

NEWEST_FIRST = (runs.c.created_at.desc(), runs.c.run_id.desc())


def newest_ids(query: RunQuery, limit: int) -> Select[str]:
    """Return the query of the newest matching run ids.

    Ids come first and whole rows after, because sorting rows is slow. Each status has a query of its own, because an
    index holds one status in order of time, not several.
    """
    if len(query.statuses) <= 1:
        newest = select(runs.c.run_id).where(*status_filter(query), *other_filters(query))
        return newest.order_by(*NEWEST_FIRST).limit(limit)
    each = [
        select(runs.c.created_at, runs.c.run_id)
        .where(runs.c.status == status.value, *other_filters(query))
        .order_by(*NEWEST_FIRST)
        .limit(limit)
        .subquery()
        for status in dict.fromkeys(query.statuses)
    ]
    merged = union_all(*(select(part.c.created_at, part.c.run_id) for part in each)).subquery()
    return select(merged.c.run_id).order_by(merged.c.created_at.desc(), merged.c.run_id.desc()).limit(limit)


def status_filter(query: RunQuery) -> Iterator[ColumnElement[bool]]:
    """Yield the condition on the status, if any."""
    if query.statuses:
        yield runs.c.status.in_([status.value for status in query.statuses])


def other_filters(query: RunQuery) -> Iterator[ColumnElement[bool]]:
    """Yield every other condition, the cursor among them. Raises ConfigError for an invalid cursor."""
    equal = {
        "source": query.source,
        "comparability_key": query.comparability_key,
        "pinned": query.pinned,
        "owner": query.owner,
        "cache_state": query.cache_state,
        "workers": query.workers,
    }
    for name, value in equal.items():
        if value is not None:
            yield runs.c[name] == value
    yield from _ranges(query)
    if query.same_config_as is not None:
        head = _config_hash(query.same_config_as)
        # As a range, which the index on the keys serves.
        yield runs.c.comparability_key >= head
        yield runs.c.comparability_key < head + _AFTER_ANY_KEY
    if query.text:
        yield or_(
            runs.c.label.icontains(query.text, autoescape=True),
            runs.c.run_id.icontains(query.text, autoescape=True),
        )
    if query.tag:
        yield runs.c.run_id.in_(select(run_notes.c.run_id).where(has_tag(query.tag)))
    if query.criteria:
        yield with_criteria(query.criteria)
    if query.cursor is not None:
        created_at, run_id = _from_cursor(query.cursor)
        # The type has to be told: inside a tuple SQLAlchemy does not take it from the column.
        mark = tuple_(literal(created_at, UtcTime()), literal(run_id))
        yield tuple_(runs.c.created_at, runs.c.run_id) < mark


def _ranges(query: RunQuery) -> Iterator[ColumnElement[bool]]:
    if query.created_from is not None:
        yield runs.c.created_at >= query.created_from
    if query.created_to is not None:
        yield runs.c.created_at <= query.created_to
    if query.min_seconds is not None:
        yield runs.c.total_seconds >= query.min_seconds
    if query.max_seconds is not None:
        yield runs.c.total_seconds <= query.max_seconds


def _config_hash(hash_or_id: str) -> ColumnElement[str]:
    """Return the config hash: the given one, or that of the newest run with that id; NULL if there is none."""
    if is_config_hash(hash_or_id.lower()):
        return literal(hash_or_id.lower())
    if len(hash_or_id) < _LEAST_OF_AN_ID:
        return literal(None, Text())
    named, run_id = runs.alias("named"), hash_or_id.upper()
    whole = len(run_id) == _WHOLE_ID  # found without looking at every run
    return (
        select(func.substr(named.c.comparability_key, 1, HASH_LENGTH, type_=Text()))
        .where(named.c.run_id == run_id if whole else named.c.run_id.endswith(run_id, autoescape=True))
        .order_by(named.c.created_at.desc(), named.c.run_id.desc())
        .limit(1)
        .scalar_subquery()
    )


def to_cursor(record: RunRecord) -> str:
    """Return the cursor after a page that ends with this run."""
    return f"{to_micros(record.created_at)}.{record.run_id}"


def _from_cursor(cursor: str) -> tuple[datetime, str]:
    if re.fullmatch(CURSOR_PATTERN, cursor) is None:
        raise ConfigError((FieldProblem("cursor", "is not a cursor of this store"),))
    micros, _, run_id = cursor.partition(".")
    return from_micros(int(micros)), run_id
