"""Predict the time left of a run from its past and its own measurements, and show it in the earlier API's dict."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from technic_scanner.clock import Clock
from technic_scanner.domain.progress import EventKind, StageState
from technic_scanner.progress.reports import StageReports
from technic_scanner.progress.stage_dict import stage_dict
from technic_scanner.progress.stage_ledger import ALMOST_DONE
from technic_scanner.progress.stage_view import Forecast, StageView
from technic_scanner.progress.text import format_percent, format_time
from technic_scanner.progress.tracked_stage import TrackedStage
from technic_scanner.progress.work_log import DEFAULT_CLASS

if TYPE_CHECKING:
    from technic_scanner.progress.cost_history import CostHistory
    from technic_scanner.progress.estimator import Estimator

FRESH_SECONDS = 0.1  # how long ``update`` only counts a forecast down before it computes a new one
UNKNOWN = Forecast(None, None, None)


class Fresh:
    """Values that ``update`` reuses for a short time after a forecast.

    ``offset`` added to the monotonic second is the stage's seconds; ``eta_until`` the second at which the run is
    expected to end; ``others`` the contribution of all other stages to the overall fraction.
    """

    __slots__ = ("began", "completed", "eta_until", "name", "offset", "others", "record", "total", "until", "weight")

    def __init__(
        self, tracked: TrackedStage, began: float, remaining: float | None, now: float, completed: list[str]
    ) -> None:
        record = self.record = tracked.record
        self.name = record.name
        self.weight = tracked.weight
        self.total = record.total or 0
        self.offset = record.elapsed(now) - now
        self.until = now + FRESH_SECONDS
        self.eta_until = None if remaining is None else now + remaining
        self.began = began
        self.completed = completed.copy()
        self.others = 0.0


class Predictions(StageReports):
    """Reports with a forecast; see MultiStageProgressTracker."""

    def __init__(
        self,
        stage_weights: Mapping[str, float],
        clock: Clock | None = None,
        *,
        costs: CostHistory | None = None,
        reopens: bool = True,
        weight_doubt: float = 0.0,
    ) -> None:
        super().__init__(stage_weights, clock, reopens=reopens)
        self._given_costs = costs
        self._weight_doubt = weight_doubt
        self._foreseen: tuple[list[StageView], Forecast] = ([], UNKNOWN)
        self._fresh: Fresh | None = None

    @cached_property
    def costs(self) -> CostHistory:
        """The unit costs of past runs, empty if there are none."""
        from technic_scanner.progress.cost_history import CostHistory  # noqa: PLC0415 - slow to import

        return self._given_costs or CostHistory()

    @cached_property
    def _estimator(self) -> Estimator:
        from technic_scanner.progress.estimator import Estimator  # noqa: PLC0415 - slow to import

        return Estimator(self.costs, weight_doubt=self._weight_doubt)

    def update(self, current: int) -> dict[str, Any]:  # noqa: C901, PLR0912, PLR0915 - each call costs a tenth of it
        """Count up to ``current`` units of the active stage and return the earlier API's dict.

        Between stages and after the last one nothing is counted, and the dict describes the last stage. ValueError
        before the first stage was started. A new forecast is computed at most every 0.1 s and counted down in between.
        """
        lock = self.lock
        lock.acquire()  # a block of `with` takes twice the time
        try:
            now = self._monotonic()
            fresh = self._fresh
            if fresh is None or now >= fresh.until:
                shown = self._shown_anew(current, now)
                if self._stream is None:
                    return shown
                self._stream.note(EventKind.ADVANCED)
            else:
                record, total, eta = fresh.record, fresh.total, fresh.eta_until
                elapsed, name = now - fresh.began, fresh.name
                if self._cells:
                    self._pull()
                raw = record.raw
                if current > raw:
                    self._unlogged += current - raw
                    self._unlogged_at = now
                    record.raw = raw = current
                seconds = now + fresh.offset
                overall = self._overall
                if raw >= total:
                    current, fraction, rate, left, whole = total, 1.0, total / seconds, 0.0, seconds
                elif raw:
                    current, fraction, rate = raw, raw / total, raw / seconds
                    left = (total - raw) / rate
                    whole = seconds + left
                else:
                    current, fraction, rate, left, whole = 0, 0.0, None, None, None
                if fraction > record.best:
                    record.best = fraction
                    reached = fresh.others + fresh.weight * fraction
                    if reached > overall:
                        self._overall = overall = reached if reached < 1.0 else ALMOST_DONE
                else:
                    fraction = record.best
                if eta is not None:
                    eta = eta - now if eta > now else 0.0
                return {
                    "stage": name,
                    "stage_progress": {
                        "current": current,
                        "total": total,
                        "progress_pct": fraction * 100,
                        "elapsed_time": seconds,
                        "estimated_remaining": left,
                        "estimated_total": whole,
                        "throughput": rate,
                        "stage": name,
                    },
                    "overall_progress_pct": overall * 100,
                    "overall_elapsed_time": elapsed,
                    "overall_estimated_remaining": eta,
                    "overall_estimated_total": None if eta is None else elapsed + eta,
                    "completed_stages": fresh.completed.copy(),
                }
        finally:
            lock.release()
        self._deliver(wait=False)
        return shown

    def forecast(self) -> Forecast:
        """Return the seconds left with their 80 % band, in all and by stage; None is unknown, 0.0 is done."""
        with self.lock:
            self._settle()
            return self._forecast_at(self._monotonic())

    def views(self) -> list[StageView]:
        """Return the stages as the last forecast saw them."""
        with self.lock:
            return self._foreseen[0]

    def get_summary(self) -> str:
        """Return one line for people: ``Overall: 52.0% - data_fetching: 80.0% - ETA: 1m 5s``."""
        with self.lock:
            self._settle()
            now = self._monotonic()
            overall = self._overall_now()
            if self.is_complete():
                return f"Overall: {format_percent(overall)} - Complete in {format_time(self._total_at(now))}"
            parts = [f"Overall: {format_percent(overall)}"]
            if self._active is not None:
                record = self._active.record
                parts.append(f"{record.name}: {format_percent(record.fraction)}")
            return " - ".join([*parts, f"ETA: {format_time(self._forecast_at(now).seconds)}"])

    def _forecast_at(self, now: float) -> Forecast:
        """Return the forecast; hold the lock, after ``_settle``."""
        if self._outcome is StageState.DONE:
            return Forecast(0.0, 0.0, 0.0, dict.fromkeys(self._tracked, 0.0))
        if self._outcome is not None:
            return UNKNOWN
        views = [tracked.view(now) for tracked in self._tracked.values()]
        if views != self._foreseen[0]:  # nothing changes between the end of a stage and the start of the next one
            self._foreseen = views, self._estimator.guess(views)
        return self._foreseen[1]

    def _shown_anew(self, current: int, now: float) -> dict[str, Any]:
        """Count up to ``current`` units of the active stage and return the dict with a new forecast."""
        tracked = self._last
        if tracked is None:
            raise ValueError("no stage was started")
        self._settle()
        if tracked is self._active:
            more = current - tracked.record.raw
            if more > 0:
                tracked.record.raw = current
                self._unlogged_class, self._unlogged, self._unlogged_at = DEFAULT_CLASS, more, now
        return self._shown(tracked, now)

    def _shown(self, tracked: TrackedStage, now: float) -> dict[str, Any]:
        """Return the dict with a new forecast."""
        self._settle()
        overall = self._overall_now()
        elapsed = self._total_at(now)
        remaining = self._forecast_at(now).seconds
        shown: dict[str, Any] = {
            "stage": tracked.record.name,
            "stage_progress": stage_dict(tracked.record, now),
            "overall_progress_pct": overall * 100,
            "overall_elapsed_time": elapsed,
            "overall_estimated_remaining": remaining,
            "overall_estimated_total": None if remaining is None else elapsed + remaining,
            "completed_stages": [name for name in self._tracked if name in self._completed],
        }
        is_lone = self._stream is None and self._unlogged_class == DEFAULT_CLASS
        if is_lone and tracked is self._active and tracked.record.total and tracked.record.elapsed(now) > 0:
            self._fresh = Fresh(tracked, self._began, remaining, now, shown["completed_stages"])
            self._fresh.others = math.fsum(
                one.weight * one.record.fraction for one in self._tracked.values() if one != tracked
            )
        return shown

    def _forget(self) -> None:
        self._fresh = None
