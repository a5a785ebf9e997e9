"""The earlier API's streams: a config starts a run, its flat messages come until it is done."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from technic_scanner.api import earlier_api
from technic_scanner.api.app import create_api
from technic_scanner.bootstrap import Services
from technic_scanner.domain.run import RunStatus
from tests.functional.api.conftest import MakeServices
from tests.functional.api.hand_moved import WORKER, HandMoved
from tests.functional.api.live import LiveServer, sse


@pytest.fixture
def live(app: FastAPI) -> Iterator[LiveServer]:
    with LiveServer(app) as server:
        yield server


def socket_to(live: LiveServer, query: str = "") -> ClientConnection:
    return connect(f"ws://127.0.0.1:{live.port}/ws/scan-progress{query}")


def claimed(services: Services) -> HandMoved:
    record = services.store.claim(WORKER, "host", "0", None)
    assert record is not None
    return HandMoved(services, record)


@pytest.mark.parametrize("wrap", [True, False])
def test_a_config_as_first_message_starts_a_run_and_streams_it(
    live: LiveServer, services: Services, wrap: bool
) -> None:
    config = {"sectors": ["Information Technology"], "max_symbols": 100}
    with socket_to(live) as client:
        client.send(json.dumps({"config": config} if wrap else config))
        started = json.loads(client.recv(timeout=120))
        run = claimed(services)
        assert started == {"type": "started", "run_id": run.run_id}
        assert run.record.config.max_symbols == 100
        run.advance(2)
        run.finish()
        *progress, end = [json.loads(message) for message in client]
        assert client.close_code == 1000
    assert [message["seq"] for message in progress] == [1, 2, 3]
    assert progress[0] == {
        "type": "progress",
        "run_id": run.run_id,
        "seq": 1,
        "stage": "data_fetching",
        "current": 1,
        "total": None,
        "message": "1 fetched, 1 from the cache",
        "stage_progress_pct": pytest.approx(0.1),
        "overall_progress_pct": pytest.approx(0.1),
        "stage_eta": None,
        "overall_eta": None,
        "stage_throughput": None,
    }
    assert (end["type"], end["status"]) == ("end", "succeeded")
    assert set(end["metrics"]["stage_timings"]) == {
        "universe_loading_seconds",
        "data_fetching_seconds",
        "symbol_scanning_seconds",
        "finalization_seconds",
    }


def test_a_run_id_attaches(live: LiveServer, run: HandMoved) -> None:
    run.advance(4)
    run.finish(RunStatus.FAILED)
    with socket_to(live, f"?run_id={run.run_id}&after=2") as client:
        messages = [json.loads(message) for message in client]
    assert [message.get("seq") for message in messages] == [3, 4, 5, None]
    assert messages[-1]["error"] == {"code": "source_error", "message": "the source went away"}


@pytest.mark.parametrize(
    ("first", "fields"),
    [
        ({"max_symbols": -5, "nope": 1}, {"config.max_symbols", "config.nope"}),
        ({"config": {}, "label": 5}, {"label"}),
        ({"universe": "Atlantis"}, {"config.universe"}),
        ("not json", {"body"}),
        ([1, 2], {"body"}),
    ],
)
def test_a_bad_first_message_is_answered_with_a_problem(live: LiveServer, first: Any, fields: set[str]) -> None:
    with socket_to(live) as client:
        client.send(first if isinstance(first, str) else json.dumps(first))
        problem = json.loads(client.recv(timeout=120))
        assert (problem["type"], problem["status"]) == ("error", 422)
        assert {item["field"] for item in problem["errors"]} == fields
        with pytest.raises(ConnectionClosed):
            client.recv(timeout=120)
        assert client.close_code == 4422


@pytest.mark.parametrize(
    ("first", "fields"),
    [
        ({"source": "nowhere", "max_symbols": -5, "nope": 1}, ["config.max_symbols", "config.nope", "config.source"]),
        ({"config": {"source": "nowhere"}, "label": 5}, ["config.source", "label"]),
        ({"lookback_days": 1, "lookback_sessions": 2}, ["config.lookback_days"]),
        ("[" * 200_000, ["body"]),
        ("9" * 5000, ["body"]),
    ],
    ids=["config", "label", "both names", "nested", "long number"],
)
def test_every_fault_of_a_first_message_is_named_at_once(live: LiveServer, first: Any, fields: list[str]) -> None:
    with socket_to(live) as client:
        client.send(first if isinstance(first, str) else json.dumps(first))
        problem = json.loads(client.recv(timeout=120))
    assert (problem["status"], sorted(item["field"] for item in problem["errors"])) == (422, fields)


@pytest.mark.parametrize("body", [[], [{}], "text", 5, 0.5, True, None])
def test_what_is_no_object_is_refused_by_a_socket_as_by_a_post(live: LiveServer, body: Any) -> None:
    text = json.dumps(body)
    posted = httpx.post(f"{live.base_url}/scans", content=text, headers={"Content-Type": "application/json"})
    with socket_to(live) as client:
        client.send(text)
        problem = json.loads(client.recv(timeout=120))
    assert (posted.status_code, problem["status"]) == (422, 422)
    assert problem["errors"] == posted.json()["errors"] == [{"field": "body", "message": "must be a JSON object"}]


def test_no_first_message_is_not_waited_for_for_ever(live: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(earlier_api, "FIRST_MESSAGE_SECONDS", 0.05)
    with socket_to(live) as client:
        with pytest.raises(ConnectionClosed):
            client.recv(timeout=120)
        assert client.close_code == 1008


@pytest.mark.parametrize("label", ["x" * 1000, "é" * 600], ids=["letters", "bytes"])
def test_a_first_message_over_the_body_limit_closes_with_1009(make_services: MakeServices, label: str) -> None:
    with LiveServer(create_api(make_services(max_body_bytes=1000))) as live, socket_to(live) as client:
        client.send(json.dumps({"label": label}, ensure_ascii=False))
        with pytest.raises(ConnectionClosed):
            client.recv(timeout=120)
        assert client.close_code == 1009


def test_unknown_presets_and_runs_have_their_codes(live: LiveServer) -> None:
    with socket_to(live) as client:
        client.send(json.dumps({"preset": "nope"}))
        assert json.loads(client.recv(timeout=120))["code"] == "preset_not_found"
        with pytest.raises(ConnectionClosed):
            client.recv(timeout=120)
        assert client.close_code == 4404
    with socket_to(live, "?run_id=nope") as client:
        with pytest.raises(ConnectionClosed):
            client.recv(timeout=120)
        assert client.close_code == 4404


def test_get_starts_a_scan_once_and_a_reconnect_goes_on_with_it(live: LiveServer, services: Services) -> None:
    path = "/scan/stream?max_symbols=12&sectors=Energy&sectors=Materials&min_tech_rating=5"
    with sse(live.port, path) as connection:
        assert connection.status == 200
        run = claimed(services)
        assert run.record.config.sectors == ("Energy", "Materials")
        assert (run.record.config.max_symbols, run.record.config.min_tech_rating) == (12, 5.0)
        run.advance(1)
        stream = connection.messages()
        next(stream)
        first = next(stream)
    assert first.fields["id"] == f"{run.run_id}:1"
    assert json.loads(first.fields["data"])["type"] == "progress"
    run.finish()
    with sse(live.port, path, {"Last-Event-ID": first.fields["id"]}) as connection:
        rest = list(connection.messages())[1:]
    assert [message.fields["id"] for message in rest] == [f"{run.run_id}:2", f"{run.run_id}:2-end"]
    with sse(live.port, path, {"Last-Event-ID": rest[-1].fields["id"]}) as connection:
        assert connection.status == 204
    assert len(services.service.list().records) == 1


@pytest.mark.parametrize("name", ["lookback_days", "lookback_sessions"])
def test_get_takes_a_renamed_field_under_either_name(live: LiveServer, services: Services, name: str) -> None:
    with sse(live.port, f"/scan/stream?{name}=120&max_symbols=3") as connection:
        assert connection.status == 200
        assert claimed(services).record.config.lookback_sessions == 120


def test_a_bad_query_is_answered_with_every_field(live: LiveServer) -> None:
    path = "/scan/stream?source=nowhere&max_symbols=x&lookback_days=0&as_of_date=today&min_tech_rating=101"
    answer = httpx.get(f"{live.base_url}{path}", headers={"Accept": "text/event-stream"})
    assert answer.status_code == 422
    assert sorted(item["field"] for item in answer.json()["errors"]) == [
        "query.as_of_date",
        "query.lookback_sessions",
        "query.max_symbols",
        "query.min_tech_rating",
        "query.source",
    ]
    both = httpx.get(f"{live.base_url}/scan/stream?lookback_days=1&lookback_sessions=2&run_id=a%20b&source=nowhere")
    assert {item["field"] for item in both.json()["errors"]} == {"query.lookback_days", "query.run_id", "query.source"}


def test_get_with_a_run_id_attaches(live: LiveServer, run: HandMoved, services: Services) -> None:
    run.finish()
    with sse(live.port, f"/scan/stream?run_id={run.run_id}") as connection:
        assert [message.event for message in connection.messages()][1:] == ["progress", "end"]
    with sse(live.port, "/scan/stream?run_id=nope") as connection:
        assert connection.status == 404
    with sse(live.port, "/scan/stream?sectors=Nope") as connection:
        assert connection.status == 422
    assert len(services.service.list().records) == 1
