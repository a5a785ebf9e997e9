"""The twelve scans over real prices, where these are there: equal numbers through all four doors."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from technic_scanner.api.app import create_api
from technic_scanner.bootstrap import Services, build
from technic_scanner.criteria import Panel
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.settings import load_settings
from technic_scanner.studies import document_of, study
from technic_scanner.studies.request import StudyRequest
from technic_scanner.ui.app import services as ui_services
from tests.functional.command_line import run
from tests.support.twelve_scans import TWELVE

ROOT = Path(__file__).parents[2]
# Daily bars of S&P 500 members and of SPY: beside the checkout, or where the variable says.
DATA = Path(os.environ.get("TECHNIC_REAL_PRICES") or ROOT.parent / "shared" / "data")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (DATA / "prices_sp500.parquet").exists(), reason="there are no real prices on this machine"),
]
PAGE_SECONDS = 600
# What depends on when and how often a study was asked for, or on what the source says beside its bars.
APART = ("notes", "data_notes", "trials", "holdout")


@dataclass(frozen=True)
class Doors:
    """One home with the prices, which all doors of all scans share, and the panel that is in it."""

    services: Services
    client: TestClient
    panel: Panel


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    """A folder with the prices, their sectors and the market's bars, and what opens it."""
    folder = _prices(tmp_path_factory.mktemp("prices"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TECHNIC_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("TECHNIC_FILES_ROOT", str(folder))
        patch.chdir(ROOT)
        with build(load_settings()) as services:
            patch.setattr(ui_services, "_built", [services])
            bars, _ = services.scanning.study_bars(StudyRequest(TWELVE[0], "files"), CancelToken())
            api = create_api(services)
            with TestClient(api, base_url="http://localhost", client=("127.0.0.1", 1)) as client:
                yield Doors(services, client, bars.panel)


def _prices(folder: Path) -> Path:
    shutil.copy(DATA / "prices_sp500.parquet", folder / "prices.parquet")
    shutil.copy(DATA / "universe_sp500.csv", folder / "universe.csv")
    market = pd.read_parquet(DATA / "market.parquet")
    names = ("open", "high", "low", "close", "volume")
    bars = market[["date", *(f"spy_{name}" for name in names)]].dropna().set_axis(["date", *names], axis=1)
    bars.to_parquet(folder / "SPY.parquet", index=False)
    return folder


@pytest.mark.parametrize("number", range(1, len(TWELVE) + 1))
def test_a_scan_has_the_same_numbers_through_all_doors(number: int, doors: Doors) -> None:
    text = TWELVE[number - 1]
    result = run("study", "--where", text, "--source", "files", "--json")
    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    assert told["entries"] > 500
    assert all(horizon["low"] < horizon["mean_excess"] < horizon["high"] for horizon in told["horizons"].values())

    found = json.loads(json.dumps(document_of(study(text, doors.panel))))
    same = [name for name in found if name not in APART]
    assert {name: told[name] for name in same} == {name: found[name] for name in same}

    answer = doors.client.post("/studies", json={"where": text, "source": "files"}).json()
    assert {name: answer[name] for name in same} == {name: told[name] for name in same}

    shown, horizon = _page(text), told["horizons"]["21"]
    assert shown["Entries"] == f"{told['entries']:,}"
    assert shown["Dates"] == f"{told['dates']:,}"
    assert shown["Mean excess return"] == f"{100 * horizon['mean_excess']:.2f}%"
    assert shown["After costs"] == f"{100 * horizon['net_mean_excess']:.2f}%"
    assert shown["Hit rate"] == f"{100 * horizon['hit_rate']:.1f}%"


def _page(text: str) -> dict[str, str]:
    """Return the metrics that the page shows of a study."""
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=PAGE_SECONDS)
    app.query_params["s_where"] = text
    app.query_params["s_source"] = "files"
    app.run()
    app.switch_page("pages/studies.py").run()
    assert not app.exception
    return {metric.label: metric.value for metric in app.metric}
