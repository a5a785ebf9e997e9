"""What runs left: pages and files of the table, failures, timings, comparisons, statistics."""

from __future__ import annotations

import csv
import io
import math

import openpyxl
import pyarrow.parquet as pq
import pytest
from starlette.testclient import TestClient

from technic_scanner.bootstrap import Services
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.run import RunStatus
from technic_scanner.runs.exports.export import to_csv
from technic_scanner.testing.stores.samples import metrics, scan_result, table
from tests.functional.api.hand_moved import HandMoved


@pytest.fixture
def done(run: HandMoved) -> str:
    rows = table((1, "AAA", 81.5, 60.0), (2, "=BAD()", math.nan, None), (3, "CCC", 10.25, -1.0))
    run.finish(result=scan_result(config=run.record.config, table=rows))
    return run.run_id


def test_there_is_a_409_until_there_are_results(client: TestClient, run: HandMoved) -> None:
    for name in ("results", "results.csv", "results.parquet", "results.xlsx", "failures"):
        answer = client.get(f"/scans/{run.run_id}/{name}")
        assert (answer.status_code, answer.json()["code"]) == (409, "results_not_ready"), name


def test_the_table_comes_in_pages_with_its_context(client: TestClient, done: str) -> None:
    page = client.get(f"/scans/{done}/results", params={"limit": 2, "column": ["Symbol", "TechRating"]}).json()
    assert page["rows"] == [{"Symbol": "AAA", "TechRating": 81.5}, {"Symbol": "=BAD()", "TechRating": None}]
    assert (page["total"], page["next_offset"], page["failures"]) == (3, 2, 2)
    assert [column["name"] for column in page["columns"]] == ["Symbol", "TechRating"]
    assert page["context"]["facts"] == {"share above SMA 200": 0.63, "VIX": None}
    assert page["as_of"] == "2010-08-20"
    last = client.get(f"/scans/{done}/results", params={"offset": 2}).json()
    assert (len(last["rows"]), last["next_offset"], last["rows"][0]["Symbol"]) == (1, None, "CCC")
    assert client.get(f"/scans/{done}/results", params={"offset": 99}).json()["rows"] == []


@pytest.mark.parametrize("query", ["column=Nope", "limit=0", "offset=-1", "limit=1001"])
def test_bad_pages_are_refused(client: TestClient, done: str, query: str) -> None:
    assert client.get(f"/scans/{done}/results?{query}").status_code == 422


def test_failures_come_with_their_reasons(client: TestClient, done: str) -> None:
    page = client.get(f"/scans/{done}/failures", params={"limit": 1}).json()
    assert page["failures"] == [
        {
            "symbol": "AAPL",
            "stage": "symbol_scanning",
            "kind": "rejected",
            "reason": "min_price",
            "detail": "its price is below 1",
        }
    ]
    assert (page["total"], page["next_offset"]) == (2, 1)


def test_csv_is_byte_identical_to_every_other_door(client: TestClient, done: str, services: Services) -> None:
    answer = client.get(f"/scans/{done}/results.csv")
    assert answer.content == to_csv(services.service.result(done).table)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="scan-{done}.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["Symbol"] for row in rows] == ["AAA", "'=BAD()", "CCC"]


def test_parquet_and_excel_hold_the_same_table(client: TestClient, done: str, services: Services) -> None:
    stored = services.service.result(done).table
    parquet = client.get(f"/scans/{done}/results.parquet")
    read = pq.read_table(io.BytesIO(parquet.content))
    assert read.schema.equals(stored.schema)
    assert read.column("Symbol").to_pylist() == stored.column("Symbol").to_pylist()
    excel = client.get(f"/scans/{done}/results.xlsx", params={"column": ["Rank", "Symbol"]})
    sheet = openpyxl.load_workbook(io.BytesIO(excel.content)).worksheets[0]
    assert [cell.value for cell in next(sheet.iter_rows(max_row=1))] == ["Rank", "Symbol"]
    assert client.get(f"/scans/{done}/results.xlsx", params={"column": "Nope"}).status_code == 422


def test_a_report_is_one_page_to_keep(client: TestClient, done: str) -> None:
    answer = client.get(f"/scans/{done}/report.html")
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert done in answer.text


def test_timings_and_statistics_cover_history(client: TestClient, services: Services) -> None:
    for seconds in (1.0, 2.0, 3.0):
        run = HandMoved.start(services)
        run.finish(result=scan_result(config=run.record.config, metrics=metrics((seconds, 1.0, 1.0, 1.0))))
    HandMoved.start(services).finish(RunStatus.FAILED)
    rows = list(csv.DictReader(io.StringIO(client.get("/timings.csv").text)))
    assert len(rows) == 4
    assert sorted(float(row["universe_loading_seconds"]) for row in rows if row["status"] == "succeeded") == [1, 2, 3]
    stages = {row["stage"]: row for row in client.get("/analytics/stages").json()["stages"]}
    assert (stages["universe_loading"]["n"], stages["universe_loading"]["p50"]) == (3, 2.0)
    only_failed = client.get("/analytics/stages", params={"status": "failed"}).json()["stages"]
    assert all(row["n"] == 0 for row in only_failed)
    checks = client.get("/analytics/regressions").json()
    assert {check["verdict"] for check in checks["checks"]} == {"not enough history"}
    assert checks["slower"] == 0
    assert [row["runs"] for row in client.get("/analytics/trends").json()["days"]] == [4]
    assert {row["moment"] for row in client.get("/analytics/eta").json()["moments"]} == {
        "start",
        "10",
        "25",
        "50",
        "75",
    }


def test_a_run_asked_for_alone_is_judged_by_all_before_it(client: TestClient, services: Services) -> None:
    for seconds in (1.0, 1.0, 1.0, 1.0, 1.0, 4.0):
        run = HandMoved.start(services)
        run.finish(result=scan_result(config=run.record.config, metrics=metrics((1.0, seconds, 1.0, 1.0))))
    checks = client.get("/analytics/regressions", params={"limit": 1}).json()
    assert checks["slower"] == 1
    assert {(check["baseline_runs"], check["run_id"]) for check in checks["checks"]} == {(5, run.record.run_id)}


def test_a_slow_gap_between_the_stages_is_a_slow_down_too(client: TestClient, services: Services) -> None:
    for gap in (0.0, 0.0, 0.0, 0.0, 0.0, 2.0):
        run = HandMoved.start(services)
        measured = metrics((1.0, 1.0, 1.0, 1.0), gap_seconds=gap, total_seconds=4.0 + gap)
        run.finish(result=scan_result(config=run.record.config, metrics=measured))
    answer = client.get("/analytics/regressions", params={"limit": 1}).json()
    slow = [check for check in answer["checks"] if check["verdict"] == "slower"]
    assert [(check["stage"], check["seconds"], check["unit"]) for check in slow] == [("between_stages", 2.0, "s")]
    assert answer["slower"] == 1


def test_runs_are_compared_with_the_first(client: TestClient, services: Services) -> None:
    first, second = HandMoved.start(services), None
    first.finish()
    second = HandMoved.start(services, ScanConfig(max_symbols=5))
    rows = table((1, "CVX", 1.0, 1.0), (2, "NEW", 1.0, 1.0))
    second.finish(result=scan_result(config=second.record.config, table=rows))
    answer = client.get("/compare", params={"runs": [first.run_id, second.run_id]}).json()
    assert answer["run_ids"] == [first.run_id, second.run_id]
    assert {"field": "max_symbols", "values": [20000, 5]} in answer["differences"]
    changes = answer["symbols"][0]
    assert (changes["entered"], changes["left"]) == ([["NEW", 2]], [["XOM", 1]])
    assert changes["moved"] == [{"symbol": "CVX", "rank_before": 2, "rank_after": 1}]
    assert client.get("/compare", params={"runs": first.run_id}).status_code == 422
    missing = client.get("/compare", params={"runs": [first.run_id, "nope"]})
    assert (missing.status_code, missing.json()["code"]) == (404, "run_not_found")


def test_appearances_name_the_runs_that_picked_a_symbol(client: TestClient, done: str) -> None:
    found = client.get("/symbols/aaa/appearances").json()["appearances"]
    assert [(item["run_id"], item["rank"]) for item in found] == [(done, 1)]
    assert client.get("/symbols/ZZZ/appearances").json()["appearances"] == []
