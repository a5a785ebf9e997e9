"""What comparable runs cost, as read a moment ago: a queue of short runs does not read and pool it anew for each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from technic_scanner.clock import Clock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunRecord
from technic_scanner.progress.costs import CostHistory
from technic_scanner.runs.ports import RunStore
from technic_scanner.runs.timings.estimates import HISTORY_RUNS, cost_runs, history_of

FRESH_SECONDS = 2.0


@dataclass(frozen=True)
class _Read:
    """The comparable runs, and the second at which they were read."""

    at: float
    runs: tuple[RunRecord, ...]

    @cached_property
    def history(self) -> CostHistory:
        return history_of(self.runs)


class RecentCosts:
    """Gives comparable runs and their costs; a full history is used again for two seconds. Thread-safe.

    It holds the newest twenty runs: what ended within two seconds hardly changes what they say together. A history of
    fewer runs is read anew each time, because every run teaches much then.
    """

    def __init__(self, store: RunStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._kept: dict[tuple[object, ...], _Read] = {}

    def runs(self, config: ScanConfig, options: RunOptions, *, warm: bool) -> tuple[RunRecord, ...]:
        """Return the runs that are comparable with this one, newest first. Raises StoreError."""
        return self._read(config, options, warm=warm).runs

    def history(self, config: ScanConfig, options: RunOptions, *, warm: bool) -> CostHistory:
        """Return their unit costs. Raises StoreError."""
        return self._read(config, options, warm=warm).history

    def _read(self, config: ScanConfig, options: RunOptions, *, warm: bool) -> _Read:
        now = self._clock.monotonic()
        alike = (config.source, options.executor, options.workers, warm)
        fresh = {key: kept for key, kept in self._kept.items() if 0 <= now - kept.at < FRESH_SECONDS}
        if (kept := fresh.get(alike)) is not None:
            return kept
        found = _Read(now, cost_runs(self._store, config, options, warm=warm))
        # Replaced as a whole, so that another thread never sees it half changed.
        self._kept = fresh | {alike: found} if len(found.runs) >= HISTORY_RUNS else fresh
        return found
