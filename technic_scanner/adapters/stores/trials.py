"""What was studied: each study once, with when it was first and last asked for; the answers of parameter studies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from technic_scanner.adapters.stores.database import Database, Queries, reading, writing
from technic_scanner.adapters.stores.documents import read_object
from technic_scanner.adapters.stores.schema_trials import run_studies, study_trials
from technic_scanner.errors import RunNotFoundError
from technic_scanner.runs.serialization.stored import dump_object
from technic_scanner.runs.study_trials import Trial, trials_of

_TRIALS_LOCK = 0x7EC4C1A9
_COLUMNS = study_trials.c


class TrialQueries(Queries):
    """Studies of each universe, counted."""

    @writing
    def record_trial(self, connection: Connection, trial: Trial) -> Trial:
        """Insert the trial, or count it once more; return what is stored."""
        self.database.lock(connection, _TRIALS_LOCK)
        return _counted(connection, trial, self.clock.now())

    @reading
    def study_answer(self, connection: Connection, run_id: str) -> dict[str, Any] | None:
        """Return what a parameter study found, None before its end. RunNotFoundError for a run that is none."""
        row = connection.execute(select(run_studies.c.answer).where(run_studies.c.run_id == run_id)).one_or_none()
        if row is None:
            raise RunNotFoundError(f"there is no parameter study {run_id}")
        return None if row.answer is None else read_object(row.answer)

    @reading
    def trials(self, connection: Connection, source: str, universe: str) -> tuple[Trial, ...]:
        """Return the trials of a universe, those that were asked for first at the beginning."""
        wanted = select(study_trials).where(_COLUMNS.source == source, _COLUMNS.universe == universe)
        rows = connection.execute(wanted.order_by(_COLUMNS.first_at, _COLUMNS.key)).all()
        return tuple(map(_to_trial, rows))


def write_answer(
    connection: Connection, database: Database, run_id: str, answer: Mapping[str, Any], now: datetime
) -> None:
    """Store what a parameter study found, and count all its variants, in the transaction of the caller."""
    connection.execute(
        update(run_studies).where(run_studies.c.run_id == run_id).values(answer=dump_object(dict(answer)))
    )
    database.lock(connection, _TRIALS_LOCK)
    for trial in trials_of(answer):
        _counted(connection, trial, now)


def _counted(connection: Connection, trial: Trial, now: datetime) -> Trial:
    row = connection.execute(select(study_trials).where(_COLUMNS.key == trial.key)).first()
    if row is None:
        stored = replace(trial, times=1, first_at=now, last_at=now)
        connection.execute(insert(study_trials).values(key=trial.key, **asdict(stored)))
        return stored
    earlier = _to_trial(row)
    stored = replace(earlier, entries=trial.entries, times=earlier.times + 1, last_at=now)
    changed = {"entries": stored.entries, "times": stored.times, "last_at": now}
    connection.execute(update(study_trials).where(_COLUMNS.key == trial.key).values(**changed))
    return stored


def _to_trial(row: Row[Any]) -> Trial:
    return Trial(**{name: value for name, value in row._mapping.items() if name != "key"})  # noqa: SLF001 - SQLAlchemy's name
