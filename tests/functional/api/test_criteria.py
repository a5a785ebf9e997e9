"""Criteria over REST: the same document as from Python."""

from __future__ import annotations

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
