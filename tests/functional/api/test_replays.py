"""The same scan at past dates over REST."""

from __future__ import annotations

from starlette.testclient import TestClient

from technic_scanner.bootstrap import Services

BODY = {"from": "2010-03-01", "to": "2010-05-31", "config": {"sectors": ["Energy"]}}
MONTHS = ["2010-03-31", "2010-04-30", "2010-05-31"]


def test_each_date_is_a_run_and_the_same_request_again_queues_nothing_more(
    client: TestClient, services: Services
) -> None:
    answer = client.post("/replays", json=BODY)
    assert answer.status_code == 202
    replay = answer.json()
    assert replay["dates"] == [run["as_of"] for run in replay["runs"]] == MONTHS
    assert replay["expected_seconds"] is None
    run = client.get(replay["runs"][0]["url"]).json()
    assert (run["config"]["sectors"], run["config"]["as_of_date"], run["status"]) == (["Energy"], MONTHS[0], "queued")
    assert client.post("/replays", json=BODY).json()["runs"] == replay["runs"]
    assert len(services.service.list().records) == 3


def test_a_dry_run_says_the_dates_and_queues_nothing(client: TestClient, services: Services) -> None:
    replay = client.post("/replays", json=BODY | {"every": "week", "dry_run": True}).json()
    assert (replay["dates"][0], len(replay["dates"]), replay["runs"]) == ("2010-03-05", 13, [])
    assert services.service.list().records == ()
    assert client.post("/replays", json=BODY | {"preset": "no such"}).json()["code"] == "preset_not_found"


def test_a_number_of_weekdays_may_be_a_number(client: TestClient) -> None:
    counted = [client.post("/replays", json=BODY | {"every": every, "dry_run": True}).json() for every in (20, "20")]
    assert len(counted[0]["dates"]) > 1
    assert counted[0]["dates"] == counted[1]["dates"]


def test_bad_dates_and_a_bad_config_are_named(client: TestClient) -> None:
    answer = client.post("/replays", json={"from": "2010-05-31", "to": "2010-03-01", "every": "year"})
    assert answer.status_code == 422
    assert {item["field"] for item in answer.json()["errors"]} == {"from", "every"}
    answer = client.post("/replays", json=BODY | {"config": {"top_n": 0}})
    assert [item["field"] for item in answer.json()["errors"]] == ["config.top_n"]
    answer = client.post("/replays", json={"to": "never", "config": {"top_n": 0}})
    assert {item["field"] for item in answer.json()["errors"]} >= {"from", "to", "config.top_n"}


def test_bad_dates_and_a_bad_config_are_named_together(client: TestClient) -> None:
    wrong = {"from": "2010-05-01", "to": "2010-01-01", "every": "zz", "config": {"max_symbols": -1, "no": 1}}
    answer = client.post("/replays", json=wrong)
    assert [item["field"] for item in answer.json()["errors"]] == ["from", "every", "config.no", "config.max_symbols"]
