"""Schedules over REST: added, read, edited by version, paused, fired once, removed; every bad field is named."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

NIGHTLY = {"name": "nightly ü", "preset": "Quick look", "after_close": "XNYS", "delay": "20m"}
PLACE = "/schedules/nightly%20%C3%BC"


def fields(answer: object) -> list[str]:
    return [error["field"] for error in answer.json()["errors"]]  # type: ignore[attr-defined]


def test_a_schedule_lives_from_its_addition_to_its_removal(client: TestClient) -> None:
    added = client.post("/schedules", json=NIGHTLY)
    assert (added.status_code, added.headers["Location"]) == (201, PLACE)
    assert added.json()["when"] == "20m after the close of each XNYS session"
    assert client.post("/schedules", json=NIGHTLY).status_code == 409
    assert client.get(PLACE).json() == added.json()
    assert client.get("/schedules").json() == {"schedules": [added.json()]}

    times = client.get(f"{PLACE}/times", params={"from": "2026-11-25", "count": 2}).json()
    assert times["times"] == [
        {"session": "2026-11-25", "at": "2026-11-25T16:20:00-05:00"},
        {"session": "2026-11-27", "at": "2026-11-27T13:20:00-05:00"},
    ]
    assert len(client.get(f"{PLACE}/times").json()["times"]) == 5

    assert client.post(f"{PLACE}/pause").json()["paused"] is True
    edit = {"config": {"top_n": 3}, "at": "15 8 * * mon", "zone": "America/New_York", "expected_version": 2}
    edited = client.put(PLACE, json=edit)
    assert (edited.status_code, edited.json()["version"]) == (200, 3)
    assert (edited.json()["paused"], edited.json()["config"]["top_n"], edited.json()["preset"]) == (True, 3, None)
    assert client.put(PLACE, json=edit).status_code == 409
    assert client.post(f"{PLACE}/resume").json()["paused"] is False
    assert client.put(PLACE, json={key: NIGHTLY[key] for key in ("preset", "after_close")}).status_code == 200

    fired = client.post(f"{PLACE}/fire").json()
    assert (fired["new"], fired["status"]) == (True, "queued")
    assert client.get(f"/scans/{fired['run_id']}").json()["config"]["as_of_date"] == fired["key"]
    assert client.post(f"{PLACE}/fire").json() == fired | {"new": False}
    firings = client.get(f"{PLACE}/firings").json()["firings"]
    assert firings == [{key: value for key, value in fired.items() if key != "new"}]

    assert client.delete(PLACE).status_code == 204
    for method, path in (("GET", ""), ("PUT", ""), ("DELETE", ""), ("POST", "/fire"), ("GET", "/firings")):
        body = {"json": NIGHTLY | {"name": None}} if method == "PUT" else {}
        body = {"json": {"preset": "Quick look", "after_close": "XNYS"}} if method == "PUT" else body
        assert client.request(method, f"{PLACE}{path}", **body).status_code == 404, path


def test_everything_that_is_wrong_is_named(client: TestClient) -> None:
    wrong = {"name": "x", "config": {"top_n": -1, "nope": 1}, "at": "8 o'clock", "zone": "Nowhere"}
    assert sorted(fields(client.post("/schedules", json=wrong))) == ["at", "config.nope", "config.top_n", "zone"]
    del wrong["config"]["nope"]  # type: ignore[attr-defined]
    assert sorted(fields(client.post("/schedules", json=wrong))) == ["at", "config.top_n", "zone"]
    assert fields(client.post("/schedules", json={"name": "x", "preset": "Quick look"})) == ["after_close"]
    both = NIGHTLY | {"config": {}, "at": "0 8 * * *", "catch_up_sessions": 0}
    assert fields(client.post("/schedules", json=both)) == [
        "catch_up_sessions",
        "after_close",
        "zone",
        "delay",
        "preset",
    ]
    assert client.post("/schedules", json=NIGHTLY | {"preset": "gone"}).status_code == 404
    early = {"from": "1990-01-01"}
    client.post("/schedules", json=NIGHTLY)
    assert client.get(f"{PLACE}/times", params=early).status_code == 422


@pytest.mark.parametrize("method", ["post", "put"])
def test_refused_and_checked_fields_are_named_together(client: TestClient, method: str) -> None:
    path = "/schedules" if method == "post" else "/schedules/z"
    terms = {"preset": "nope", "after_close": "XXXX", "min_data_fraction": 5, "catch_up_sessions": 0}
    name = {"name": "z"} if method == "post" else {}
    answer = client.request(method, path, json=name | terms)
    assert answer.status_code == 422
    assert sorted(fields(answer)) == ["after_close", "catch_up_sessions", "min_data_fraction", "preset"]
    wrong = {"name": 1, "at": "", "zone": "Nowhere", "config": {"top_n": 0, "nope": 1}, "late_rule": []}
    answer = client.request(method, path, json=wrong)
    assert sorted(fields(answer)) == ["at", "config.nope", "config.top_n", "late_rule", "name", "zone"]


def test_a_preset_that_is_missing_is_one_of_the_faults_or_the_only_one(client: TestClient) -> None:
    unknown = {"name": "z", "preset": "nope"}
    answer = client.post("/schedules", json=unknown | {"after_close": "XXXX"})
    assert sorted(fields(answer)) == ["after_close", "preset"]
    answer = client.post("/schedules", json=unknown | {"after_close": "XNYS"})
    assert (answer.status_code, answer.json()["code"]) == (404, "preset_not_found")
