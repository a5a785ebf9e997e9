"""Wait for PostgreSQL's notification that a run was queued, by whatever host."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Self

from technic_scanner.clock import Clock
from technic_scanner.extras import import_optional

if TYPE_CHECKING:
    import psycopg

_log = logging.getLogger(__name__)

_CONNECT_SECONDS = 5


class PostgresListener:
    """Listens on ``channel`` over a connection of its own, which is opened again when it is lost.

    ``conninfo`` is a libpq URI. A context manager that closes the connection.
    """

    def __init__(self, conninfo: str, channel: str, clock: Clock) -> None:
        self._psycopg = import_optional("psycopg", "postgres")
        self._conninfo = conninfo
        self._channel = channel
        self._clock = clock
        self._connection: psycopg.Connection | None = None
        self._connect()

    def wait(self, seconds: float) -> None:
        """Wait until a notification arrives, at most so long; one since the last wait counts."""
        if self._connection is None and not self._connect():
            self._clock.sleep(seconds)
            return
        assert self._connection is not None
        try:
            for _ in self._connection.notifies(timeout=seconds, stop_after=1):
                pass
        except self._psycopg.Error as error:
            _log.warning("notifications of queued runs were lost: %s", error)
            self.close()
            self._clock.sleep(seconds)

    def close(self) -> None:
        """Close the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _connect(self) -> bool:
        try:
            connection = self._psycopg.connect(self._conninfo, autocommit=True, connect_timeout=_CONNECT_SECONDS)
        except self._psycopg.Error as error:
            _log.warning("this worker looks at the queue now and then instead of being woken: %s", error)
            return False
        connection.execute(f'LISTEN "{self._channel}"')
        self._connection = connection
        return True
