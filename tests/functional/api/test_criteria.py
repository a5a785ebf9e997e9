"""Criteria over REST: the same document as from Python."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from technic_scanner import criteria
from technic_scanner.criteria.reference import functions_document


def test_a_text_is_checked(client: TestClient) -> None:
    for text in ("rsi(14) < 30", "close", "", "smaa(close, 3) > opn"):
        answer = client.post("/criteria/check", json={"text": text})
        assert answer.status_code == 200
        assert answer.json() == criteria.check(text)


def test_a_request_without_a_text_is_refused(client: TestClient) -> None:
    answer = client.post("/criteria/check", json={})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "text"


def test_the_language_is_described(client: TestClient) -> None:
    assert client.get("/criteria/functions").json() == functions_document()


def test_a_preset_is_exported_and_imported_with_the_version_of_its_criteria_s_language(client: TestClient) -> None:
    assert client.put("/presets/dips", json={"config": {"criteria": "rsi(14) < 30"}}).status_code == 201
    exported = client.get("/presets/dips/export").json()
    assert exported["criteria_language"] == criteria.LANGUAGE_VERSION
    client.delete("/presets/dips")
    newer = client.post("/presets/import", json=exported | {"criteria_language": criteria.LANGUAGE_VERSION + 1})
    assert newer.status_code == 422
    assert [item["field"] for item in newer.json()["errors"]] == ["criteria_language"]
    assert client.post("/presets/import", json=exported).status_code == 201


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/scans", {}),
        ("POST", "/scans", {"label": 5}),
        ("POST", "/scans/estimate", {}),
        ("PUT", "/presets/Mine", {}),
        ("PUT", "/presets/Mine", {"description": 5}),
        ("PUT", "/presets/Mine", {"options": {"workers": "many"}}),
        ("POST", "/replays", {"from": "2010-03-01", "to": "2010-05-31", "every": "month"}),
    ],
)
def test_a_fault_in_a_config_has_the_place_that_the_check_gives(
    client: TestClient, method: str, path: str, body: dict[str, Any]
) -> None:
    text = "close > 1 and\n  smaa(close, 3) > opn"
    answer = client.request(method, path, json={**body, "config": {"criteria": text, "top_n": -1}})
    assert answer.status_code == 422, answer.text
    entries = answer.json()["errors"]
    places = [{name: item[name] for name in ("line", "column", "length")} for item in entries if "line" in item]
    checked = criteria.check(text)["errors"]
    assert isinstance(checked, list)
    assert places == [{name: item[name] for name in ("line", "column", "length")} for item in checked]
    assert {item["field"] for item in entries if "line" in item} == {"config.criteria"}
    assert [item.keys() for item in entries if item["field"] == "config.top_n"] == [{"field", "message"}]
