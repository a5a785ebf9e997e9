"""What was studied: each study once, with when it was first and last asked for."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from technic_scanner.adapters.stores.database import Queries, reading, writing
from technic_scanner.adapters.stores.schema_trials import study_trials
from technic_scanner.runs.study_trials import Trial

_TRIALS_LOCK = 0x7EC4C1A9
_COLUMNS = study_trials.c


class TrialQueries(Queries):
    """Studies of each universe, counted."""

    @writing
    def record_trial(self, connection: Connection, trial: Trial) -> Trial:
        """Insert the trial, or count it once more; return what is stored."""
        self.database.lock(connection, _TRIALS_LOCK)
        now = self.clock.now()
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

    @reading
    def trials(self, connection: Connection, source: str, universe: str) -> tuple[Trial, ...]:
        """Return the trials of a universe, those that were asked for first at the beginning."""
        wanted = select(study_trials).where(_COLUMNS.source == source, _COLUMNS.universe == universe)
        rows = connection.execute(wanted.order_by(_COLUMNS.first_at, _COLUMNS.key)).all()
        return tuple(map(_to_trial, rows))


def _to_trial(row: Row[Any]) -> Trial:
    return Trial(**{name: value for name, value in row._mapping.items() if name != "key"})  # noqa: SLF001 - SQLAlchemy's name
