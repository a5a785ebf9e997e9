"""The baseline of a source as looked up a moment ago: a queue of short runs does not look it up anew for each."""

from __future__ import annotations

from technic_scanner.clock import Clock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.runs.ports import RunStore
from technic_scanner.runs.timings.baseline import Baseline, baseline_of, is_like_baseline, reference_of

FRESH_SECONDS = 2.0


class RecentBaselines:
    """Gives the newest baseline of a scan, or that there is none, and says the same for two seconds.

    A run that may be a baseline itself ends that: what is asked after it is looked up. Not for several threads.
    """

    def __init__(self, store: RunStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._found: dict[tuple[str, str | None], tuple[float, Baseline | None]] = {}

    def of(self, config: ScanConfig, options: RunOptions) -> Baseline | None:
        """Return the baseline for a run that begins now. Raises StoreError."""
        asked, now = (config.source, reference_of(config)), self._clock.monotonic()
        at, found = self._found.get(asked, (-FRESH_SECONDS, None))
        if now - at >= FRESH_SECONDS:
            found = baseline_of(self._store, config)
            self._found[asked] = now, found
        if is_like_baseline(options):
            del self._found[asked]
        return found
