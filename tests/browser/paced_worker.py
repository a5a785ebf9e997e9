"""A worker like every other, but one that a test can hold: it waits where the file ``hold`` in the data folder says.

It is held by the weighted fraction, which follows from the work done; the share of time follows from the machine too.
"""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace
from pathlib import Path

from technic_scanner.bootstrap import Services, build
from technic_scanner.domain.progress import EventKind, ProgressEvent
from technic_scanner.pipeline.result import ScanResult
from technic_scanner.runs.scan_task import ScanTask
from technic_scanner.runs.worker.worker import Worker, WorkerIdentity, WorkerRules

PACE_SECONDS = float(os.environ.get("PACE_SECONDS", "0"))


def hold_file(home: Path) -> Path:
    """Return the file whose number is the weighted fraction at which scans wait; without it they do not."""
    return home / "hold"


def held_file(home: Path) -> Path:
    """Return the file that holds the weighted fraction at which a scan waits right now; there while it waits."""
    return home / "held"


def level(file: Path) -> float:
    try:
        return float(file.read_text() or "inf")
    except FileNotFoundError:
        return float("inf")


def main() -> None:
    with build() as services:
        work(services)


def work(services: Services) -> None:
    hold, held = hold_file(services.settings.home), held_file(services.settings.home)

    def scan(task: ScanTask) -> ScanResult:
        def listen(event: ProgressEvent) -> None:
            task.listener(event)
            if event.kind is EventKind.RUN_FINISHED:
                return
            if event.kind is EventKind.ADVANCED:
                time.sleep(PACE_SECONDS)
            while event.overall_fraction >= level(hold) and not task.cancel.is_cancelled:
                held.with_suffix(".new").write_text(repr(event.overall_fraction))
                held.with_suffix(".new").replace(held)
                time.sleep(0.05)
            held.unlink(missing_ok=True)

        return services.scanning(replace(task, listener=listen))

    identity = WorkerIdentity(f"paced-{os.getpid()}", "test-host", os.getpid(), "paced")
    worker = Worker(services.store, scan, services.clock, identity, WorkerRules(max_running=1, forever=True))
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    worker.run()


if __name__ == "__main__":
    main()
