"""Create self-contained events from the state of a reporter: counters, forecast and displayed fractions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from technic_scanner.clock import Clock
from technic_scanner.domain.progress import EventKind, ProgressEvent, StageState
from technic_scanner.progress.costs import CostHistory
from technic_scanner.progress.estimator import Estimator
from technic_scanner.progress.stage_book import StageBook
from technic_scanner.progress.stage_view import Forecast, StageView
from technic_scanner.progress.tracker import ALMOST_DONE, MultiStageProgressTracker

SUCCEEDED = "succeeded"
END_STATES = {SUCCEEDED: StageState.DONE, "failed": StageState.FAILED, "cancelled": StageState.CANCELLED}


@dataclass(slots=True)
class RunFacts:
    """The facts of the whole attempt; ``end`` is how it ended, None while it is running."""

    run_id: str
    attempt: int
    earlier_seconds: float
    last_seq: int
    message: str = ""
    cache_hits: int = 0
    cache_misses: int = 0
    end: str | None = None


class EventMaker:
    """Creates the events of one attempt; guarded by the reporter's lock."""

    def __init__(
        self,
        facts: RunFacts,
        tracker: MultiStageProgressTracker,
        books: Mapping[str, StageBook],
        clock: Clock,
        costs: CostHistory | None,
    ) -> None:
        self._facts = facts
        self._tracker = tracker
        self._books = books
        self._clock = clock
        self._costs = costs or CostHistory()
        self._estimator = Estimator(self._costs)
        self._time_fraction = 0.0
        self._foreseen: tuple[list[StageView], Forecast] = ([], Forecast(None, None, None))

    def make(self, kind: EventKind) -> ProgressEvent:
        """Return the current state with the last sequence number."""
        facts = self._facts
        now = self._clock.monotonic()
        forecast = self._forecast(now)
        elapsed = self._tracker.total_seconds
        overall = self._tracker.overall_fraction
        if facts.end != SUCCEEDED:
            overall = min(overall, ALMOST_DONE)
        self._time_fraction = self._time_fraction_at(elapsed, forecast.seconds, overall)
        return ProgressEvent(
            run_id=facts.run_id,
            seq=facts.last_seq,
            attempt=facts.attempt,
            kind=kind,
            at=self._clock.now(),
            current_stage=self._tracker.current_stage,
            stages=tuple(book.progress(now, forecast.stages.get(name)) for name, book in self._books.items()),
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

    def _forecast(self, now: float) -> Forecast:
        if self._facts.end == SUCCEEDED:
            return Forecast(0.0, 0.0, 0.0, dict.fromkeys(self._books, 0.0))
        if self._facts.end is not None:
            return Forecast(None, None, None)
        views = [book.view(now) for book in self._books.values()]
        if views != self._foreseen[0]:  # at the start of a stage nothing has changed since the end of the previous one
            self._foreseen = views, self._estimator.forecast(views)
        return self._foreseen[1]

    def stand_at(self, time_fraction: float) -> None:
        """Show at least ``time_fraction`` from now on, which an earlier attempt had reached."""
        self._time_fraction = max(self._time_fraction, min(time_fraction, ALMOST_DONE))

    def _time_fraction_at(self, elapsed: float, eta: float | None, overall: float) -> float:
        """Return the share of the expected time, or the weighted fraction if that is unknown; it never decreases.

        Because it never decreases, it must not run ahead on a guess: while the work or the cost of a stage is unknown,
        or while a step takes much longer than expected, it is limited to the weighted fraction.
        """
        if self._facts.end is not None:
            return 1.0 if self._facts.end == SUCCEEDED else self._time_fraction
        spent = self._facts.earlier_seconds + elapsed
        share = overall if eta is None or spent + eta <= 0 else spent / (spent + eta)
        views, forecast = self._foreseen
        if forecast.overdue or any(self._is_a_guess(stage) for stage in views):
            share = min(share, overall)
        return max(self._time_fraction, min(share, ALMOST_DONE))

    def _is_a_guess(self, stage: StageView) -> bool:
        if stage.ended:
            return False
        if stage.left is None:
            return True
        known = {item.unit_class for item in stage.seen} | self._costs.cells_of(stage.name).keys()
        return any(units > 0 and unit_class not in known for unit_class, units in stage.left.items())
