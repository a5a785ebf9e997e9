"""Expose the fractions, seconds and units of trackers to Prometheus, read at each scrape."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from technic_scanner.progress.tracker import MultiStageProgressTracker


class TrackerCollector(Collector):
    """``REGISTRY.register(TrackerCollector(tracker))``; the label ``run`` is the tracker's name.

    Unknown values are omitted, as Prometheus recommends.
    """

    def __init__(self, *trackers: MultiStageProgressTracker) -> None:
        self._trackers = list(trackers)

    def add(self, tracker: MultiStageProgressTracker) -> None:
        """Expose ``tracker`` as well."""
        self._trackers.append(tracker)

    def describe(self) -> Iterable[Metric]:
        """Return nothing, so that registering does not read the trackers."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Return the current state of the trackers."""
        overall = GaugeMetricFamily("tracker_progress_ratio", "Share of the run that is done", labels=["run"])
        elapsed = GaugeMetricFamily("tracker_elapsed_seconds", "Seconds since the run began", labels=["run"])
        left = GaugeMetricFamily("tracker_left_seconds", "Expected seconds left", labels=["run", "quantile"])
        stages = GaugeMetricFamily(
            "tracker_stage_progress_ratio", "Share of a stage that is done", labels=["run", "stage"]
        )
        units = GaugeMetricFamily("tracker_stage_units", "Units of a stage that are done", labels=["run", "stage"])
        for tracker in list(self._trackers):
            event = tracker.snapshot()
            overall.add_metric([tracker.name], event.overall_fraction)
            elapsed.add_metric([tracker.name], event.elapsed_seconds)
            for quantile, seconds in (
                ("0.1", event.eta_low_seconds),
                ("0.5", event.eta_seconds),
                ("0.9", event.eta_high_seconds),
            ):
                if seconds is not None:
                    left.add_metric([tracker.name, quantile], seconds)
            for stage in event.stages:
                stages.add_metric([tracker.name, stage.name], stage.fraction)
                units.add_metric([tracker.name, stage.name], stage.completed)
        return overall, elapsed, left, stages, units
