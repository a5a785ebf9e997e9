"""Convert the reports of a run to numbered, self-contained events with an ETA; thread-safe."""

from __future__ import annotations

from collections.abc import Iterable

from technic_scanner.clock import Clock
from technic_scanner.domain.metrics import StageTiming, UnitCost
from technic_scanner.domain.progress import EventKind, ProgressEvent, StageState
from technic_scanner.domain.stage import StagePlan
from technic_scanner.progress.costs import CostHistory
from technic_scanner.progress.event_maker import END_STATES, EventMaker, RunFacts
from technic_scanner.progress.listeners import ListenerFanout, ProgressListener
from technic_scanner.progress.stage_book import StageBook
from technic_scanner.progress.throttle import Throttle
from technic_scanner.progress.tracker import MultiStageProgressTracker
from technic_scanner.progress.work_log import DEFAULT_CLASS, GRAIN_SECONDS


class ProgressReporter:
    """The progress of one attempt of a run.

    Stage and run boundaries and messages are always sent; everything else (advances, sub-stages, declarations, cache
    counts) sends at most one event per ``interval_seconds`` and otherwise appears in the next event. Events are
    numbered from ``first_seq`` without gaps and are delivered to every listener in that order, outside the lock. After
    the run is finished further reports are ignored, so that late threads have no effect.

    Most advances are closer together than the clock's resolution: those of one class within a millisecond are merged
    into one step, and take a lock, a clock reading and an addition.

    ``earlier_seconds`` are those of earlier attempts; ``costs`` are comparable past runs, None if there are none.
    ``previous_event`` is the last event of earlier attempts: fractions are never less than in it.
    """

    def __init__(
        self,
        run_id: str,
        plan: StagePlan,
        clock: Clock,
        *,
        listeners: Iterable[ProgressListener] = (),
        interval_seconds: float = 0.2,
        attempt: int = 1,
        first_seq: int = 1,
        earlier_seconds: float = 0.0,
        costs: CostHistory | None = None,
        previous_event: ProgressEvent | None = None,
    ) -> None:
        self._monotonic = clock.monotonic
        self._facts = RunFacts(run_id, attempt, earlier_seconds, first_seq - 1)
        self._tracker = MultiStageProgressTracker(dict(plan.weights), clock)
        self._lock = self._tracker.lock
        self._books = {
            name: StageBook(record, self._tracker.stage_weights[name]) for name, record in self._tracker.stages.items()
        }
        self._active: StageBook | None = None
        self._fanout = ListenerFanout(listeners)
        self._throttle = Throttle(interval_seconds)
        self._maker = EventMaker(self._facts, self._tracker, self._books, clock, costs)
        if previous_event is not None:
            self._tracker.stand_at(
                previous_event.overall_fraction, {stage.name: stage.fraction for stage in previous_event.stages}
            )
            self._maker.stand_at(previous_event.time_fraction)
        self._began = False
        self._merge_until = float("-inf")
        self._merge_class = DEFAULT_CLASS
        self._merged_units = 0
        self._merged_at = 0.0

    def start_run(self, message: str = "") -> None:
        """Start the run's clock and send the first event."""
        with self._lock:
            self._began = True
            self._tracker.restart_clock()
            self._send(EventKind.RUN_STARTED, message)
        self._fanout.deliver(wait=True)

    def start_stage(self, stage: str, total: float | None = None) -> None:
        """Make a stage active; ``total`` is its units, None while unknown. ValueError for a stage not in the plan."""
        with self._lock:
            if self._facts.end is not None:
                return
            self._leave(StageState.PENDING)
            self._tracker.start_stage(stage, total)
            book = self._active = self._books[stage]
            book.record.add(book.restored)
            book.work.start(self._monotonic())
            self._send(EventKind.STAGE_STARTED)
        self._fanout.deliver(wait=True)

    def set_total(self, total: float | None) -> None:
        """Correct the active stage's total."""
        with self._lock:
            self._settle()
            self._tracker.set_total(total)
            self._send_if_due()
        self._fanout.deliver(wait=False)

    def start_substage(self, name: str, total: float | None = None) -> None:
        """Start a named sub-step of the active stage; several can be active, and their units are counted separately."""
        with self._lock:
            if self._active is not None:
                now = self._monotonic()
                self._active.substage(name, now).start(total, now, now)
                self._send_if_due()
        self._fanout.deliver(wait=False)

    def complete_substage(self, name: str) -> None:
        """End a sub-step as done."""
        with self._lock:
            if self._active is not None:
                now = self._monotonic()
                self._active.substage(name, now).stop(now, StageState.DONE)
                self._send_if_due()
        self._fanout.deliver(wait=False)

    def declare(self, stage: str, unit_class: str, units: int) -> None:
        """Declare the total units of a class in a stage, including restored ones; may be corrected at any time."""
        with self._lock:
            self._book(stage).work.cell(unit_class).declared = max(0, units)
            self._send_if_due()
        self._fanout.deliver(wait=False)

    def advance(
        self,
        units: int = 1,
        unit_class: str = DEFAULT_CLASS,
        substage: str | None = None,
        seconds: float | None = None,
    ) -> None:
        """Count units of the active stage as done; fast, from any thread.

        With ``substage`` they are also counted there. ``seconds`` is their measured cost; without it the time since the
        last report of the stage is used.
        """
        with self._lock:
            now = self._monotonic()
            plain = substage is None and seconds is None and units > 0
            if plain and now < self._merge_until and unit_class == self._merge_class:
                self._merged_units += units
                self._merged_at = now
                return
            self._settle()
            book = self._active
            if book is None or not units > 0:
                return
            book.observe(units, unit_class, now, seconds)
            if substage is not None:
                book.substage(substage, now).add(units)
            if now < self._throttle.due_at:
                self._merge_class = unit_class
                self._merge_until = min(now + GRAIN_SECONDS, self._throttle.due_at)
                return
            self._send(EventKind.ADVANCED)
        self._fanout.deliver(wait=False)

    def advance_substage(self, name: str, units: int = 1) -> None:
        """Count units of a sub-step only; the stage's own units do not change."""
        with self._lock:
            if self._active is not None:
                self._active.substage(name, self._monotonic()).add(units)
                self._send_if_due()
        self._fanout.deliver(wait=False)

    def restore(self, stage: str, units: int, unit_class: str = DEFAULT_CLASS) -> None:
        """Count work of an earlier attempt, which affects the fraction but not the rates."""
        with self._lock:
            book = self._book(stage)
            if self._facts.end is not None or not units > 0:
                return
            book.restored += units
            book.work.cell(unit_class).restored += units
            if book is self._active:
                book.record.add(units)
            self._send_if_due()
        self._fanout.deliver(wait=False)

    def cache(self, hits: int = 0, misses: int = 0) -> None:
        """Add to the counts of cache hits and misses."""
        with self._lock:
            self._facts.cache_hits += max(0, hits)
            self._facts.cache_misses += max(0, misses)
            self._send_if_due()
        self._fanout.deliver(wait=False)

    def message(self, text: str) -> None:
        """Send a message for users; the following events contain it as well."""
        with self._lock:
            if self._facts.end is None:
                self._send(EventKind.MESSAGE, text)
        self._fanout.deliver(wait=True)

    def pulse(self) -> None:
        """Send an event if one is due, so that the displayed time is updated during a long unit."""
        with self._lock:
            self._send_if_due()
        self._fanout.deliver(wait=False)

    def complete_stage(self, message: str = "") -> None:
        """End the active stage as complete; without an active stage nothing happens."""
        with self._lock:
            if self._active is None:
                return
            self._leave(StageState.DONE)
            self._send(EventKind.STAGE_COMPLETED, message)
        self._fanout.deliver(wait=True)

    def finish(self, state: str, message: str = "") -> None:
        """End the run as ``succeeded``, ``failed`` or ``cancelled``; a second call has no effect.

        Only success sets the fractions to 1; stages that were not needed become skipped.
        """
        end_state = END_STATES.get(state)
        if end_state is None:
            raise ValueError(f"{state!r} is not one of {', '.join(END_STATES)}")
        with self._lock:
            if self._facts.end is not None:
                return
            self._leave(end_state)
            self._tracker.finish(succeeded=end_state is StageState.DONE)
            self._facts.end = state
            self._send(EventKind.RUN_FINISHED, message)
        self._fanout.deliver(wait=True)

    def snapshot(self) -> ProgressEvent:
        """Return the current state with the number of the last event; no event is sent."""
        with self._lock:
            self._settle()
            return self._maker.make(EventKind.ADVANCED)

    def timings(self) -> tuple[StageTiming, ...]:
        """Return the seconds of every stage of the plan; with ``gap_seconds`` they sum to ``total_seconds``."""
        with self._lock:
            self._settle()
            now = self._monotonic()
            return tuple(book.timing(now) for book in self._books.values())

    @property
    def gap_seconds(self) -> float:
        """Seconds of the attempt in which no stage was active."""
        return self._tracker.gap_seconds

    @property
    def total_seconds(self) -> float:
        """Seconds of the attempt, up to its end."""
        return self._tracker.total_seconds

    def unit_costs(self) -> tuple[UnitCost, ...]:
        """Return the unit costs of this attempt, for the history of later runs; restored work is excluded."""
        with self._lock:
            self._settle()
            return tuple(cost for name, book in self._books.items() for cost in book.work.unit_costs(name))

    def _book(self, stage: str) -> StageBook:
        book = self._books.get(stage)
        if book is None:
            raise ValueError(f"unknown stage {stage!r}; the stages are {', '.join(self._books)}")
        return book

    def _settle(self) -> None:
        """Record the units that have been merged since the last recorded report."""
        if self._merged_units and self._active is not None:
            self._active.observe(self._merged_units, self._merge_class, self._merged_at, None)
        self._merged_units = 0
        self._merge_until = float("-inf")

    def _leave(self, state: StageState) -> None:
        self._settle()
        if self._active is not None:
            self._active.end(self._monotonic(), state)
            self._tracker.end_stage(state)
            self._active = None

    def _send_if_due(self) -> None:
        if self._began and self._facts.end is None and self._throttle.is_due(self._monotonic()):
            self._send(EventKind.ADVANCED)

    def _send(self, kind: EventKind, message: str = "") -> None:
        self._settle()
        self._facts.message = message or self._facts.message
        self._facts.last_seq += 1
        self._fanout.put(self._maker.make(kind))
        self._throttle.sent(self._monotonic())
