"""The dashboard on a store of its own, without worker processes; runs in every state that a page can meet."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from technic_scanner.bootstrap import Services
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunError, RunRecord, RunStatus
from technic_scanner.runs.model import RunEnd
from technic_scanner.ui.app import notices
from technic_scanner.ui.app import services as ui_services
from technic_scanner.ui.run import pace, silence
from tests.support.quiet import without_workers

from . import builders

ROOT = Path(__file__).parents[2]
WORKER = "test-worker"


@dataclass(frozen=True)
class Stage:
    """The services behind the pages, and ways to put runs on the stage."""

    services: Services

    def queued(self, config: ScanConfig | None = None, **fields: str) -> RunRecord:
        return self.services.service.submit(config or ScanConfig(), RunOptions(), **fields)

    def running(self, config: ScanConfig | None = None, **fields: str) -> RunRecord:
        self.queued(config, **fields)
        run = self.services.store.claim(WORKER, socket.gethostname(), "0", None)
        assert run is not None
        return run

    def tell(self, run: RunRecord, *events: object) -> None:
        self.services.store.append_events(run.run_id, run.attempt, events)

    def end(self, run: RunRecord, status: RunStatus, error: RunError | None = None) -> RunRecord:
        return self.services.store.finish(run.run_id, WORKER, run.attempt, RunEnd(status, error), None)

    def scanned(self, config: ScanConfig, options: RunOptions | None = None, **fields: str) -> RunRecord:
        """Scan for real, in this process."""
        run = self.services.service.submit(config, options or RunOptions(), **fields)
        self.services.worker().run()
        return self.services.service.get(run.run_id)


@pytest.fixture(scope="session")
def scanned_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with one finished scan of the sample universe and one that found nothing."""
    home = tmp_path_factory.mktemp("scanned")
    services = without_workers(home)
    stage = Stage(services)
    assert stage.scanned(ScanConfig(), label="Whole sample").status is RunStatus.SUCCEEDED
    assert stage.scanned(ScanConfig(symbols=("NOSUCH",)), label="Nothing").status is RunStatus.SUCCEEDED
    services.close()
    return home


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A dashboard that has never seen a run."""
    yield from _stage(tmp_path / "home", monkeypatch)


@pytest.fixture
def seeded(tmp_path: Path, scanned_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A dashboard with the finished scans of ``scanned_home``."""
    shutil.copytree(scanned_home, tmp_path / "home")
    yield from _stage(tmp_path / "home", monkeypatch)


def _stage(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    services = without_workers(home)
    monkeypatch.setattr(ui_services, "_built", [services])
    yield Stage(services)
    services.close()


@pytest.fixture
def open_page() -> Callable[..., AppTest]:
    """Return a function that opens a page of the dashboard, as a new session, with query parameters."""

    def opened(page: str = "scan", **params: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=120)
        for name, value in params.items():
            app.query_params[name] = value
        if page != "scan":
            app.run()
            app.switch_page(f"pages/{page}.py")
        return app.run()

    return opened


@pytest.fixture(autouse=True)
def in_project_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit reads .streamlit/config.toml from the folder it is started in."""
    monkeypatch.chdir(ROOT)
    assert os.getcwd() == str(ROOT)


@pytest.fixture(autouse=True)
def no_run_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw runs as a page does that was opened later: what it draws first of a new one depends on the time."""
    monkeypatch.setattr(pace, "NEW_SECONDS", 0.0)
    monkeypatch.setattr(pace, "NEW_SINCE_QUEUED_SECONDS", 0.0)


@pytest.fixture(autouse=True)
def no_worker_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw runs as those of living workers: nothing beats for the runs that a test puts on the stage."""
    monkeypatch.setattr(silence, "SILENT_SECONDS", float("inf"))


@pytest.fixture
def every_run_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw each run as just started, however slow the machine is."""
    monkeypatch.setattr(pace, "NEW_SECONDS", float("inf"))
    monkeypatch.setattr(pace, "NEW_SINCE_QUEUED_SECONDS", float("inf"))


@pytest.fixture(autouse=True)
def nothing_unexpected(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail where a page has turned an error that is not ours into a notice: AppTest alone would not see it."""
    yield
    logged = [record for record in caplog.get_records("call") if record.name == notices.__name__]
    assert not logged, logged[0].exc_text or logged[0].getMessage()


def open_the_form(app: AppTest) -> AppTest:
    """Open the form on the page of a run, where it is closed and not drawn at first."""
    assert "Configure another scan" in [expander.label for expander in app.expander]
    app.session_state["another_scan"] = True
    return app.run()


def running_events(run: RunRecord) -> list[object]:
    """Return the journal of a scan that is half-way through its symbols."""
    from technic_scanner.domain.progress import EventKind, StageState, SubstageProgress

    def stages(scanned: int) -> tuple[object, ...]:
        done = {"state": StageState.DONE, "fraction": 1.0, "eta_seconds": 0.0}
        return (
            builders.stage("universe_loading", elapsed_seconds=0.5, total=4, completed=4, **done),
            builders.stage(
                "data_fetching",
                elapsed_seconds=2.0,
                total=500,
                completed=500,
                substages=(SubstageProgress("cached", StageState.DONE, 500, 500, 1.0, 0.4),),
                **done,
            ),
            builders.stage(
                "symbol_scanning",
                state=StageState.RUNNING,
                elapsed_seconds=scanned / 100,
                total=500,
                completed=scanned,
                fraction=scanned / 500,
                throughput=100.0,
                eta_seconds=(500 - scanned) / 100,
            ),
            builders.stage("finalization", eta_seconds=0.3),
        )

    events = []
    for index, scanned in enumerate((0, 100, 250), start=1):
        events.append(
            builders.event(
                index,
                run_id=run.run_id,
                attempt=run.attempt,
                kind=EventKind.STAGE_STARTED if scanned == 0 else EventKind.ADVANCED,
                stages=stages(scanned),
                time_fraction=0.3 + scanned / 1000,
                elapsed_seconds=2.5 + scanned / 100,
                eta_seconds=14.0,
                eta_low_seconds=11.0,
                eta_high_seconds=19.0,
            )
        )
    message = builders.event(
        4,
        run_id=run.run_id,
        attempt=run.attempt,
        kind=EventKind.MESSAGE,
        message="the provider asked us to wait",
        stages=stages(250),
        time_fraction=0.55,
        elapsed_seconds=5.1,
        eta_seconds=14.0,
        eta_low_seconds=11.0,
        eta_high_seconds=19.0,
    )
    return [*events, message]
