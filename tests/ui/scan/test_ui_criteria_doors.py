"""The twelve scans that the language was made for, and all shipped ones, give the same result through every door."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from technic_scanner.adapters.launcher import WorkerLauncher
from technic_scanner.api.app import create_api
from technic_scanner.bootstrap import build, run_scan
from technic_scanner.cli.output import Exit
from technic_scanner.criteria.shipped import GROUPS, SHIPPED_SCANS
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.runs.model import Rows
from technic_scanner.settings import load_settings
from technic_scanner.ui.scan.form_state import key
from tests.functional.command_line import run
from tests.support.twelve_scans import TWELVE
from tests.ui.conftest import Stage

SOURCE, UNIVERSE = "synthetic", "100x260"
SCANS = {"twelve, first half": TWELVE[:6], "twelve, second half": TWELVE[6:]} | {
    group: tuple(scan.text for scan in SHIPPED_SCANS if scan.group == group) for group in GROUPS
}
Outcome = tuple[pa.Table, list[tuple[str, str, str]]]


@pytest.fixture
def worker_in_thread(empty: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Commands use the home of the pages, and their worker is a thread instead of a process."""
    monkeypatch.setenv("TECHNIC_HOME", str(empty.services.settings.home))
    threads: list[threading.Thread] = []

    def work() -> None:
        with build() as services:
            services.worker().run()

    def ensure_worker(_: WorkerLauncher) -> None:
        threads.append(threading.Thread(target=work))
        threads[-1].start()

    monkeypatch.setattr(WorkerLauncher, "ensure_worker", ensure_worker)
    yield
    for thread in threads:
        thread.join(60)


def outcome_of(stage: Stage, run_id: str) -> Outcome:
    """Return the picks with all columns, and why each other symbol is none."""
    stored = stage.services.service.result(run_id, Rows.PICKS)
    return stored.table, [(item.symbol, item.reason, item.detail) for item in stored.failures]


def through_page(stage: Stage, app: AppTest, text: str) -> str:
    app.query_params.clear()
    app.session_state[key("source")] = SOURCE
    app.run()  # the universes are those of the source
    app.session_state[key("universe")] = UNIVERSE
    app.session_state[key("criteria")] = text
    app.run()
    app.button(key="start_scan").click().run()
    assert not app.exception
    stage.services.worker().run()
    return stage.services.service.list().records[0].run_id


def through_rest(stage: Stage, client: TestClient, text: str) -> str:
    answer = client.post("/scans", json={"config": {"source": SOURCE, "universe": UNIVERSE, "criteria": text}})
    assert answer.status_code == 202, answer.text
    stage.services.worker().run()
    run_id = answer.json()["run_id"]
    symbols = [row["Symbol"] for row in client.get(f"/scans/{run_id}/results").json()["rows"]]
    assert symbols == stage.services.service.result(run_id).table["Symbol"].to_pylist()
    return str(run_id)


def through_command(text: str) -> str:
    told = run("scan", "--source", SOURCE, "--universe", UNIVERSE, "--where", text, "--json")
    assert told.exit_code in (Exit.DONE, Exit.EMPTY), told.output
    return str(json.loads(told.stdout.splitlines()[-1])["run"]["run_id"])


@pytest.mark.slow
@pytest.mark.usefixtures("worker_in_thread")
@pytest.mark.parametrize("group", SCANS)
def test_every_door_gives_the_same(empty: Stage, open_page: Callable[..., AppTest], group: str, tmp_path: Path) -> None:
    app = open_page()
    settings = load_settings(home=tmp_path / "python")
    with TestClient(create_api(empty.services), base_url="http://localhost", client=("127.0.0.1", 50000)) as client:
        for text in SCANS[group]:
            config = ScanConfig(source=SOURCE, universe=UNIVERSE, criteria=text)
            direct = run_scan(config, RunOptions(), settings=settings)
            expected = direct.table, [(item.symbol, item.reason, item.detail) for item in direct.failures]
            runs = [through_page(empty, app, text), through_rest(empty, client, text), through_command(text)]
            assert len(set(runs)) == 3
            for run_id in runs:
                assert empty.services.service.get(run_id).config == config
                assert outcome_of(empty, run_id) == expected, text


def test_the_scans_are_all_there() -> None:
    assert len(TWELVE) == 12
    assert len(SHIPPED_SCANS) >= 30
    assert {text for texts in SCANS.values() for text in texts} >= {scan.text for scan in SHIPPED_SCANS}
