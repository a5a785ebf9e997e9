"""What is new in a run over REST and in its files: the same facts as in Python, and unknown where nothing is known."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace
from datetime import date

import pytest
from starlette.testclient import TestClient

from technic_scanner.bootstrap import Services
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.metrics import FailureKind, SymbolFailure
from technic_scanner.testing.stores.samples import scan_result, scored, succeeded, table
from tests.functional.command_line import run


def scanned(services: Services, day: int, picks: str, config: ScanConfig, *failures: SymbolFailure) -> str:
    config = replace(config, as_of_date=date(2026, 3, day))
    rows = table(*((rank, letter, 50.0, 50.0) for rank, letter in enumerate(picks, 1)))
    rows = scored(rows, *(90.0 - 10 * rank - day for rank in range(1, len(picks) + 1)))
    result = scan_result(config=config, table=rows, failures=failures, as_of=date(2026, 3, day))
    return succeeded(services.store, result, config=config).run_id


def test_what_is_new_is_told_and_carried_by_every_file(client: TestClient, services: Services) -> None:
    config = ScanConfig(top_n=4)
    why = "its price of 4.90 is below 5.00"
    before = scanned(services, 2, "ABC", config)
    now = scanned(
        services, 3, "CAD", config, SymbolFailure("B", "finalization", FailureKind.REJECTED, "min_price", why)
    )
    new = client.get(f"/scans/{now}/new").json()
    assert (new["against"], new["against_as_of"], new["as_of"]) == (before, "2026-03-02", "2026-03-03")
    assert (new["entered"], new["left"]) == (["D"], [{"symbol": "B", "why": why}])
    assert (new["moved"][0], new["stayed"], new["revised"], new["notes"]) == (
        {"symbol": "C", "rank_before": 3, "rank": 1},
        [],
        [],
        [],
    )
    assert [(pick["symbol"], pick["sessions"], pick["score_change"]) for pick in new["picks"]] == [
        ("C", 2, pytest.approx(19.0)),
        ("A", 2, pytest.approx(-11.0)),
        ("D", 1, None),
    ]

    plain = client.get(f"/scans/{now}/results.csv").text
    assert "Sessions" not in plain.splitlines()[0]
    rows = list(csv.DictReader(io.StringIO(client.get(f"/scans/{now}/results.csv", params={"changes": True}).text)))
    assert [(row["Symbol"], row["New"], row["RanksUp"], row["Sessions"]) for row in rows] == [
        ("C", "false", "2", "2"),
        ("A", "false", "-1", "2"),
        ("D", "true", "", "1"),
    ]
    book = client.get(f"/scans/{now}/results.xlsx", params={"changes": True}).content
    with zipfile.ZipFile(io.BytesIO(book)) as files:
        assert 'name="Left"' in files.read("xl/workbook.xml").decode()
        assert why in files.read("xl/sharedStrings.xml").decode()
    assert client.get(f"/scans/{now}/results.parquet", params={"changes": True}).status_code == 200


def test_changed_criteria_have_nothing_that_entered_or_left(client: TestClient, services: Services) -> None:
    scanned(services, 2, "ABC", ScanConfig(top_n=4))
    now = scanned(services, 3, "CD", ScanConfig(top_n=4, min_price=3.0))
    new = client.get(f"/scans/{now}/new").json()
    assert (new["against"], new["entered"], new["left"]) == (None, [], [])
    assert "min_price" in new["notes"][0]
    rows = list(csv.DictReader(io.StringIO(client.get(f"/scans/{now}/results.csv", params={"changes": True}).text)))
    assert [(row["New"], row["Sessions"]) for row in rows] == [("", "1"), ("", "1")]
    assert client.get(f"/scans/{now}/new", params={"against": "none-such"}).status_code == 404


@pytest.mark.usefixtures("cli_home")
def test_the_command_line_writes_the_same_columns() -> None:
    run_id = json.loads(run("scan", "--json", "--direction", "both", "--top-n", "5").stdout.splitlines()[-1])["run"][
        "run_id"
    ]
    header = run("export", run_id, "--new").stdout.splitlines()[0]
    assert header.endswith('"New","RanksUp","ScoreChange","Sessions"')
    assert "is for --csv" in run("export", run_id, "--new", "--json").stderr
