"""A real run store on an SQLite file of its own that counts its calls and fails on request."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, delete, update

from technic_scanner.adapters.stores import SqlStore, open_store
from technic_scanner.adapters.stores.engine import WRITE
from technic_scanner.adapters.stores.schema import run_documents, runs
from technic_scanner.clock import Clock, ManualClock
from technic_scanner.domain.progress import ProgressEvent
from technic_scanner.domain.run import RunRecord
from technic_scanner.runs.model import RunQuery

EVERYTHING = 100_000


@dataclass
class Faults:
    """What was called, and what is to fail."""

    calls: list[str] = field(default_factory=list)
    down: Exception | None = None
    by_name: dict[str, list[Exception]] = field(default_factory=lambda: defaultdict(list))

    def meet(self, name: str) -> None:
        """Count a call; raise what was asked for."""
        self.calls.append(name)
        if self.down is not None:
            raise self.down
        if self.by_name[name]:
            raise self.by_name[name].pop(0)


class Faulty:
    """Passes every call on, unless it is to fail."""

    def __init__(self, inner: object, faults: Faults) -> None:
        self._inner = inner
        self._faults = faults

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if not callable(found):
            return found

        def call(*args: object, **kwargs: object) -> object:
            self._faults.meet(name)
            return found(*args, **kwargs)

        return call


class FaultyStore(Faulty):
    """``fail(name, error, times)`` makes the next calls of a method raise; ``down`` makes every call raise.

    What a test reads by ``runs`` and ``all_events`` neither counts nor fails. The first run is run-0001.
    """

    def __init__(self, store: SqlStore) -> None:
        super().__init__(store, Faults())
        self._store = store

    @property
    def calls(self) -> list[str]:
        return self._faults.calls

    @property
    def down(self) -> Exception | None:
        return self._faults.down

    @down.setter
    def down(self, error: Exception | None) -> None:
        self._faults.down = error

    def fail(self, name: str, error: Exception, times: int = 1) -> None:
        self._faults.by_name[name] += [error] * times

    def mend(self) -> None:
        """Let no further call fail."""
        self._faults.by_name.clear()

    def journal(self, run_id: str, attempt: int) -> Faulty:
        return Faulty(self._store.journal(run_id, attempt), self._faults)

    @property
    def runs(self) -> dict[str, RunRecord]:
        """Every run by its id."""
        listed = self._store.list_runs(RunQuery(limit=EVERYTHING)).records
        return {run.run_id: self._store.get_run(run.run_id) for run in listed}

    def all_events(self, run_id: str) -> list[ProgressEvent]:
        return list(self._store.events(run_id, 0, EVERYTHING))

    def change(self, run_id: str, **columns: object) -> None:
        """Write into a run's row and documents, past every rule."""

        def write(connection: Connection) -> None:
            for table in (runs, run_documents):
                known = {name: value for name, value in columns.items() if name in table.c}
                if known:
                    connection.execute(update(table).where(table.c.run_id == run_id).values(known))

        self._store.database.run(WRITE, write)

    def lose(self, run_id: str) -> None:
        """Delete a run in whatever state it is, as no door does."""
        self._store.database.run(
            WRITE, lambda connection: connection.execute(delete(runs).where(runs.c.run_id == run_id))
        )


@contextmanager
def faulty_store(clock: Clock) -> Iterator[FaultyStore]:
    """Open an empty store, and close it at the end of the block."""
    numbers: Callable[[], int] = count(1).__next__
    with TemporaryDirectory() as folder:
        path = Path(folder) / "runs.db"
        path.write_bytes(_migrated_file())
        with closing(SqlStore(f"sqlite:///{path}", clock, run_ids=lambda: f"run-{numbers():04d}")) as store:
            yield FaultyStore(store)


@functools.cache
def _migrated_file() -> bytes:
    """Return an empty store's file: to copy it is much quicker than to migrate one for every test."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "runs.db"
        open_store(f"sqlite:///{path}", ManualClock()).close()
        return path.read_bytes()
