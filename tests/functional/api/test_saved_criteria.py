"""Saved criteria over REST, and scans of other programs."""

from __future__ import annotations

from starlette.testclient import TestClient

from technic_scanner import criteria
from technic_scanner.criteria.imports import import_text
from technic_scanner.runs.saved_criteria.documents import imported_document

PATH = "/criteria/saved/my%20dips"


def test_criteria_are_saved_versioned_exported_imported_deleted(client: TestClient) -> None:
    made = client.put(PATH, json={"text": "rsi(14) < 30", "description": "dips"})
    assert (made.status_code, made.json()["version"], made.headers["location"]) == (201, 1, PATH)
    assert made.json()["language"] == criteria.LANGUAGE_VERSION
    assert client.put(PATH, json={"text": "close > 1"}).json()["code"] == "criteria_conflict"
    second = client.put(PATH, json={"text": "rsi(14) < 25", "expected_version": 1})
    assert (second.status_code, second.json()["version"]) == (200, 2)
    assert client.get(PATH).json()["text"] == "rsi(14) < 25"
    assert client.get(PATH, params={"version": 1}).json() == made.json()
    assert client.get(PATH, params={"version": 9}).json()["code"] == "criteria_not_found"
    assert client.get(f"{PATH}/versions").json()["criteria"] == [second.json(), made.json()]
    listed = client.get("/criteria/saved").json()["criteria"]
    assert [item["name"] for item in listed if not item["builtin"]] == ["my dips"]
    assert len(listed) == 31

    exported = client.get(f"{PATH}/export").json()
    assert client.delete(PATH).status_code == 204
    assert client.get(PATH).json()["code"] == "criteria_not_found"
    imported = client.post("/criteria/saved/import", json=exported)
    assert (imported.status_code, imported.json()["text"]) == (201, "rsi(14) < 25")
    assert imported.headers["location"] == PATH


def test_what_cannot_be_saved_is_refused_with_its_places(client: TestClient) -> None:
    answer = client.put(PATH, json={"text": "smaa(close, 3) > opn"})
    assert answer.status_code == 422
    assert {item["field"] for item in answer.json()["errors"]} == {"text"}
    messages = [item["message"] for item in answer.json()["errors"]]
    assert [message.split(":")[0] for message in messages] == ["line 1, column 1", "line 1, column 18"]
    assert client.put(PATH, json={}).status_code == 422
    assert client.post("/criteria/saved/import", json={"format": "other"}).status_code == 422
    assert client.delete("/criteria/saved/Golden%20cross").json()["code"] == "criteria_conflict"


def test_a_scan_of_another_program_gives_the_document_of_python(client: TestClient) -> None:
    scan = "[type = stock] and [RSI(14) x 30]\nand [SCTR > 75]"
    answer = client.post("/criteria/import", json={"language": "stockcharts", "text": scan})
    assert answer.status_code == 200
    assert answer.json() == imported_document(import_text("stockcharts", scan))
    assert client.post("/criteria/import", json={"language": "pine", "text": scan}).status_code == 422
