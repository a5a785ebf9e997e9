"""Two hosts over one store: who takes the runs of files, and who says where prices are."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from technic_scanner.bootstrap import Services, build
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunStatus
from technic_scanner.runs.model import NewRun
from technic_scanner.runs.performance.performance_query import PerformanceQuery
from technic_scanner.settings import Settings

WITH_FOLDER, WITHOUT_FOLDER = "files-host", "web-host"
FIRST = date(2024, 1, 1)
AS_OF = FIRST + timedelta(days=250)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "bars"
    root.mkdir()
    for number, symbol in enumerate(("AAA", "BBB", "CCC")):
        rows = ["date,open,high,low,close,volume"]
        for day in range(400):
            at, close = FIRST + timedelta(days=day), 50 + 10 * number + 0.1 * day + day % 5
            if at.weekday() < 5:
                rows.append(f"{at},{close},{close + 1},{close - 1},{close + 0.5},{1_000_000 + day}")
        (root / f"{symbol}.csv").write_text("\n".join(rows) + "\n")
    return root


Host = Callable[..., Services]


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """Return a maker of services as a host of this name has them, with its own home and the common store."""
    opened: list[Services] = []

    def services_of(name: str, files_root: Path | None = None) -> Services:
        monkeypatch.setattr(socket, "gethostname", lambda: name)
        home = tmp_path / name
        settings = Settings(home=home, database_url=f"sqlite:///{tmp_path / 'runs.db'}", files_root=files_root)
        opened.append(build(settings))
        return opened[-1]

    yield services_of
    for services in opened:
        services.close()


def queue(services: Services) -> str:
    """Queue a scan of files at a past date, without launching a worker."""
    config = ScanConfig(source="files", top_n=None, as_of_date=AS_OF)
    run = services.store.add_runs([NewRun(config, RunOptions(), comparability_key="k")])[0]
    return run.run_id


@pytest.mark.parametrize("lacking", ["no setting", "no folder"])
def test_a_run_of_files_is_left_to_a_host_that_has_the_folder(
    host: Host, folder: Path, tmp_path: Path, lacking: str
) -> None:
    without = host(WITHOUT_FOLDER, None if lacking == "no setting" else tmp_path / "not mounted")
    run_id = queue(without)
    assert without.worker().run() == 0
    waiting = without.service._store.get_run(run_id)
    assert waiting.status is RunStatus.QUEUED
    sentence = without.waits_elsewhere(waiting)
    assert sentence is not None
    assert "the source files" in sentence
    assert "TECHNIC_FILES_ROOT" in sentence

    with_folder = host(WITH_FOLDER, folder)
    assert with_folder.waits_elsewhere(waiting) is None
    assert with_folder.worker().run() == 1
    done = with_folder.store.get_run(run_id)
    assert (done.status, done.host) == (RunStatus.SUCCEEDED, WITH_FOLDER)


def test_no_worker_is_launched_for_runs_that_this_host_cannot_read(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    services = host(WITHOUT_FOLDER)
    queue(services)
    monkeypatch.setattr(services.launcher, "_launch", lambda: pytest.fail("a worker was launched"))
    services.launcher.ensure_worker()


def test_outcomes_name_the_host_that_has_the_prices(host: Host, folder: Path) -> None:
    scanned = host(WITH_FOLDER, folder)
    run_id = queue(scanned)
    scanned.worker().run()
    query = PerformanceQuery(horizon=1)
    known = scanned.outcomes.report(query)
    assert known.judged == known.picks.num_rows > 0

    count = known.picks.num_rows

    other = host(WITHOUT_FOLDER, folder)
    for notes in (other.outcomes.report(query).notes, other.outcomes.of_run(run_id).notes):
        assert notes[0] == (
            f"files: the price cache has no bars of {count} of {count} picked symbols on {WITHOUT_FOLDER}, which "
            f"serves this. These runs were scanned on {WITH_FOLDER}, where their prices are kept; `technic-scanner "
            "outcomes` there measures them."
        )
    again = scanned.outcomes.report(query)
    assert again.judged == known.judged
