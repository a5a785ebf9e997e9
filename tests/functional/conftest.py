"""A data folder of the test's own for the command line, whose workers run in threads instead of processes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from technic_scanner.adapters.launcher import WorkerLauncher
from technic_scanner.bootstrap import build


@pytest.fixture
def cli_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("TECHNIC_HOME", str(tmp_path))
    threads: list[threading.Thread] = []

    def ensure_worker(_self: WorkerLauncher) -> None:
        if not any(thread.is_alive() for thread in threads):
            threads.append(threading.Thread(target=_work))
            threads[-1].start()

    monkeypatch.setattr(WorkerLauncher, "ensure_worker", ensure_worker)
    yield tmp_path
    for thread in threads:
        thread.join(60)


def _work() -> None:
    with build() as services:
        services.worker().run()
