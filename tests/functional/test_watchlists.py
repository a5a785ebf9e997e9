"""Watchlists through every door: made, scanned, exported, imported; what runs and schedules make of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from technic_scanner.adapters.launcher import WorkerLauncher
from technic_scanner.api.app import create_api
from technic_scanner.bootstrap import Services, build, run_scan
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunRecord
from technic_scanner.domain.schedule import AfterClose, Schedule
from technic_scanner.domain.watchlist import Watchlist, WatchlistEntry
from technic_scanner.errors import ConfigError
from technic_scanner.settings import load_settings
from tests.functional.api.conftest import open_client
from tests.functional.command_line import run

TEXT = 'Buy AAPL, "BRK-B" and MSFT, not FOOBAR at 12.50'


@pytest.fixture
def own_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WorkerLauncher, "ensure_worker", lambda _self: None)


def scanned(services: Services, config: ScanConfig) -> RunRecord:
    queued = services.service.submit(config)
    services.worker().run()
    return services.service.get(queued.run_id)


def test_a_list_is_made_noted_scanned_and_written_on_the_command_line(cli_home: Path) -> None:
    saved = run("watchlists", "save", "tech", TEXT, "--source", "sample", "--json")
    assert (saved.exit_code, json.loads(saved.stdout)["symbols"]) == (0, ["AAPL", "BRK-B", "MSFT"])
    assert "left out: FOOBAR" in saved.stderr
    assert run("watchlists", "note", "tech", "AAPL", "before earnings").exit_code == 0
    assert run("watchlists", "save", "tech", "IBM").exit_code != 0, "it is there already"
    shown = run("watchlists", "show", "tech")
    assert "before earnings" in shown.stdout
    (row,) = json.loads(run("watchlists", "list", "--json").stdout)
    assert (row["name"], row["version"]) == ("tech", 2)

    scan = run("scan", "--watchlist", "tech", "--symbols", "XOM", "--json")
    assert scan.exit_code == 3, "none of the four is a pick of that day"
    run_id = json.loads(scan.stdout.splitlines()[-1])["run"]["run_id"]
    stored = json.loads(run("show", run_id, "--json").stdout)
    assert stored["config"]["symbols"] == ["AAPL", "BRK-B", "MSFT", "XOM"]
    assert stored["config"]["watchlists"] == ["tech@2"]
    picking = run("scan", "--sector", "Information Technology", "--direction", "both", "--json")
    run_id = json.loads(picking.stdout.splitlines()[-1])["run"]["run_id"]
    picked = run("watchlists", "save", "picks", "--from-run", run_id, "--top", "2", "--json")
    assert len(json.loads(picked.stdout)["symbols"]) == 2

    file = cli_home / "list.txt"
    assert run("watchlists", "export", "tech", "--form", "thinkorswim", "--output", str(file)).exit_code == 0
    assert file.read_text() == "AAPL\nBRK/B\nMSFT\n"
    imported = run("watchlists", "import", str(file), "--name", "again", "--json")
    assert json.loads(imported.stdout)["symbols"] == ["AAPL", "BRK/B", "MSFT"]
    whole = run("watchlists", "export", "tech", "--form", "json").stdout
    file.write_text(whole)
    assert run("watchlists", "remove", "tech").exit_code == 0
    assert (
        json.loads(run("watchlists", "import", str(file), "--json").stdout)["entries"][0]["note"] == "before earnings"
    )
    refused = run("scan", "--watchlist", "none", "--watchlist", "tech@9")
    assert refused.exit_code == 2
    assert "no watchlist 'none'" in refused.stderr
    assert "no version 9" in refused.stderr


def test_lists_are_read_saved_exported_and_removed_over_rest(tmp_path: Path, own_worker: None) -> None:
    del own_worker
    with build(load_settings(home=tmp_path)) as services, open_client(create_api(services)) as client:
        read = client.post("/watchlists/read", json={"text": TEXT, "source": "sample"}).json()
        assert [entry["symbol"] for entry in read["entries"]] == ["AAPL", "BRK-B", "MSFT"]
        assert (read["unknown"], "12.50" in read["ignored"]) == (["FOOBAR"], True)
        made = client.put("/watchlists/my list", json={"text": "NYSE:BRK.B # mine", "description": "d"})
        assert (made.status_code, made.headers["location"]) == (201, "/watchlists/my%20list")
        assert made.json()["entries"] == [{"symbol": "BRK.B", "note": "mine", "section": "", "exchange": "NYSE"}]
        entries = [{"symbol": "BRK.B"}, {"symbol": "AAPL"}]
        assert client.put("/watchlists/my list", json={"entries": entries}).json()["code"] == "watchlist_conflict"
        second = client.put("/watchlists/my list", json={"entries": entries, "expected_version": 1})
        assert (second.status_code, second.json()["version"]) == (200, 2)
        assert client.get("/watchlists/my list", params={"version": 1}).json() == made.json()
        versions = client.get("/watchlists/my list/versions").json()["watchlists"]
        assert versions == [second.json(), made.json()]
        assert client.get("/watchlists").json()["watchlists"] == [second.json()]
        text = client.get("/watchlists/my list/export", params={"form": "tradingview"})
        assert (text.text, text.headers["content-type"].partition(";")[0]) == ("BRK.B,AAPL\n", "text/plain")
        exported = client.get("/watchlists/my list/export").json()
        _refusals(client)
        estimate = client.post("/scans/estimate", json={"config": {"watchlists": ["my list"]}})
        assert estimate.status_code == 200
        gone = client.post("/scans", json={"config": {"watchlists": ["none"]}})
        assert [error["field"] for error in gone.json()["errors"]] == ["config.watchlists"]
        assert client.delete("/watchlists/my list").status_code == 204
        assert client.get("/watchlists/my list").json()["code"] == "watchlist_not_found"
        assert client.post("/watchlists/import", json=exported).status_code == 201


def _refusals(client: TestClient) -> None:
    both = {"entries": [{"symbol": "A"}], "text": "A"}
    for body in ({}, both, {"entries": [{"symbol": "A", "colour": "red"}]}, {"entries": []}, {"text": "12.50"}):
        assert client.put("/watchlists/x", json=body).status_code == 422, body
    assert client.put("/watchlists/x", json={"run_id": "01KDZHV1J0F8TJNS8TRYWHVNR0"}).status_code == 404
    assert client.post("/watchlists/read", json={"text": "A", "universe": "x"}).status_code == 422
    assert client.post("/watchlists/import", json={"format": "other"}).status_code == 422


def test_a_run_keeps_its_symbols_while_schedules_and_new_runs_follow_the_list(tmp_path: Path, own_worker: None) -> None:
    del own_worker
    with build(load_settings(home=tmp_path)) as services:
        lists = services.watchlists
        lists.save(Watchlist("tech", (WatchlistEntry("AAPL"), WatchlistEntry("MSFT"), WatchlistEntry("NOPE"))))
        asked = ScanConfig(watchlists=("tech",), min_dollar_volume=0.0)
        assert services.service.match_count(asked).matching == 2
        done = scanned(services, asked)
        result = services.service.result(done.run_id)
        assert {failure.symbol for failure in result.failures if failure.reason == "unknown_symbol"} == {"NOPE"}
        services.schedules.add(Schedule("nightly", AfterClose("XNYS"), config=asked))
        lists.save(Watchlist("tech", (WatchlistEntry("IBM"),)), 1)
        again = services.service.rerun(done.run_id)
        fired = services.schedules.fire("nightly").firing
        assert fired.run_id is not None
        assert again.config.symbols == done.config.symbols == ("AAPL", "MSFT", "NOPE")
        assert services.service.get(fired.run_id).config.symbols == ("IBM",)
        lists.remove("tech")
        assert "no watchlist 'tech'" in str(services.schedules.problem(services.schedules.get("nightly")))
    with pytest.raises(ConfigError, match="kept in the run store"):
        run_scan(asked, settings=load_settings(home=tmp_path))


def test_a_symbol_that_no_index_holds_is_scanned_where_the_symbols_are_the_universe(tmp_path: Path) -> None:
    with build(load_settings(home=tmp_path)) as services:
        services.watchlists.save(Watchlist("small", (WatchlistEntry("ZZQX"), WatchlistEntry("AAPL"))))
        asked = ScanConfig(source="yahoo", universe="the symbols given", watchlists=("small",))
        assert services.service.match_count(asked).symbols == ("AAPL", "ZZQX")
        assert services.service.match_count(ScanConfig(source="yahoo", watchlists=("small",))).symbols == ("AAPL",)
        empty = services.service.problems(ScanConfig(source="yahoo", universe="the symbols given"), RunOptions())
        assert [problem.field for problem in empty] == ["symbols"]
