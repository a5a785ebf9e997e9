"""Accept a pipeline's reports on stages, units, sub-steps and totals; each change may send an event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from technic_scanner.clock import Clock
from technic_scanner.domain.progress import EventKind, StageState
from technic_scanner.progress.stage_ledger import MOST_UNITS, NEVER, StageLedger
from technic_scanner.progress.stage_record import as_total
from technic_scanner.progress.work_log import DEFAULT_CLASS, GRAIN_SECONDS


class Stream(Protocol):
    """Receives changes; see EventStream."""

    @property
    def due_at(self) -> float:
        """The monotonic second from which a changed count may send an event."""
        ...

    def note(self, kind: EventKind, message: str = "") -> None:
        """Record a change; call it under the tracker's lock."""
        ...

    def deliver(self, *, wait: bool) -> None:
        """Deliver the queued events; call it outside the lock."""
        ...


class StageReports(StageLedger):
    """The reports of a run. Without a ``stream`` they are only counted.

    With ``reopens`` false every report after ``finish`` is ignored, so that late threads do no harm.
    """

    def __init__(self, stage_weights: Mapping[str, float], clock: Clock | None = None, *, reopens: bool = True) -> None:
        super().__init__(stage_weights, clock)
        self._reopens = reopens
        self._stream: Stream | None = None

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._stream = None
        super().__setstate__(state)

    def send_to(self, stream: Stream) -> None:
        """Send every change to ``stream`` from now on."""
        with self.lock:
            self._stream = stream

    def start_stage(self, stage_name: str, total: float | None = None) -> None:
        """Make a stage active; ``total`` is its units, None while unknown. ValueError for a name not in the weights.

        A total that was declared earlier is kept unless another one is given.
        """
        tracked = self._tracked_stage(stage_name)
        with self.lock:
            if self._is_shut():
                return
            self._begin(tracked, total)
            self._changed(EventKind.STAGE_STARTED)
        self._deliver(wait=True)

    def declare(self, stage: str, total: float | None, unit_class: str | None = None) -> None:
        """Declare how many units a stage has in total, before or while it runs; may be corrected at any time.

        With ``unit_class`` it is the number of units of that class. Use classes for units of different cost, such as
        symbols from a cache and symbols to be fetched. Restored units are included. ValueError for a name not in the
        weights.
        """
        tracked = self._tracked_stage(stage)
        with self.lock:
            self._settle()
            if unit_class is None:
                tracked.record.set_total(total)
            else:
                tracked.work.cell(unit_class).declared = as_total(total)
            self._changed()
        self._deliver(wait=False)

    def set_total(self, total: float | None) -> None:
        """Correct the active stage's total; without an active stage nothing happens."""
        with self.lock:
            if self._active is None:
                return
            self._settle()
            self._active.record.set_total(total)
            self._changed()
        self._deliver(wait=False)

    def advance(
        self,
        units: int = 1,
        unit_class: str | None = None,
        substage: str | None = None,
        seconds: float | None = None,
    ) -> None:
        """Count ``units`` more of the active stage; cheap, for hot loops, from any thread.

        With ``substage`` they are counted there as well. ``seconds`` is their measured cost; without it the time since
        the stage's last report is used.
        """
        if unit_class is None and substage is None and seconds is None and units > 0:
            try:
                cell = self._own.cell
            except AttributeError:
                cell = self._new_cell()
            cell[0] += units
            cell[1] = now = self._monotonic()
            if now >= self._quiet_until:
                self._collect_cells(now)
            return
        self._advance(units, unit_class or DEFAULT_CLASS, substage, seconds)

    def _collect_cells(self, now: float) -> None:
        """Add what the threads have counted in their cells as one step; for a millisecond they then only count."""
        with self.lock:
            self._settle()
            self._quiet_until = now + GRAIN_SECONDS if self._active is not None else NEVER
            stream = self._send_if_due(now)
        if stream is not None:
            stream.deliver(wait=False)

    def _advance(self, units: int, unit_class: str, substage: str | None, seconds: float | None) -> None:
        """Count units that have a class, a sub-step or a known cost; takes the lock."""
        with self.lock:
            now = self._monotonic()
            is_plain = substage is None and seconds is None and 0 < units <= MOST_UNITS
            if is_plain and unit_class == self._unlogged_class and now < self._quiet_until:
                self._merge(units, now)
                return
            self._count(units, unit_class, substage, seconds, now)
            self._forget()
            stream = self._send_if_due(now)
        if stream is not None:
            stream.deliver(wait=False)

    def _send_if_due(self, now: float) -> Stream | None:
        """Queue an event if one is due and return the stream that delivers it."""
        stream = self._stream
        if stream is None:
            return None
        if now < stream.due_at:
            self._quiet_until = min(self._quiet_until, stream.due_at)
            return None
        stream.note(EventKind.ADVANCED)
        self._quiet_until = NEVER
        return stream

    def start_substage(self, name: str, total: float | None = None) -> None:
        """Start a named sub-step of the active stage; several may run at once, each with its own units."""
        with self.lock:
            if self._active is None:
                return
            now = self._monotonic()
            self._active.substage(name, now).start(total, now, now)
            self._changed()
        self._deliver(wait=False)

    def complete_substage(self, name: str) -> None:
        """End a sub-step as done."""
        with self.lock:
            if self._active is None:
                return
            now = self._monotonic()
            self._active.substage(name, now).stop(now, StageState.DONE)
            self._changed()
        self._deliver(wait=False)

    def advance_substage(self, name: str, units: int = 1) -> None:
        """Count units of a sub-step only; the stage's own units do not change."""
        with self.lock:
            if self._active is None:
                return
            self._active.substage(name, self._monotonic()).add(units)
            self._changed()
        self._deliver(wait=False)

    def restore(self, stage: str, units: int, unit_class: str = DEFAULT_CLASS) -> None:
        """Count work that an earlier attempt did: it changes the fractions but not the rates."""
        tracked = self._tracked_stage(stage)
        with self.lock:
            if self._is_shut() or not units > 0:
                return
            self._settle()
            tracked.restored += units
            tracked.work.cell(unit_class).restored += units
            if tracked is self._active:
                tracked.record.add(units)
            self._changed()
        self._deliver(wait=False)

    def message(self, text: str) -> None:
        """Send a message for users; later events repeat it."""
        with self.lock:
            if not self._is_shut():
                self._changed(EventKind.MESSAGE, text)
        self._deliver(wait=True)

    def pulse(self) -> None:
        """Send an event if one is due, so that the elapsed time is updated during a long unit."""
        with self.lock:
            self._changed()
        self._deliver(wait=False)

    def complete_stage(self, message: str = "") -> None:
        """End the active stage as complete; without an active stage nothing happens."""
        self.end_stage(StageState.DONE, message)

    def end_stage(self, state: StageState, message: str = "") -> None:
        """End the active stage in ``state``; only DONE completes it. Without an active stage nothing happens."""
        with self.lock:
            if self._active is None:
                return
            self._end(state)
            self._changed(EventKind.STAGE_COMPLETED if state is StageState.DONE else EventKind.MESSAGE, message)
        self._deliver(wait=True)

    def finish(self, *, succeeded: bool = True, state: StageState | None = None, message: str = "") -> None:
        """Stop the clock. On success, stages that were never completed count as skipped and the whole as done.

        ``state`` is FAILED (the same as ``succeeded=False``) or CANCELLED for a run that did not succeed. A second call
        has no effect, unless a stage was started in between.
        """
        with self.lock:
            if self._outcome is not None:
                return
            self._close(state or (StageState.DONE if succeeded else StageState.FAILED))
            self._changed(EventKind.RUN_FINISHED, message)
        self._deliver(wait=True)

    def _is_shut(self) -> bool:
        return self._outcome is not None and not self._reopens

    def _forget(self) -> None:
        """Drop values cached from an earlier state; hold the lock."""

    def _changed(self, kind: EventKind = EventKind.ADVANCED, message: str = "") -> None:
        """Record that something has changed; hold the lock."""
        self._forget()
        if self._stream is not None:
            self._stream.note(kind, message)

    def _deliver(self, *, wait: bool) -> None:
        if self._stream is not None:
            self._stream.deliver(wait=wait)
