"""Presets, sources, universes, workers, health and metrics."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from technic_scanner.bootstrap import Services
from technic_scanner.domain.run import RunStatus
from technic_scanner.runs.model import WorkerInfo
from tests.functional.api.hand_moved import HandMoved


def test_a_preset_is_saved_versioned_exported_imported_deleted(client: TestClient) -> None:
    made = client.put("/presets/my%20own", json={"config": {"min_tech_rating": 60}, "description": "strong"})
    assert (made.status_code, made.json()["version"], made.headers["location"]) == (201, 1, "/presets/my%20own")
    assert client.put("/presets/my%20own", json={}).json()["code"] == "preset_conflict"
    saved = client.put("/presets/my%20own", json={"config": {"min_tech_rating": 70}, "expected_version": 1})
    assert (saved.status_code, saved.json()["version"], saved.json()["config"]["min_tech_rating"]) == (200, 2, 70.0)
    assert client.put("/presets/my%20own", json={"expected_version": 1}).status_code == 409
    assert "my own" in [preset["name"] for preset in client.get("/presets").json()["presets"]]
    exported = client.get("/presets/my%20own/export")
    assert client.delete("/presets/my%20own").status_code == 204
    assert client.get("/presets/my%20own").json()["code"] == "preset_not_found"
    imported = client.post("/presets/import", json=exported.json())
    assert imported.status_code == 201
    assert imported.json()["config"] == saved.json()["config"]
    assert client.get("/presets/my%20own/export").json()["config"] == exported.json()["config"]


def test_bad_presets_are_refused_with_every_field(client: TestClient) -> None:
    answer = client.put("/presets/x", json={"config": {"max_symbols": 0, "nope": 1}, "options": {"workers": -1}})
    fields = {item["field"] for item in answer.json()["errors"]}
    assert (answer.status_code, fields) == (422, {"config.max_symbols", "config.nope", "options.workers"})
    assert client.post("/presets/import", json={"format": "other"}).status_code == 422
    exported = client.get("/presets/Quick%20look/export")
    parts = {"config": {"min_price": -1, "criteria": "rsi("}, "options": {"executor": "no", "x": 1, "chunk_size": 0}}
    refused = client.post("/presets/import", json=exported.json() | parts).json()["errors"]
    assert {"config.min_price", "config.criteria", "options.x", "options.chunk_size"} == {
        item["field"] for item in refused
    }
    unknown = exported.json() | {"name": "new", "options": {"executor": "no"}}
    [fault] = client.post("/presets/import", json=unknown).json()["errors"]
    assert fault["field"] == "options.executor"
    assert client.put("/presets/%20x", json={}).status_code == 422


def test_shipped_presets_stay(client: TestClient) -> None:
    name = next(preset["name"] for preset in client.get("/presets").json()["presets"] if preset["builtin"])
    assert client.delete(f"/presets/{name}").json()["code"] == "preset_conflict"
    assert client.get(f"/presets/{name}").status_code == 200


def test_sources_and_match_counts(client: TestClient) -> None:
    names = [source["name"] for source in client.get("/sources").json()["sources"]]
    assert names[:2] == ["sample", "synthetic"]
    everything = client.get("/universe").json()
    assert everything == {"total": everything["matching"], "matching": everything["matching"], "removed": []}
    tech = client.get("/universe", params={"sectors": "Information Technology"}).json()
    assert 0 < tech["matching"] < tech["total"]
    assert sum(step["removed"] for step in tech["removed"]) == tech["total"] - tech["matching"]


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("source=nope&max_symbols=0&sectors=Nope", ["query.max_symbols", "query.sectors", "query.source"]),
        ("source=nope&max_symbols=many", ["query.max_symbols", "query.source"]),
        ("universe=nope&max_symbols=1.5&other=1", ["query.max_symbols", "query.other", "query.universe"]),
        ("max_symbols=" + "9" * 5000, ["query.max_symbols"]),
        ("symbols=A%00B&symbols=C", ["query.symbols"]),
    ],
)
def test_every_bad_field_of_a_query_is_named_at_once(client: TestClient, query: str, fields: list[str]) -> None:
    answer = client.get(f"/universe?{query}")
    assert (answer.status_code, sorted(item["field"] for item in answer.json()["errors"])) == (422, fields)


@pytest.mark.parametrize("query", ["sectors=Nope", "source=nope", "universe=nope", "max_symbols=0", "min_price=1"])
def test_bad_universe_questions_name_the_parameter(client: TestClient, query: str) -> None:
    answer = client.get(f"/universe?{query}")
    assert answer.status_code == 422
    assert [item["field"] for item in answer.json()["errors"]] == [f"query.{query.partition('=')[0]}"]


def test_workers_and_health(client: TestClient, services: Services) -> None:
    assert client.get("/health/live").json()["status"] == "ok"
    assert client.get("/health/ready").status_code == 200
    now = services.clock.now()
    services.store.stamp_worker(WorkerInfo("w-1", "host-a", 77, now, now, None))
    body = client.get("/workers").json()
    assert [(worker["worker_id"], worker["pid"]) for worker in body["workers"]] == [("w-1", 77)]
    assert body["runs"]["queued"] == 0


def test_metrics_are_in_prometheus_format_and_count_each_run_once(client: TestClient, services: Services) -> None:
    HandMoved.start(services).finish()
    failed = HandMoved.start(services)
    failed.finish(RunStatus.FAILED)
    client.post("/scans", json={})
    client.get("/scans/nope")
    for _ in range(2):
        values = _samples(client)
    assert values["technic_runs", (("status", "succeeded"),)] == 1
    assert values["technic_runs", (("status", "queued"),)] == 1
    assert values["technic_queue_depth", ()] == 1
    assert values["technic_open_streams", ()] == 0
    assert values["technic_stage_seconds_count", (("stage", "symbol_scanning"),)] == 2
    assert values["technic_stage_seconds_sum", (("stage", "symbol_scanning"),)] == 9.0
    assert values["technic_run_seconds_count", (("status", "failed"),)] == 1
    missing = (("method", "GET"), ("route", "/scans/{run_id}"), ("status", "404"))
    assert values["technic_http_requests_total", missing] == 1
    services.service.resume(failed.run_id)
    again = HandMoved(services, services.store.claim("worker-of-the-test", "host", "0", None), failed.next_seq)  # type: ignore[arg-type]
    while again.run_id != failed.run_id:
        again = HandMoved(services, services.store.claim("worker-of-the-test", "host", "0", None), failed.next_seq)  # type: ignore[arg-type]
    again.finish()
    values = _samples(client)
    assert values["technic_run_seconds_count", (("status", "succeeded"),)] >= 1


def test_unknown_methods_and_paths_do_not_make_new_labels(client: TestClient) -> None:
    for number in range(5):
        client.request(f"METHOD{number}", f"/nothing/{number}")
    requests = [key for key in _samples(client) if key[0] == "technic_http_requests_total"]
    assert len([key for key in requests if ("route", "unknown") in key[1]]) == 1


def test_a_head_is_counted_as_what_it_is(client: TestClient) -> None:
    client.head("/sources")
    labels = (("method", "HEAD"), ("route", "/sources"), ("status", "200"))
    assert _samples(client)["technic_http_requests_total", labels] == 1


def test_two_applications_in_one_process_count_apart(services: Services) -> None:
    from technic_scanner.api.app import create_api
    from tests.functional.api.conftest import open_client

    first, second = create_api(services), create_api(services)
    with open_client(first) as client:
        client.get("/sources")
    with open_client(second) as client:
        assert not [key for key in _samples(client) if key[0] == "technic_http_requests_total"]


def test_405_names_every_method_of_the_path(client: TestClient) -> None:
    answer = client.delete("/scans")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")
    assert client.put("/scans/x").headers["allow"] == "DELETE, GET, HEAD, PATCH"


def _samples(client: TestClient) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    text = client.get("/metrics").text
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
