"""One record that cannot be read is shown as such over REST and the streams, and costs no other."""

from __future__ import annotations

import json

import pytest
from starlette.testclient import TestClient

from technic_scanner.bootstrap import Services
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.renamed import with_old_names
from technic_scanner.domain.run import RunStatus
from technic_scanner.runs.model import Preset
from technic_scanner.runs.serialization import config_to_dict
from technic_scanner.runs.serialization.stored import dump
from tests.contract.stores.damage import WAYS, change, damaged, put, put_event
from tests.functional.api.hand_moved import HandMoved

CONFIG = ScanConfig(symbols=("AAPL",))


@pytest.fixture
def bad(services: Services) -> HandMoved:
    return HandMoved.start(services, CONFIG, label="bad")


@pytest.mark.parametrize("how", WAYS)
def test_a_run_is_listed_and_shown_with_what_can_be_read(
    client: TestClient, services: Services, bad: HandMoved, how: str
) -> None:
    good = services.service.submit(CONFIG)
    put(services.store, "run_documents", bad.run_id, options=damaged("options", how))
    answer = client.get("/scans")
    assert answer.status_code == 200
    runs = {item["run_id"]: item for item in answer.json()["runs"]}
    assert (runs[good.run_id]["unreadable"], runs[good.run_id]["unknown_fields"]) == ([], [])
    found = runs[bad.run_id]
    assert found["unreadable"][0].startswith("options")
    assert (found["options"], found["config"]["symbols"], found["label"]) == (None, ["AAPL"], "bad")
    shown = client.get(f"/scans/{bad.run_id}")
    assert shown.status_code == 200
    assert {name: shown.json()[name] for name in found if name != "heartbeat_at"} == {
        name: value for name, value in found.items() if name != "heartbeat_at"
    }


def test_a_run_of_a_newer_version_names_what_this_one_does_not_know(
    client: TestClient, services: Services, bad: HandMoved
) -> None:
    put(services.store, "run_documents", bad.run_id, config=change(dump(CONFIG), moon_phase="close > 5"))
    found = client.get(f"/scans/{bad.run_id}").json()
    assert (found["unknown_fields"], found["unreadable"]) == (["config.moon_phase"], [])
    assert found["config"] == with_old_names(config_to_dict(CONFIG))
    bad.finish()
    refused = client.post(f"/scans/{bad.run_id}/rerun")
    assert (refused.status_code, refused.json()["code"]) == (409, "run_state")
    assert "config.moon_phase" in refused.json()["detail"]


def test_events_that_cannot_be_read_are_left_out_and_the_streams_go_on(
    client: TestClient, services: Services, bad: HandMoved
) -> None:
    bad.advance(4)
    bad.finish()
    put_event(services.store, bad.run_id, 2, '{"torn":')
    put_event(services.store, bad.run_id, 5, '{"torn":')  # the last one
    newer = json.dumps({"v": 99, "seq": 3, "mood": "calm"})
    put_event(services.store, bad.run_id, 3, newer)

    listed = client.get(f"/scans/{bad.run_id}/events").json()
    assert ([event["seq"] for event in listed["events"]], listed["ended"]) == ([1, 4], True)

    stream = client.get(f"/scans/{bad.run_id}/stream").text
    messages = [dict(line.split(": ", 1) for line in part.split("\r\n")) for part in stream.split("\r\n\r\n")[1:-1]]
    numbered = [message for message in messages if "id" in message]
    assert [message["id"] for message in numbered] == ["1", "3", "4", "5-end"]
    assert "thinned" in {message["event"] for message in messages if "id" not in message}, "the gap is said"
    assert numbered[1]["data"] == newer
    assert json.loads(numbered[3]["data"])["status"] == "succeeded"
    again = client.get(f"/scans/{bad.run_id}/stream", headers={"Last-Event-ID": "5-end"})
    assert again.status_code == 204

    with client.websocket_connect(f"ws://localhost/scans/{bad.run_id}/ws") as socket:
        sent = [json.loads(socket.receive_text()) for _ in range(4)]
    assert [(message["type"], message.get("seq"), message.get("skipped")) for message in sent] == [
        ("progress", 1, 0),
        ("progress", 3, 1),
        ("progress", 4, 0),
        ("end", None, None),
    ]
    assert sent[1]["event"] == json.loads(newer)

    flat = client.get(f"/scan/stream?run_id={bad.run_id}").text
    assert [line for line in flat.split("\r\n") if line.startswith("id: ")] == [
        f"id: {bad.run_id}:{seq}" for seq in (1, 4, "5-end")
    ]


def test_every_stream_sends_the_bytes_that_are_stored(client: TestClient, services: Services, bad: HandMoved) -> None:
    bad.advance(3)
    bad.finish()
    texts = [stored.text for stored in services.store.stored_events(bad.run_id, 0, 10)]
    assert len(texts) == 4
    stream = client.get(f"/scans/{bad.run_id}/stream").text
    assert [line.removeprefix("data: ") for line in stream.split("\r\n") if line.startswith("data: ")][:4] == texts
    with client.websocket_connect(f"ws://localhost/scans/{bad.run_id}/ws") as socket:
        for text in texts:
            assert socket.receive_text().endswith(f'"event":{text}}}')


def test_a_result_with_an_unknown_column_and_an_unreadable_context_is_sent(
    client: TestClient, services: Services, bad: HandMoved
) -> None:
    import pyarrow as pa

    from technic_scanner.adapters.stores.documents import dump_table

    bad.finish()
    table = services.store.result(bad.run_id).table
    wider = table.append_column("Conviction", pa.array([0.5] * table.num_rows))
    put(services.store, "results", bad.run_id, picks_table=dump_table(wider), context="{")
    answer = client.get(f"/scans/{bad.run_id}/results")
    assert answer.status_code == 200
    assert answer.json()["columns"][-1] == {
        "name": "Conviction",
        "kind": "number",
        "unit": "",
        "group": "",
        "meaning": "",
    }
    assert answer.json()["rows"][0]["Conviction"] == 0.5
    assert answer.json()["notes"][-1].startswith("A part of this result cannot be read: context")


def test_a_table_that_cannot_be_read_is_that_runs_fault_alone(
    client: TestClient, services: Services, bad: HandMoved
) -> None:
    bad.finish()
    put(services.store, "results", bad.run_id, picks_table=b"torn")
    answer = client.get(f"/scans/{bad.run_id}/results")
    assert (answer.status_code, answer.json()["code"]) == (500, "store_data")
    assert answer.json()["detail"] == "the stored record cannot be read"
    assert client.get("/scans").json()["runs"][0]["unreadable"] == []
    assert client.get(f"/scans/{bad.run_id}/report.html").status_code == 200
    other = HandMoved.start(services, CONFIG)
    other.finish(RunStatus.FAILED)
    assert client.get("/compare", params={"runs": [bad.run_id, other.run_id]}).status_code == 200


def test_statistics_are_told_with_an_unreadable_run_among_the_others(
    client: TestClient, services: Services, bad: HandMoved
) -> None:
    bad.finish()
    put(services.store, "run_documents", bad.run_id, config="{", options="{", metrics="{")
    for path in ("stages", "regressions", "eta", "trends"):
        assert client.get(f"/analytics/{path}").status_code == 200
    assert client.get("/timings.csv").status_code == 200
    judged = client.get(f"/scans/{bad.run_id}/outcomes").json()
    assert (judged["picks"], len(judged["notes"])) == ([], 1)
    assert "omitted: 1" in " ".join(client.get("/outcomes").json()["notes"])


def test_presets_are_listed_with_an_unreadable_one_among_them(client: TestClient, services: Services) -> None:
    for name in ("good", "odd"):
        services.service.save_preset(Preset(name, CONFIG))
    put(services.store, "presets", "odd", config="[]")
    listed = {preset["name"]: preset for preset in client.get("/presets").json()["presets"]}
    assert listed["good"]["config"] == with_old_names(config_to_dict(CONFIG))
    assert (listed["odd"]["config"], listed["odd"]["unreadable"]) == (None, ["config: must be a JSON object, not []"])
    assert client.get("/presets/odd").json() == listed["odd"]
    for answer in (
        client.get("/presets/odd/export"),
        client.post("/scans", json={"preset": "odd"}),
        client.post("/scans/estimate", json={"preset": "odd"}),
    ):
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "preset")
    saved = client.put("/presets/odd", json={"config": {"min_price": 2}, "expected_version": 1})
    assert (saved.status_code, saved.json()["unreadable"]) == (200, [])
