"""A scan for tests: everything in memory, on a clock that moves only when told."""

from __future__ import annotations

from dataclasses import dataclass, field

from technic_scanner.clock import Clock, ManualClock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.progress import ProgressEvent
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.context import NullChunkJournal, ScanPorts
from technic_scanner.pipeline.engine import Attempt, run_scan
from technic_scanner.pipeline.ports import ChunkJournal, Executor
from technic_scanner.pipeline.result import ScanResult
from technic_scanner.testing.fakes import InlineExecutor, MemoryCache, ScriptedSource, random_panel

SYMBOLS = tuple(f"S{i:02d}" for i in range(40))
SECTORS = {symbol: ("Energy" if i % 2 else "Information Technology") for i, symbol in enumerate(SYMBOLS)}


@dataclass
class MemoryJournal:
    """A journal in memory that outlives attempts."""

    held: dict[str, dict[int, bytes]] = field(default_factory=dict)
    prints: dict[str, str] = field(default_factory=dict)

    def fingerprint(self, stage: str) -> str | None:
        return self.prints.get(stage)

    def start_over(self, stage: str, fingerprint: str) -> None:
        self.held[stage] = {}
        self.prints[stage] = fingerprint

    def chunks(self, stage: str) -> dict[int, bytes]:
        return dict(self.held.get(stage, {}))

    def record(self, stage: str, index: int, payload: bytes) -> None:
        stored = self.held.setdefault(stage, {})
        assert index not in stored, f"record {index} of {stage} is written twice"
        stored[index] = payload


@dataclass
class Bench:
    """The parts of one scan, ready to be changed before ``scan``."""

    source: ScriptedSource = field(default_factory=lambda: ScriptedSource(random_panel(SYMBOLS), dict(SECTORS)))
    cache: MemoryCache = field(default_factory=MemoryCache)
    executor: Executor = field(default_factory=InlineExecutor)
    clock: Clock = field(default_factory=ManualClock)
    journal: ChunkJournal = field(default_factory=NullChunkJournal)
    cancel: CancelToken = field(default_factory=CancelToken)
    events: list[ProgressEvent] = field(default_factory=list)
    pulse_seconds: float | None = None

    def ports(self) -> ScanPorts:
        return ScanPorts(
            self.source,
            "scripted",
            self.cache,
            self.executor,
            self.clock,
            self.journal,
            version="t",
            pulse_seconds=self.pulse_seconds,
        )

    def scan(
        self, config: ScanConfig | None = None, options: RunOptions | None = None, attempt: Attempt | None = None
    ) -> ScanResult:
        return run_scan(
            config or ScanConfig(),
            options or RunOptions(chunk_size=7, fetch_batch_size=10, event_interval_seconds=0.0),
            self.ports(),
            listeners=[self._note],
            cancel=self.cancel,
            attempt=attempt,
        )

    def _note(self, event: ProgressEvent) -> None:
        self.events.append(event)
