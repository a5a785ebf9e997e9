"""A worker like every other, but one that a test can hold: it waits where the file ``hold`` in the data folder says."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace
from pathlib import Path

from technic_scanner.bootstrap import build
from technic_scanner.domain.progress import EventKind, ProgressEvent
from technic_scanner.pipeline.result import ScanResult
from technic_scanner.runs.ports import ScanTask
from technic_scanner.runs.worker import Worker, WorkerIdentity, WorkerRules

PACE_SECONDS = float(os.environ.get("PACE_SECONDS", "0.1"))


def hold_file(home: Path) -> Path:
    """Return the file whose number is the share of the time at which scans wait; without it they do not."""
    return home / "hold"


def level(file: Path) -> float:
    try:
        return float(file.read_text() or "inf")
    except FileNotFoundError:
        return float("inf")


def main() -> None:
    services = build()
    hold = hold_file(services.settings.home)

    def scan(task: ScanTask) -> ScanResult:
        def listen(event: ProgressEvent) -> None:
            task.listener(event)
            if event.kind is not EventKind.ADVANCED:
                return
            time.sleep(PACE_SECONDS)
            while event.time_fraction >= level(hold) and not task.cancel.is_cancelled:
                time.sleep(0.05)

        return services.scanning(replace(task, listener=listen))

    identity = WorkerIdentity(f"paced-{os.getpid()}", "test-host", os.getpid(), "paced")
    worker = Worker(services.store, scan, services.clock, identity, WorkerRules(max_running=1, forever=True))
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    worker.run()


if __name__ == "__main__":
    main()
