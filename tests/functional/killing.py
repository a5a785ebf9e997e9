"""Worker processes for the kill tests: real ones, that may end themselves with SIGKILL in the middle of a stage."""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import dataclass, replace
from pathlib import Path

from technic_scanner.bootstrap import Services, build
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.progress import EventKind, ProgressEvent
from technic_scanner.pipeline.result import ScanResult
from technic_scanner.runs.ports import ScanTask
from technic_scanner.runs.worker import Worker, WorkerIdentity, WorkerRules
from technic_scanner.settings import Settings

CONFIG = ScanConfig(source="synthetic", universe="300x260", top_n=None, direction="both", max_symbols=300)
OPTIONS = RunOptions(chunk_size=20, fetch_batch_size=20, event_interval_seconds=0.0, workers=2)


@dataclass(frozen=True)
class Death:
    """When the process ends: ``delay_seconds`` after the named stage has begun."""

    stage: str
    delay_seconds: float


def settings_for(home: Path, url: str) -> Settings:
    return Settings(home=home, database_url=url, max_concurrent_runs=2, stale_after_seconds=5.0)


def work(home: Path, url: str, death: Death | None) -> None:
    """Run a worker until the queue is empty or, with ``death``, until SIGKILL."""
    services = build(settings_for(home, url))
    scan = services.scanning if death is None else _Doomed(services, death)
    identity = WorkerIdentity(f"test-{os.getpid()}", "test", os.getpid(), "test")
    Worker(services.store, scan, services.clock, identity, WorkerRules(max_running=2)).run()
    services.close()


class _Doomed:
    """Scans like the real one, and dies as told."""

    def __init__(self, services: Services, death: Death) -> None:
        self._services = services
        self._death = death

    def __call__(self, task: ScanTask) -> ScanResult:
        def listen(event: ProgressEvent) -> None:
            task.listener(event)
            if event.kind is EventKind.STAGE_STARTED and event.current_stage == self._death.stage:
                threading.Timer(self._death.delay_seconds, os.kill, (os.getpid(), signal.SIGKILL)).start()

        return self._services.scanning(replace(task, listener=listen))
