"""The unit costs for the next run of a worker; a queue of short runs does not read and pool them anew for each."""

from __future__ import annotations

from technic_scanner.clock import Clock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.progress.costs import CostHistory
from technic_scanner.runs.ports import RunStore
from technic_scanner.runs.timings.estimates import HISTORY_RUNS, cost_history

FRESH_SECONDS = 2.0


class RecentCosts:
    """Gives the costs of comparable runs; a full history is used again for two seconds.

    It holds the newest twenty runs: what ended within two seconds hardly changes what they say together. A history of
    fewer runs is read anew each time, because every run teaches much then.
    """

    def __init__(self, store: RunStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._kept: dict[tuple[object, ...], tuple[float, CostHistory]] = {}

    def history(self, config: ScanConfig, options: RunOptions, *, warm: bool) -> CostHistory:
        """Return the unit costs of the runs that are comparable with this one. Raises StoreError."""
        now = self._clock.monotonic()
        alike = (config.source, options.executor, options.workers, warm)
        self._kept = {key: kept for key, kept in self._kept.items() if 0 <= now - kept[0] < FRESH_SECONDS}
        if alike in self._kept:
            return self._kept[alike][1]
        found = cost_history(self._store, config, options, warm=warm)
        if len(found.runs) >= HISTORY_RUNS:
            self._kept[alike] = now, found
        return found
