"""Define what all stages of one scan share: its config, its ports, its reporter and its cancel token."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from technic_scanner.clock import Clock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.ports import ChunkJournal, Executor, PriceCache, Source
from technic_scanner.pipeline.universe import Known
from technic_scanner.progress.reporter import ProgressReporter
from technic_scanner.screening.bars import DateArray
from technic_scanner.screening.indicators import are_loaded
from technic_scanner.screening.sessions import Calendars


class NullChunkJournal:
    """A journal that stores nothing, for scans outside the run store."""

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


# The sessions of a panel -> those of its exchange from there to some weeks later; None where they are unknown.
ExchangeSessions = Callable[[DateArray], DateArray | None]


def no_calendar(_: DateArray) -> DateArray | None:
    """Return nothing: no exchange's sessions are known."""
    return None


@dataclass(frozen=True, slots=True)
class ScanPorts:
    """The ports of a scan.

    ``source_key`` is the name under which the cache stores the source's bars. ``peak_memory_bytes`` reads the process's
    peak; results of another engine ``version`` are not reused. ``pulse_seconds`` is the interval of events while the
    scan has nothing to report, None for no such events: they are sent from another thread, which not all listeners
    support. ``reference`` is the source of the reference universe that the config names, with its name in the cache;
    None if that is a universe of ``source``. ``exchange_sessions`` tells criteria when a week or a month is over.
    ``calendars`` knows the sessions of exchanges by their codes.
    """

    source: Source
    source_key: str
    cache: PriceCache
    executor: Executor
    clock: Clock
    journal: ChunkJournal = field(default_factory=NullChunkJournal)
    reference: tuple[Source, str] | None = None
    peak_memory_bytes: Callable[[], int | None] = _unknown_memory
    version: str = ""
    exchange_sessions: ExchangeSessions = no_calendar
    calendars: Calendars | None = None
    pulse_seconds: float | None = None


@dataclass(slots=True)
class ScanContext:
    """The shared state of one scan; only the current stage uses it.

    ``files_read`` are the files that were read as data fetching before the universe was known. ``warm_worker``: whether
    the kernels were loaded when the scan began.
    """

    config: ScanConfig
    options: RunOptions
    ports: ScanPorts
    reporter: ProgressReporter
    cancel: CancelToken
    files_read: int = 0
    warm_worker: bool = field(default_factory=are_loaded)
    _records: int = 0

    @property
    def source(self) -> Source:
        return self.ports.source

    @property
    def source_key(self) -> str:
        return self.ports.source_key

    @property
    def as_of(self) -> date | None:
        """The last day whose data may be used: the config's, but not after the last session of a closed source."""
        known = [day for day in (self.config.as_of_date, self.source.info().last_session) if day is not None]
        return min(known, default=None)

    @property
    def known(self) -> Known:
        """What the filters of the universe may know: the day of the scan, and dollar volumes up to it."""
        return Known(self.day, self._dollar_volumes)

    @property
    def day(self) -> date:
        """The day of the scan: the last one whose data may be used, today if there is no bound."""
        return self.as_of or self.ports.clock.now().date()

    def _dollar_volumes(self, symbols: Sequence[str]) -> Mapping[str, float]:
        return self.cache.dollar_volumes(self.source_key, symbols, self.as_of)

    @property
    def cache(self) -> PriceCache:
        return self.ports.cache

    @property
    def journal(self) -> ChunkJournal:
        return self.ports.journal

    def next_record(self) -> int:
        """Return the next free index for a journal record of the current stage."""
        index = self._records
        self._records += 1
        return index

    def skip_records(self, count: int) -> None:
        """Start the current stage's journal records at ``count``, after those of earlier attempts."""
        self._records = count
