"""Turn the reports of a scan into numbered events of a run's attempt, as the run store keeps them; thread-safe."""

from __future__ import annotations

from collections.abc import Iterable

from technic_scanner.clock import Clock
from technic_scanner.domain.metrics import StageTiming, UnitCost
from technic_scanner.domain.progress import EventKind, ProgressEvent, StageState
from technic_scanner.domain.stage import StagePlan
from technic_scanner.progress.costs import CostHistory
from technic_scanner.progress.event_maker import EventMaker, RunFacts
from technic_scanner.progress.event_stream import EventStream
from technic_scanner.progress.listeners import ProgressListener
from technic_scanner.progress.tracker import MultiStageProgressTracker
from technic_scanner.progress.work_log import DEFAULT_CLASS

END_STATES = {"succeeded": StageState.DONE, "failed": StageState.FAILED, "cancelled": StageState.CANCELLED}

# The weights of the plan are the same for every scan, of a second or an hour: that the first stages follow them says
# little about the next ones. Set by benchmarks.progress.
WEIGHT_DOUBT = 0.3


class ProgressReporter:
    """The progress of one attempt of a run: a MultiStageProgressTracker and the events that it causes.

    Stage and run boundaries and messages are always sent; everything else (advances, sub-stages, declarations, cache
    counts) sends at most one event per ``interval_seconds`` and shows in the next event otherwise. Events are
    numbered from ``first_seq`` without gaps and reach every listener in that order, outside the lock. After the
    end of the run every report is ignored, so that late threads do no harm. Without past runs, events give only the
    band of the time left until a stage is done.

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
        self._tracker = MultiStageProgressTracker(
            dict(plan.weights), clock, costs=costs, reopens=False, weight_doubt=WEIGHT_DOUBT
        )
        maker = EventMaker(RunFacts(run_id, attempt, earlier_seconds, first_seq - 1), self._tracker, clock)
        self._stream = EventStream(maker, listeners, interval_seconds, begun=False)
        self._tracker.send_to(self._stream)
        if previous_event is not None:
            self._tracker.show_at_least(
                previous_event.overall_fraction, {stage.name: stage.fraction for stage in previous_event.stages}
            )
            maker.show_at_least(previous_event.time_fraction)

    def start_run(self, message: str = "") -> None:
        """Start the run's clock and send the first event."""
        with self._tracker.lock:
            self._stream.begun = True
            self._tracker.restart_clock()
            self._stream.note(EventKind.RUN_STARTED, message)
        self._stream.deliver(wait=True)

    def start_stage(self, stage: str, total: float | None = None) -> None:
        """Make a stage active; ``total`` is its units, None while unknown. ValueError for a stage not in the plan."""
        self._tracker.start_stage(stage, total)

    def set_total(self, total: float | None) -> None:
        """Correct the active stage's total."""
        self._tracker.set_total(total)

    def start_substage(self, name: str, total: float | None = None) -> None:
        """Start a named sub-step of the active stage; several may run at once, each with its own units."""
        self._tracker.start_substage(name, total)

    def complete_substage(self, name: str) -> None:
        """End a sub-step as done."""
        self._tracker.complete_substage(name)

    def declare(self, stage: str, unit_class: str, units: int) -> None:
        """Declare the units of a class that a stage has in total, restored ones included; may be corrected."""
        self._tracker.declare(stage, units, unit_class)

    def advance(
        self,
        units: int = 1,
        unit_class: str = DEFAULT_CLASS,
        substage: str | None = None,
        seconds: float | None = None,
    ) -> None:
        """Count units of the active stage as done; cheap, from any thread. See the tracker."""
        self._tracker.advance(units, unit_class, substage, seconds)

    def advance_substage(self, name: str, units: int = 1) -> None:
        """Count units of a sub-step only; the stage's own units do not change."""
        self._tracker.advance_substage(name, units)

    def restore(self, stage: str, units: int, unit_class: str = DEFAULT_CLASS) -> None:
        """Count work that an earlier attempt did: it changes the fractions but not the rates."""
        self._tracker.restore(stage, units, unit_class)

    def cache(self, hits: int = 0, misses: int = 0) -> None:
        """Add to the counts of cache hits and misses."""
        with self._tracker.lock:
            facts = self._stream.maker.facts
            facts.cache_hits += max(0, hits)
            facts.cache_misses += max(0, misses)
            self._stream.note(EventKind.ADVANCED)
        self._stream.deliver(wait=False)

    def message(self, text: str) -> None:
        """Send a message for users; later events repeat it."""
        self._tracker.message(text)

    def pulse(self) -> None:
        """Send an event if one is due, so that the elapsed time is updated during a long unit."""
        self._tracker.pulse()

    def complete_stage(self, message: str = "") -> None:
        """End the active stage as complete; without one nothing happens."""
        self._tracker.complete_stage(message)

    def finish(self, state: str, message: str = "") -> None:
        """End the run as ``succeeded``, ``failed`` or ``cancelled``; a second call has no effect.

        Only success sets the fractions to 1; stages that were not needed become skipped.
        """
        end_state = END_STATES.get(state)
        if end_state is None:
            raise ValueError(f"{state!r} is not one of {', '.join(END_STATES)}")
        self._tracker.finish(state=end_state, message=message)

    def snapshot(self) -> ProgressEvent:
        """Return the current state under the number of the last event sent; sends nothing."""
        with self._tracker.lock:
            return self._stream.maker.make(EventKind.ADVANCED)

    def timings(self) -> tuple[StageTiming, ...]:
        """Return the seconds of every stage of the plan; with ``gap_seconds`` they sum to ``total_seconds``."""
        return self._tracker.timings()

    @property
    def current_stage(self) -> str | None:
        """The active stage's name, None between stages."""
        return self._tracker.current_stage

    @property
    def gap_seconds(self) -> float:
        """Seconds of the attempt in which no stage was active."""
        return self._tracker.gap_seconds

    @property
    def total_seconds(self) -> float:
        """Seconds of the attempt, up to its end."""
        return self._tracker.total_seconds

    def unit_costs(self) -> tuple[UnitCost, ...]:
        """Return what this attempt measured, for the history of later runs; restored work is not in it."""
        return self._tracker.unit_costs()
