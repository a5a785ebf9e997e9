"""What every stage of one scan shares: its config, its ports, its reporter and its way to be stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from technic_scanner.clock import Clock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.ports import Executor, Journal, PriceCache, Source
from technic_scanner.progress.reporter import ProgressReporter


class NullJournal:
    """Remembers nothing: for scans outside the run store."""

    def fingerprint(self, stage: str) -> str | None:  # noqa: ARG002 - the port's
        """Return None: nothing is recorded."""
        return None

    def start_over(self, stage: str, fingerprint: str) -> None:
        """Do nothing."""

    def chunks(self, stage: str) -> dict[int, bytes]:  # noqa: ARG002 - the port's
        """Return nothing."""
        return {}

    def record(self, stage: str, index: int, payload: bytes) -> None:
        """Do nothing."""


def _unknown_memory() -> int | None:
    return None


@dataclass(frozen=True, slots=True)
class ScanPorts:
    """The outside of a scan.

    ``source_key`` is the name under which the cache keeps the source's bars. ``peak_memory_bytes`` reads the process's
    peak; ``version`` marks results of other engines as not reusable.
    ``pulse_seconds`` is how often an event is sent while the scan has nothing to report, None for never: it comes from
    a thread beside the scan, and not every listener may be called from one.
    """

    source: Source
    source_key: str
    cache: PriceCache
    executor: Executor
    clock: Clock
    journal: Journal = field(default_factory=NullJournal)
    peak_memory_bytes: Callable[[], int | None] = _unknown_memory
    version: str = ""
    pulse_seconds: float | None = None


@dataclass(slots=True)
class ScanContext:
    """One scan's shared state; only the stage that runs touches it."""

    config: ScanConfig
    options: RunOptions
    ports: ScanPorts
    reporter: ProgressReporter
    cancel: CancelToken
    _records: int = 0

    @property
    def source(self) -> Source:
        return self.ports.source

    @property
    def source_key(self) -> str:
        return self.ports.source_key

    @property
    def as_of(self) -> date | None:
        """The last day that may be looked at: the config's, but not after a closed source's last session."""
        known = [day for day in (self.config.as_of_date, self.source.info().last_session) if day is not None]
        return min(known, default=None)

    @property
    def cache(self) -> PriceCache:
        return self.ports.cache

    @property
    def journal(self) -> Journal:
        return self.ports.journal

    def next_record(self) -> int:
        """Return the next free index for a journal record of the running stage."""
        index = self._records
        self._records += 1
        return index

    def skip_records(self, count: int) -> None:
        """Start the running stage's journal records at ``count``, after those that an earlier attempt left."""
        self._records = count
