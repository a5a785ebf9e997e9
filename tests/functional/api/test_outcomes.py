"""What picks did, over REST: real scans at past dates, judged by the bars of the sample that came after."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from starlette.testclient import TestClient

from technic_scanner.api.app import create_api
from technic_scanner.bootstrap import Services, build
from technic_scanner.domain.config import ScanConfig
from technic_scanner.runs.performance.performance_query import PerformanceQuery
from technic_scanner.runs.service.service import RunService
from technic_scanner.settings import load_settings
from tests.functional.api.conftest import open_client
from tests.functional.api.hand_moved import HandMoved, NoLauncher

# One worker for all of it: what they share is set up once.
pytestmark = pytest.mark.xdist_group("outcomes")

DAYS = (date(2010, 4, 30), date(2010, 5, 28))
CONFIG = ScanConfig(top_n=20, lookback_sessions=120)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Services, TestClient, list[str]]]:
    """Two scans at past dates; their run ids, the earlier first."""
    built = build(load_settings(home=tmp_path_factory.mktemp("outcomes")))
    services = replace(built, service=RunService(built.store, built.catalog, NoLauncher(), built.clock))
    ids = [services.service.submit(replace(CONFIG, as_of_date=day)).run_id for day in DAYS]
    assert services.worker().run() == len(DAYS)
    with open_client(create_api(services)) as client:
        yield services, client, ids
    services.close()


def test_the_report_says_what_past_picks_did_with_n_and_intervals(judged: tuple) -> None:
    services, client, _ = judged
    body = client.get("/outcomes", params={"horizon": 10}).json()
    assert (body["runs"], body["dates"], body["picks"], body["horizon"]) == (2, 2, 27, 10)
    assert (body["direction"], body["judged"]) == ("long", 27)
    assert body["hit_rate"]["n"] == body["judged"]
    assert 0 <= body["hit_rate"]["mean"] <= 1
    assert [point["as_of"] for point in body["ic"]] == [str(day) for day in DAYS]
    assert len(body["equity"]["picks"]) == len(body["equity"]["dates"]) == 2
    assert any("dropped out" in note for note in body["notes"])
    assert body["excess"]["mean"] == services.outcomes.report(PerformanceQuery(horizon=10)).excess.mean


def test_filters_choose_picks_and_runs(judged: tuple) -> None:
    _, client, _ = judged
    best = client.get("/outcomes", params={"top_n": 5}).json()
    late = client.get("/outcomes", params={"since": "2010-05-01"}).json()
    nobody = client.get("/outcomes", params={"profile": "Nobody"}).json()
    assert (best["picks"], late["picks"], nobody["picks"]) == (10, 7, 0)
    assert nobody["hit_rate"] == {"n": 0, "mean": None, "low": None, "high": None}
    assert nobody["equity"] is None


def test_a_period_that_ends_before_it_begins_is_refused(judged: tuple) -> None:
    _, client, _ = judged
    for path in ("/outcomes", "/outcomes.csv"):
        answer = client.get(path, params={"since": "2010-05-02", "until": "2010-05-01", "quantiles": 1})
        assert answer.status_code == 422
        errors = {item["field"]: item["message"] for item in answer.json()["errors"]}
        assert errors.keys() == {"query.until", "query.quantiles"}
        assert errors["query.until"] == "2010-05-01 is before since, 2010-05-02"
    assert client.get("/outcomes", params={"since": "2010-05-28", "until": "2010-05-28"}).json()["runs"] == 1


@pytest.mark.parametrize(
    "query",
    [
        "direction=longer",
        "direction=along",
        "horizon=7",
        "horizon=x",
        "top_n=0",
        "quantiles=1",
        "since=May",
        "cost_bps=inf",
    ],
)
def test_bad_questions_name_the_parameter(judged: tuple, query: str) -> None:
    _, client, _ = judged
    answer = client.get(f"/outcomes?{query}")
    assert answer.status_code == 422
    assert [item["field"] for item in answer.json()["errors"]] == [f"query.{query.partition('=')[0]}"]


def test_outcomes_are_kept_to_one_universe_and_one_direction(judged: tuple) -> None:
    services, client, _ = judged
    usual = services.catalog.sources()[0].universes[0]
    assert client.get("/outcomes", params={"universe": usual}).json()["runs"] == 2
    assert client.get("/outcomes", params={"universe": "another"}).json()["runs"] == 0
    assert client.get("/outcomes", params={"direction": "both"}).json()["picks"] == 0
    refused = client.get("/outcomes", params={"direction": "sideways"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "query.direction")


def test_the_csv_has_every_pick(judged: tuple) -> None:
    _, client, ids = judged
    answer = client.get("/outcomes.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    frame = pd.read_csv(io.BytesIO(answer.content))
    # In a falling market only seven rows had a signal on the second day.
    assert frame.groupby("run_id").size().to_dict() == {ids[0]: 20, ids[1]: 7}
    assert frame["forward_21"].notna().all()
    assert set(frame["Tier"]) <= {"core", "satellite"}


def test_one_run_is_judged_pick_by_pick(judged: tuple) -> None:
    _, client, ids = judged
    body = client.get(f"/scans/{ids[1]}/outcomes").json()
    assert body["run_id"] == ids[1]
    assert [pick["Rank"] for pick in body["picks"]] == list(range(1, 8))
    together = pd.read_csv(io.BytesIO(client.get("/outcomes.csv").content)).set_index(["run_id", "Symbol"])
    for pick in body["picks"][:3]:
        assert pick["forward_5"] == pytest.approx(together.loc[(ids[1], pick["Symbol"]), "forward_5"])


def test_an_older_run_of_the_same_day_is_judged_too(judged: tuple) -> None:
    services, client, ids = judged
    again = services.service.rerun(ids[0]).run_id
    assert services.worker().run() == 1
    assert client.get("/outcomes").json()["runs"] == 2
    for run_id in (ids[0], again):
        assert len(client.get(f"/scans/{run_id}/outcomes").json()["picks"]) == 20
    services.service.delete(again)


def test_runs_without_results_are_refused(client: TestClient, run: HandMoved) -> None:
    assert client.get("/scans/01ARZ3NDEKTSV4RRFFQ69G5FAV/outcomes").json()["code"] == "run_not_found"
    assert client.get(f"/scans/{run.run_id}/outcomes").json()["code"] == "results_not_ready"
    assert client.get("/outcomes").json()["runs"] == 0
