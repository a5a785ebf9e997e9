"""A source that says nothing for a while: who watches a stored run sees time pass, in its journal as well."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from technic_scanner.adapters.market_data.sample.source import SampleSource
from technic_scanner.bootstrap import Services, build, run_scan
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.progress import ProgressEvent
from technic_scanner.domain.run import RunStatus
from technic_scanner.domain.universe import Universe
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.settings import Settings
from tests.functional import lab

PATIENCE_SECONDS = 60
CONFIG = ScanConfig(source="sample", symbols=("MO", "XOM"))


def silent_until(monkeypatch: pytest.MonkeyPatch, ready: threading.Event) -> None:
    """Let the sample's list of symbols come when ``ready`` is set."""
    listed = SampleSource.universe

    def universe(self: SampleSource, name: str | None, cancel: CancelToken) -> Universe:
        assert ready.wait(PATIENCE_SECONDS)
        return listed(self, name, cancel)

    monkeypatch.setattr(SampleSource, "universe", universe)


def goes_on_in_silence(services: Services, run_id: str) -> bool:
    """Tell whether an event says that the list, which has not come, has taken a while."""
    stages = [event.stage("universe_loading") for event in lab.all_events(services.store, run_id)]
    return any(stage.completed == 0 and stage.elapsed_seconds > 0.4 for stage in stages)


def test_the_journal_of_a_stored_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ready = threading.Event()
    silent_until(monkeypatch, ready)
    services = build(Settings(home=tmp_path))
    run = lab.queue_run(services.store, CONFIG)
    worker = threading.Thread(target=services.worker().run)
    worker.start()
    try:
        until = time.monotonic() + PATIENCE_SECONDS
        while not goes_on_in_silence(services, run.run_id):
            assert worker.is_alive()
            assert time.monotonic() < until
    finally:
        ready.set()
        worker.join()
    assert services.store.get_run(run.run_id).status is RunStatus.SUCCEEDED
    services.close()


def test_a_listener_in_python_is_called_by_the_thread_that_scans(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be a page's: Streamlit, like Tk, draws nothing from any other thread."""
    ready = threading.Event()
    ready.set()
    silent_until(monkeypatch, ready)
    callers: set[int] = set()

    def listen(event: ProgressEvent) -> None:
        callers.add(threading.get_ident())
        assert "pulse" not in {thread.name for thread in threading.enumerate()}

    run_scan(CONFIG, listener=listen, settings=Settings(home=tmp_path))
    assert callers == {threading.get_ident()}
