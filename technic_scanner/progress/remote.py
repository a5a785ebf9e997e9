"""Let other processes report to a tracker: they use a small picklable handle, the tracker reads a socket."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Iterable, Iterator
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener
from secrets import token_bytes
from typing import Any, TypeVar

from technic_scanner.progress.reports import StageReports

T = TypeVar("T")
_log = logging.getLogger(__name__)

_HELLO, _STOP = b"hello", b"stop"  # the first bytes of a connection
Address = str | tuple[str, int]


class ProgressHandle:
    """Counts units of the tracker's active stage from another process; can be pickled and used by many threads.

    Each process connects once, when it first reports. Once the tracker no longer listens, reports are not counted,
    which is logged once; the work itself continues.
    """

    def __init__(self, address: Address, key: bytes) -> None:
        self.__setstate__((address, key))

    def __getstate__(self) -> tuple[Address, bytes]:
        return self._address, self._key

    def __setstate__(self, state: tuple[Address, bytes]) -> None:
        self._address, self._key = state
        self._lock = threading.Lock()
        self._connection: Connection[Any, Any] | None = None
        self._process = os.getpid()
        self._is_cut = False

    def advance(
        self, units: int = 1, unit_class: str | None = None, substage: str | None = None, seconds: float | None = None
    ) -> None:
        """Count ``units`` more of the active stage; see MultiStageProgressTracker.advance."""
        message = json.dumps([units, unit_class, substage, seconds]).encode()
        with self._lock:
            if self._process != os.getpid():  # after a fork: the connection belongs to the parent
                self._connection, self._process = None, os.getpid()
            if self._is_cut:
                return
            try:
                if self._connection is None:
                    self._connection = Client(self._address, authkey=self._key)
                    self._connection.send_bytes(_HELLO)
                self._connection.send_bytes(message)
            except (OSError, EOFError) as error:
                self._is_cut = True
                _log.warning("the tracker at %s no longer listens (%s): reports are not counted", self._address, error)

    def track(self, items: Iterable[T], unit_class: str | None = None) -> Iterator[T]:
        """Yield the items; each counts as done when the next one is requested."""
        for item in items:
            yield item
            self.advance(1, unit_class)


class RemoteReports:
    """Accepts reports for ``tracker`` while it is open; ``with`` returns the handle for the other processes.

    ``address`` is where to listen: by default a socket of this machine, (host, port) for workers on other machines. All
    reports that were sent before it is closed are counted.
    """

    def __init__(self, tracker: StageReports, address: Address | None = None) -> None:
        self._tracker = tracker
        self._address = address
        self._key = token_bytes(32)
        self._readers: list[threading.Thread] = []
        self._closing = threading.Event()

    def __enter__(self) -> ProgressHandle:
        self._listener = Listener(self._address, authkey=self._key)
        self._accepter = threading.Thread(target=self._accept, name="tracker-listener", daemon=True)
        self._accepter.start()
        return ProgressHandle(self._listener.address, self._key)

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        with Client(self._listener.address, authkey=self._key) as last:  # after all workers that connected earlier
            last.send_bytes(_STOP)
            self._accepter.join()
        self._listener.close()
        for reader in self._readers:
            reader.join()

    def _accept(self) -> None:
        while True:
            try:
                connection = self._listener.accept()
                if connection.recv_bytes() == _STOP:
                    connection.close()
                    return
            except (
                OSError,
                EOFError,
                AuthenticationError,
            ) as error:  # it does not know the key, or has closed the connection
                _log.debug("a connection is not from a worker of this tracker: %r", error)
                continue
            reader = threading.Thread(target=self._read, args=(connection,), name="tracker-reader", daemon=True)
            self._readers.append(reader)
            reader.start()

    def _read(self, connection: Connection[Any, Any]) -> None:
        """Count reports until the worker disconnects, or until no more arrive after the tracker is closed."""
        with connection:
            while not (self._closing.is_set() and not connection.poll(0)):
                try:
                    if not connection.poll(0.1):
                        continue
                    self._tracker.advance(*json.loads(connection.recv_bytes()))
                except (OSError, EOFError):
                    return
