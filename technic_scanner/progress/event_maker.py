"""Build self-contained events from a tracker's counters, forecast and displayed fractions."""

from __future__ import annotations

from dataclasses import dataclass

from technic_scanner.clock import Clock
from technic_scanner.domain.progress import EventKind, ProgressEvent, StageState
from technic_scanner.progress.predictions import Predictions
from technic_scanner.progress.stage_ledger import ALMOST_DONE
from technic_scanner.progress.stage_view import Forecast, StageView


@dataclass(slots=True)
class RunFacts:
    """The facts of an attempt that do not belong to a stage."""

    run_id: str
    attempt: int = 1
    earlier_seconds: float = 0.0
    last_seq: int = 0
    message: str = ""
    cache_hits: int = 0
    cache_misses: int = 0


class EventMaker:
    """Makes the events of one attempt; guarded by the tracker's lock.

    With ``guesses`` events give the time left even while it rests on the weights alone; without, only its band.
    """

    def __init__(self, facts: RunFacts, tracker: Predictions, clock: Clock, *, guesses: bool = False) -> None:
        self.facts = facts
        self.clock = clock
        self._tracker = tracker
        self._guesses = guesses
        self._time_fraction = 0.0
        self._has_succeeded = False

    @property
    def is_over(self) -> bool:
        """Return whether the run has ended."""
        return self._tracker.outcome is not None

    def make(self, kind: EventKind) -> ProgressEvent:
        """Return the current state under the last sequence number."""
        facts = self.facts
        now = self.clock.monotonic()
        forecast = self._tracker.forecast()
        if not self._guesses:
            forecast = forecast.without_guess()
        elapsed = self._tracker.total_seconds
        overall = self._tracker.overall_fraction
        if self._tracker.outcome is not StageState.DONE and not self._has_succeeded:
            overall = min(overall, ALMOST_DONE)
        self._has_succeeded = overall == 1.0  # a run that goes on after its success does not go back
        self._time_fraction = self._time_fraction_at(elapsed, forecast, overall)
        return ProgressEvent(
            run_id=facts.run_id,
            seq=facts.last_seq,
            attempt=facts.attempt,
            kind=kind,
            at=self.clock.now(),
            current_stage=self._tracker.current_stage,
            stages=tuple(
                tracked.progress(now, forecast.stages.get(name))
                for name, tracked in self._tracker.tracked_stages.items()
            ),
            overall_fraction=overall,
            time_fraction=self._time_fraction,
            elapsed_seconds=elapsed,
            earlier_seconds=facts.earlier_seconds,
            eta_seconds=forecast.seconds,
            eta_low_seconds=forecast.low_seconds,
            eta_high_seconds=forecast.high_seconds,
            message=facts.message,
            cache_hits=facts.cache_hits,
            cache_misses=facts.cache_misses,
        )

    def show_at_least(self, time_fraction: float) -> None:
        """Show at least ``time_fraction`` from now on, because an earlier attempt had reached it."""
        self._time_fraction = max(self._time_fraction, min(time_fraction, ALMOST_DONE))

    def _time_fraction_at(self, elapsed: float, forecast: Forecast, overall: float) -> float:
        """Return the share of the expected time, the weighted fraction while no time is expected; never less.

        Because it never decreases, it must not run ahead on a guess: while the work or the cost of a stage is unknown,
        or while a step takes much longer than expected, it is limited to the weighted fraction.
        """
        if self.is_over:
            return 1.0 if self._tracker.outcome is StageState.DONE else self._time_fraction
        spent, eta = self.facts.earlier_seconds + elapsed, forecast.seconds
        share = overall if eta is None or spent + eta <= 0 else spent / (spent + eta)
        if forecast.overdue or any(self._is_a_guess(stage) for stage in self._tracker.views()):
            share = min(share, overall)
        return max(self._time_fraction, min(share, ALMOST_DONE))

    def _is_a_guess(self, stage: StageView) -> bool:
        if stage.ended:
            return False
        if stage.left is None:
            return True
        known = {item.unit_class for item in stage.seen} | self._tracker.costs.cells_of(stage.name).keys()
        return any(units > 0 and unit_class not in known for unit_class, units in stage.left.items())
