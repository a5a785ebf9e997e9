"""Track weighted stages from any number of threads and predict the time left: the public class."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, overload

from technic_scanner.clock import Clock
from technic_scanner.domain.metrics import UnitCost
from technic_scanner.domain.progress import EventKind, ProgressEvent, StageState
from technic_scanner.progress.predictions import Predictions
from technic_scanner.progress.single import ProgressTracker
from technic_scanner.progress.stage_ledger import ALMOST_DONE
from technic_scanner.progress.tracking import track, track_async

if TYPE_CHECKING:  # what a program that only counts does not need is imported on first use
    from technic_scanner.progress.cost_history import CostHistory
    from technic_scanner.progress.event_maker import EventMaker
    from technic_scanner.progress.event_stream import EventStream
    from technic_scanner.progress.listeners import ProgressListener
    from technic_scanner.progress.remote import RemoteReports
    from technic_scanner.progress.run_history import RunHistory

__all__ = ["ALMOST_DONE", "MultiStageProgressTracker", "ProgressTracker"]

T = TypeVar("T")


class MultiStageProgressTracker(Predictions):
    """Progress of stages whose weights sum to 1, with the time left; thread-safe, at most one stage is active.

    ``stage_weights`` maps stage names to weights in the order of the stages; ConfigError names every problem.

    For any input, the overall fraction (the sum of weight x stage fraction) and every stage's fraction stay within 0-1
    and never decrease, and the overall fraction is 1 only when every stage is complete. Starting another stage stops
    the clock of the active one and keeps its fraction. A restarted stage counts from 0, but its displayed fraction does
    not decrease. Updates without an active stage (from a late thread) are ignored. The seconds of all stages and
    ``gap_seconds`` sum to ``total_seconds``.

    The time left is predicted from the costs of comparable past runs and corrected by this run's measurements. Without
    past runs it follows the weights until the run's own measurements contradict them. See docs/progress.md. Past runs
    come from ``history`` (a path, or any object with the two methods of RunHistory) under ``name``, to which a
    successful run is added; or from ``costs``.

    ``weight_doubt`` is used without past runs: the probability that the stages ahead do not follow their weights
    although those so far did. It makes the band wider; 0 takes the weights as they are.

    As a context manager it ends the run: as succeeded, or as failed or cancelled if an exception was raised.
    """

    def __init__(
        self,
        stage_weights: Mapping[str, float],
        clock: Clock | None = None,
        *,
        history: str | Path | RunHistory | None = None,
        name: str = "default",
        costs: CostHistory | None = None,
        reopens: bool = True,
        weight_doubt: float = 0.0,
    ) -> None:
        self.name = name
        self._history = _opened(history)
        if self._history is not None and costs is None:
            costs = self._history.past(name)
        self._unsaved: tuple[UnitCost, ...] = ()
        self._events: EventStream | None = None
        super().__init__(stage_weights, clock, costs=costs, reopens=reopens, weight_doubt=weight_doubt)

    def __getstate__(self) -> dict[str, Any]:
        return super().__getstate__() | {"_events": None, "_fresh": None}

    @overload
    def track(
        self, stage: str, items: Iterable[T], total: float | None = None, *, unit_class: str | None = None
    ) -> Iterator[T]: ...
    @overload
    def track(
        self, stage: str, items: AsyncIterable[T], total: float | None = None, *, unit_class: str | None = None
    ) -> AsyncIterator[T]: ...
    def track(
        self,
        stage: str,
        items: Iterable[T] | AsyncIterable[T],
        total: float | None = None,
        *,
        unit_class: str | None = None,
    ) -> Iterator[T] | AsyncIterator[T]:
        """Iterate over ``items`` as a stage: ``for item in tracker.track("load", items)``, or ``async for``.

        An item counts as done when the next one is requested. ``total`` is their number if ``len(items)`` is not
        available; it becomes unknown if there are more items. The stage is complete after the last item; leaving the
        loop early does not change its state.
        """
        self._tracked_stage(stage)  # a name that is not in the weights is an error here, not at the first item
        if isinstance(items, AsyncIterable):
            return track_async(self, stage, items, total, unit_class)
        return track(self, stage, items, total, unit_class)

    @contextmanager
    def stage(self, stage: str, total: float | None = None) -> Iterator[Self]:
        """Run a block as a stage: complete at its end, failed or cancelled if it raises an exception."""
        self.start_stage(stage, total)
        try:
            yield self
        except BaseException as error:
            if self.current_stage == stage:
                self.end_stage(_state_after(type(error)))
            raise
        if self.current_stage == stage:
            self.complete_stage()

    def finish(self, *, succeeded: bool = True, state: StageState | None = None, message: str = "") -> None:
        """Stop the clock. On success, stages that were never completed count as skipped and the whole as done.

        ``state`` is FAILED (the same as ``succeeded=False``) or CANCELLED for a run that did not succeed. The unit
        costs of a successful run are added to the history, once. A second call has no effect, unless a stage was
        started in between.
        """
        super().finish(succeeded=succeeded, state=state, message=message)
        with self.lock:
            costs, self._unsaved = self._unsaved, ()
        if costs and self._history is not None:
            self._history.add(self.name, costs)

    def remote(self, address: str | tuple[str, int] | None = None) -> RemoteReports:
        """Accept reports from other processes while the returned context manager is open; see RemoteReports."""
        from technic_scanner.progress.remote import RemoteReports  # noqa: PLC0415 - multiprocessing is slow to import

        return RemoteReports(self, address)

    def subscribe(self, listener: ProgressListener, *, interval_seconds: float = 0.2) -> None:
        """Call ``listener`` with a ProgressEvent at every boundary and at most every ``interval_seconds`` between.

        Events are self-contained and arrive in order, in the thread that reports. An exception of a listener is logged
        once, and the run continues.
        """
        from technic_scanner.progress.event_stream import EventStream  # noqa: PLC0415 - slow to import

        with self.lock:
            if self._events is None:
                self._events = EventStream(self._new_maker(), (), interval_seconds, begun=True)
                self.send_to(self._events)
                self._forget()
            self._events.add(listener, interval_seconds)

    def snapshot(self) -> ProgressEvent:
        """Return the current state as the event that listeners would get; sends nothing."""
        with self.lock:
            events = self._events
            maker = events.maker if events else self._new_maker()
            return maker.make(EventKind.ADVANCED)

    def _new_maker(self) -> EventMaker:
        from technic_scanner.progress.event_maker import EventMaker, RunFacts  # noqa: PLC0415 - slow to import

        return EventMaker(RunFacts(self.name), self, self._clock, guesses=True)

    def _close(self, state: StageState) -> None:
        is_first = self.outcome is None
        super()._close(state)
        if is_first and state is StageState.DONE:
            self._unsaved = self.unit_costs()

    def __enter__(self) -> Self:
        if self._last is None:
            self.restart_clock()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.finish(state=StageState.DONE if kind is None else _state_after(kind))


def _opened(history: str | Path | RunHistory | None) -> RunHistory | None:
    """Return a history for a path; any other value unchanged."""
    if not isinstance(history, str | Path):
        return history
    from technic_scanner.progress.run_history import HistoryFile  # noqa: PLC0415 - slow to import

    return HistoryFile(history)


def _state_after(kind: type[BaseException]) -> StageState:
    """Return the end state of a block that raised this exception."""
    asynchronous = sys.modules.get("asyncio")  # slow to import; if it is not loaded, the exception cannot be its own
    stops = (KeyboardInterrupt, GeneratorExit, *((asynchronous.CancelledError,) if asynchronous else ()))
    return StageState.CANCELLED if issubclass(kind, stops) else StageState.FAILED
