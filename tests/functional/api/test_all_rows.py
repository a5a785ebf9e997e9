"""All scanned rows over REST: picks unless all are asked for, in every form, with what the plans add up to."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pandas as pd
import pyarrow.parquet as pq
import pytest
from starlette.testclient import TestClient

from technic_scanner.api.app import create_api
from technic_scanner.bootstrap import build
from technic_scanner.domain.config import ScanConfig
from technic_scanner.pipeline.columns import COLUMN_NAMES
from technic_scanner.runs.service.service import RunService
from technic_scanner.settings import load_settings
from tests.functional.api.conftest import open_client
from tests.functional.api.hand_moved import NoLauncher

# One worker for all of it: what they share is set up once.
pytestmark = pytest.mark.xdist_group("all-rows")


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, str]]:
    """A client, and the path of a scan of the whole sample with ten picks."""
    built = build(load_settings(home=tmp_path_factory.mktemp("all-rows")))
    services = replace(built, service=RunService(built.store, built.catalog, NoLauncher(), built.clock))
    config = ScanConfig(top_n=10, lookback_sessions=260, as_of_date=date(2010, 8, 20), max_symbols=100_000)
    run_id = services.service.submit(config).run_id
    assert services.worker().run() == 1
    with open_client(create_api(services)) as client:
        yield client, f"/scans/{run_id}"
    services.close()


def frame_of(content: bytes) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(content), keep_default_na=False, na_values=[""])


def test_picks_are_given_unless_all_rows_are_asked_for(scanned: tuple[TestClient, str]) -> None:
    client, scan = scanned
    picks = client.get(f"{scan}/results").json()
    everything = client.get(f"{scan}/results", params={"rows": "all", "limit": 1000}).json()
    metrics = client.get(scan).json()["metrics"]
    assert [row["Picked"] for row in picks["rows"]] == [True] * 10 == [True] * metrics["symbols_returned"]
    assert everything["total"] == metrics["symbols_scanned"] > 400
    assert everything["rows"][:10] == picks["rows"]
    assert [column["name"] for column in everything["columns"]] == list(COLUMN_NAMES)
    kinds = {column["name"]: column["kind"] for column in everything["columns"]}
    assert (kinds["Picked"], kinds["Rank"], kinds["NotPickedReason"]) == ("flag", "integer", "text")
    for row in everything["rows"][10:]:
        assert (row["Picked"], bool(row["NotPicked"]), bool(row["NotPickedReason"])) == (False, True, True)
        assert row["WeightEqual"] is None
    without = [row for row in everything["rows"] if row["NotPicked"] == "no_signal"]
    assert without
    assert not any("best" in row["NotPickedReason"] for row in without)
    assert all(row["Signal"] == "Neutral" and row["Stop"] and row["Rationale"] for row in without)


def test_files_have_the_same_rows(scanned: tuple[TestClient, str]) -> None:
    client, scan = scanned
    table = frame_of(client.get(f"{scan}/results.csv", params={"rows": "all"}).content)
    assert len(frame_of(client.get(f"{scan}/results.csv").content)) == 10
    parquet = pq.read_table(io.BytesIO(client.get(f"{scan}/results.parquet", params={"rows": "all"}).content))
    assert parquet["Symbol"].to_pylist() == table["Symbol"].tolist()
    for name in ("CompositeScore", "RSI14", "Stop"):
        assert table[name].to_numpy() == pytest.approx(parquet[name].to_numpy(), nan_ok=True, rel=1e-12)
    book = client.get(f"{scan}/results.xlsx", params={"rows": "all", "column": ["Symbol", "Picked"]})
    sheet = pd.read_excel(io.BytesIO(book.content), keep_default_na=False)
    assert sheet["Symbol"].astype(str).tolist() == table["Symbol"].tolist()
    assert sheet["Picked"].sum() == 10


def test_the_sums_are_those_of_the_picks_whatever_is_asked_for(scanned: tuple[TestClient, str]) -> None:
    client, scan = scanned
    rows = frame_of(client.get(f"{scan}/results.csv").content)
    for asked in ("picks", "all"):
        body = client.get(f"{scan}/results", params={"rows": asked, "limit": 1}).json()
        assert body["position_value_sum"] == pytest.approx(rows["PositionValue"].sum())
        assert body["risk_sum"] == pytest.approx(rows["RiskAmount"].sum())


@pytest.mark.parametrize("path", ["results", "results.csv", "results.parquet", "results.xlsx"])
def test_other_rows_are_refused(scanned: tuple[TestClient, str], path: str) -> None:
    client, scan = scanned
    answer = client.get(f"{scan}/{path}", params={"rows": "some"})
    assert answer.status_code == 422
    assert [item["field"] for item in answer.json()["errors"]] == ["query.rows"]
