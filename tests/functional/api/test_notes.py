"""Notes and tags of symbols and runs over REST."""

from __future__ import annotations

from starlette.testclient import TestClient

from tests.functional.api.hand_moved import HandMoved


def test_a_note_of_a_symbol_is_written_listed_and_removed(client: TestClient) -> None:
    assert client.get("/notes/symbols/BRK.B").json() == {"symbol": "BRK.B", "text": "", "tags": [], "changed_at": None}
    written = client.put("/notes/symbols/BRK.B", json={"text": "wait", "tags": ["Dip", "dip", "later"]})
    assert (written.status_code, written.json()["tags"]) == (200, ["dip", "later"])
    client.put("/notes/symbols/AAPL", json={"tags": ["later"]})
    assert [note["symbol"] for note in client.get("/notes/symbols").json()["notes"]] == ["AAPL", "BRK.B"]
    assert client.get("/notes/symbols", params={"tag": "DIP"}).json()["notes"] == [written.json()]
    assert client.put("/notes/symbols/BRK.B", json={}).json()["changed_at"] is None
    assert [note["symbol"] for note in client.get("/notes/symbols").json()["notes"]] == ["AAPL"]


def test_a_run_is_found_by_its_tag(client: TestClient, run: HandMoved) -> None:
    path = f"/scans/{run.run_id}/note"
    assert client.get(path).json()["text"] == ""
    assert client.put(path, json={"text": "kept", "tags": ["Checked"]}).json()["tags"] == ["checked"]
    assert client.get(path).json()["text"] == "kept"
    found = [client.get("/scans", params={"tag": tag}).json()["runs"] for tag in ("checked", "check")]
    assert [[item["run_id"] for item in runs] for runs in found] == [[run.run_id], []]
    assert client.put("/scans/01KTHERUN0000000000000NONE/note", json={"text": "x"}).json()["code"] == "run_not_found"
    assert client.get("/scans/01KTHERUN0000000000000NONE/note").status_code == 404


def test_every_bad_field_of_a_note_is_named(client: TestClient) -> None:
    answer = client.put("/notes/symbols/A", json={"text": "a\u0000", "tags": ["x" * 41], "more": 1})
    assert answer.status_code == 422
    assert {item["field"].split("[")[0].split(".")[0] for item in answer.json()["errors"]} >= {"text", "tags", "more"}
    answer = client.put("/notes/symbols/A", json={"tags": ["a,b"]})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "tags.0")
