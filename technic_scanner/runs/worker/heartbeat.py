"""Send heartbeats, read cancel requests and write events of one attempt from a background thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import Self, TypeVar

from technic_scanner.clock import Clock
from technic_scanner.domain.run import RunError, RunRecord
from technic_scanner.errors import RunNotFoundError, RunStateError, StoreFullError, StoreUnavailableError, TechnicError
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.runs.ports import RunStore
from technic_scanner.runs.worker.recorder import Recorder
from technic_scanner.runs.worker.recovery import retry_delay

_log = logging.getLogger(__name__)

T = TypeVar("T")

# Twice per second, so that a cancel request is seen within one second.
BEAT_SECONDS = 0.5
FLUSH_SECONDS = 0.2
# Stages of a short scan begin and end within milliseconds; their events are written together.
GATHER_SECONDS = 0.1


class _Due:
    """The time of the next action: every ``period`` seconds, sooner after a failure."""

    __slots__ = ("_failures", "_period", "at")

    def __init__(self, period: float) -> None:
        self._period = period
        self._failures = 0
        self.at = float("-inf")

    def done(self, now: float) -> None:
        self._failures = 0
        self.at = now + self._period

    def failed(self, now: float) -> None:
        self._failures += 1
        self.at = now + retry_delay(self._failures)


class Heartbeat:
    """Ticks for one attempt until it is stopped.

    ``lost`` is True when the store has reported that another worker has the attempt: the scan is stopped and nothing
    may be written. ``fault`` is the reason why the attempt must fail although the scan itself did not. ``beaten`` is
    called after each heartbeat.
    """

    def __init__(
        self,
        store: RunStore,
        run: RunRecord,
        recorder: Recorder,
        cancel: CancelToken,
        *,
        worker_id: str,
        clock: Clock,
        beaten: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._run = run
        self._worker_id = worker_id
        self._recorder = recorder
        self._cancel = cancel
        self._clock = clock
        self._beaten = beaten
        self._beat_due = _Due(BEAT_SECONDS)
        self._beat_due.done(clock.monotonic())  # the claim was the first one
        self._flush_due = _Due(FLUSH_SECONDS)
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._is_settling = False
        # In a copy of this context, so that the thread's log records contain the run.
        loop = partial(copy_context().run, self._loop)
        self._thread = threading.Thread(target=loop, name=f"heartbeat-{run.run_id}", daemon=True)
        self.lost = False
        self.fault: RunError | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._recorder.boundary_waits.set()
        self._thread.join()

    def tick(self) -> None:
        """Do what is due; errors set ``lost`` or ``fault``, or are retried."""
        with self._lock:
            now = self._clock.monotonic()
            if self._is_over():
                return
            if now >= self._beat_due.at:
                self._try(self._beat, self._beat_due)
            if not self.lost and self._flushes(now):
                self._try(self._recorder.flush, self._flush_due)

    def settle(self, write_end: Callable[[], T]) -> T:
        """Store the end of the attempt without a concurrent heartbeat, and if that succeeds, without any later one.

        No events are written from then on: those that are not stored belong to the end.
        """
        with self._lock:
            self._is_settling = True
            written = write_end()
            self._stopped.set()
            return written

    def _flushes(self, now: float) -> bool:
        is_due = now >= self._flush_due.at or self._recorder.boundary_waits.is_set()
        return is_due and not self._is_settling

    def _is_over(self) -> bool:
        return self.lost or self._stopped.is_set()

    def _loop(self) -> None:
        while not self._stopped.is_set():
            self.tick()
            if self._recorder.boundary_waits.wait(FLUSH_SECONDS):
                self._stopped.wait(GATHER_SECONDS)

    def _beat(self) -> None:
        if self._store.heartbeat(self._run.run_id, self._worker_id, self._run.attempt):
            self._cancel.cancel()
        self._beaten()

    def _try(self, action: Callable[[], None], due: _Due) -> None:
        try:
            action()
        except StoreUnavailableError as error:
            due.failed(self._clock.monotonic())
            _log.warning("run %s: %s; trying again", self._run.run_id, error)
        except (RunStateError, RunNotFoundError) as error:
            self.lost = True
            _log.warning("run %s attempt %d is no longer ours: %s", self._run.run_id, self._run.attempt, error)
            self._cancel.cancel("another worker has this run now")
        except Exception as error:  # noqa: BLE001 - an error in a background thread would be lost; it ends the run instead
            due.failed(self._clock.monotonic())
            self._fail(error)
        else:
            due.done(self._clock.monotonic())

    def _fail(self, error: Exception) -> None:
        """Record once why the attempt must fail, and stop the scan; heartbeats continue until the end is stored."""
        if self.fault is not None:
            return
        self.fault = fault_of(error)
        _log.error("run %s cannot be journalled", self._run.run_id, exc_info=error)
        self._cancel.cancel(self.fault.message)


def fault_of(error: Exception) -> RunError:
    """Return an error as it is shown to people: its code and one sentence."""
    code = error.code if isinstance(error, TechnicError) else "internal_error"
    return said_plainly(RunError(code, str(error) or type(error).__name__))


def said_plainly(error: RunError) -> RunError:
    """Return the error with a sentence on what to do if the store's own message has none."""
    if error.code != StoreFullError.code:
        return error
    return RunError(error.code, "There is no space left for the run store. Free some space, then resume the run.")
