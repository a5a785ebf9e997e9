"""Calls listeners when a run has ended, each in its own thread, so that none can delay or harm a run."""

from __future__ import annotations

import atexit
import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from technic_scanner.clock import Clock
from technic_scanner.domain.run import RunRecord
from technic_scanner.runs.model import StoredResult
from technic_scanner.runs.ports import RunStore

_log = logging.getLogger(__name__)

# How long a process that is about to end waits for listeners; one that takes longer is named in the log.
CLOSING_SECONDS = 5.0
SLOW_SECONDS = 5.0
# Ends that wait for one slow listener; those after them are dropped for it.
MAX_WAITING = 100


@dataclass(frozen=True, slots=True)
class RunEnded:
    """One attempt of a run has ended, and its end is in the store: ``run`` is the record as it was written.

    ``result`` reads the run's result; it raises ResultsNotReadyError if there is none or the run was resumed meanwhile,
    RunNotFoundError if it was deleted, StoreError.
    """

    run: RunRecord
    result: Callable[[], StoredResult]

    @property
    def picks(self) -> int | None:
        """How many rows the result has; None if the run left no result."""
        return None if self.run.metrics is None else self.run.metrics.symbols_returned


class RunListener(Protocol):
    """Takes the end of a run; called by one thread, one run after the other. What it raises is logged."""

    def __call__(self, ended: RunEnded) -> None: ...


class RunListeners:
    """The listeners of this process; ``names`` and ``open_one`` are first called when the first run ends.

    Each end is told at most once to each listener: by the process that wrote it, after it was written. It is not told
    if that process dies first, if the listener cannot be opened, or if too many ends wait for it. Nothing waits for a
    listener but ``close``. Thread-safe.
    """

    def __init__(
        self, store: RunStore, names: Callable[[], Sequence[str]], open_one: Callable[[str], RunListener], clock: Clock
    ) -> None:
        self._store = store
        self._names = names
        self._open = open_one
        self._clock = clock
        self._threads: tuple[_ListenerThread, ...] | None = None
        self._lock = threading.Lock()

    def tell(self, run: RunRecord) -> None:
        """Tell every listener of a run whose end has just been written; returns at once and never raises."""
        ended = RunEnded(run, partial(self._store.result, run.run_id))
        try:
            for thread in self._started():
                thread.put(ended)
        except Exception:  # noqa: BLE001 - it is logged with its trace, and the run has ended well
            # A package's metadata cannot be read, or no thread can be started; the worker must continue.
            _log.exception("run listeners are not told of run %s", run.run_id)

    def close(self, seconds: float = CLOSING_SECONDS) -> None:
        """Wait for the listeners that are still busy, in all for ``seconds``; those that take longer are cut off."""
        deadline = self._clock.monotonic() + seconds
        for thread in self._threads or ():
            thread.close(deadline - self._clock.monotonic())

    def _started(self) -> tuple[_ListenerThread, ...]:
        with self._lock:
            if self._threads is None:
                self._threads = tuple(_ListenerThread(name, self._open, self._clock) for name in self._names())
                if self._threads:
                    # A command that has found a dead run may end before its listeners have been told.
                    atexit.register(self.close)
            return self._threads


class _ListenerThread:
    """One listener, and the ends that wait for it; its thread lives while there are any."""

    def __init__(self, name: str, open_one: Callable[[str], RunListener], clock: Clock) -> None:
        self._name = name
        self._open = open_one
        self._clock = clock
        self._changed = threading.Condition()
        self._waiting: deque[RunEnded] = deque()
        self._is_running = False
        self._listener: RunListener | None = None
        self._failed = False
        self._given_up = False

    def put(self, ended: RunEnded) -> None:
        with self._changed:
            if len(self._waiting) >= MAX_WAITING:
                _log.error("run listener %s is too slow and is not told of run %s", self._name, ended.run.run_id)
                return
            self._waiting.append(ended)
            if not self._is_running:
                self._is_running = True
                threading.Thread(target=self._work, name=f"run-listener-{self._name}", daemon=True).start()

    def close(self, seconds: float) -> None:
        with self._changed:
            if self._given_up or self._changed.wait_for(lambda: not self._is_running, max(seconds, 0.0)):
                return
            self._given_up = True
        _log.error("run listener %s is still busy and is cut off with its process", self._name)

    def _work(self) -> None:
        while True:
            with self._changed:
                if not self._waiting:
                    self._is_running = False
                    self._changed.notify_all()
                    return
                ended = self._waiting.popleft()
            self._tell(ended)

    def _tell(self, ended: RunEnded) -> None:
        run_id, started = ended.run.run_id, self._clock.monotonic()
        try:
            listener = self._opened()
            if listener is not None:
                listener(ended)
        except BaseException:  # noqa: BLE001 - it is somebody else's code, and may even ask the process to end
            _log.exception("run listener %s failed for run %s", self._name, run_id)
        seconds = self._clock.monotonic() - started
        if seconds > SLOW_SECONDS:
            _log.warning("run listener %s took %.1f s for run %s", self._name, seconds, run_id)

    def _opened(self) -> RunListener | None:
        """Return the listener, opened once; None after it could not be opened, which is raised the first time."""
        if self._listener is None and not self._failed:
            self._failed = True
            self._listener = self._open(self._name)
        return self._listener
