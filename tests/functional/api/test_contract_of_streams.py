"""Schemathesis over WebSockets: they take what the document says of REST, and tell what server-sent events tell."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import httpx
import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from technic_scanner.api.requests import ScanRequest
from tests.functional.api.contract_server import api_schema, headers, live, run_id
from tests.functional.api.live import LiveServer

__all__ = ["api_schema", "headers", "live", "run_id"]

pytest_plugins = ["schemathesis.pytest.plugin"]
pytestmark = pytest.mark.xdist_group("contract")

EXAMPLES = 40
MODES = pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
UNKNOWN, INVALID = 4404, 4422


class Told:
    """What a WebSocket said from the handshake to its end: the messages and the close code, or the refused status."""

    def __init__(self, live: LiveServer, path: str, headers: dict[str, str], first: str | None = None) -> None:
        self.messages: list[dict[str, Any]] = []
        self.status, self.code = 101, None
        try:
            socket = connect(f"ws://127.0.0.1:{live.port}{path}", additional_headers=headers, open_timeout=120)
        except InvalidStatus as refused:
            self.status = refused.response.status_code
            return
        with socket, suppress(ConnectionClosed):
            if first is not None:
                socket.send(first)
            for message in socket:
                self.messages.append(json.loads(message))
        self.code = socket.close_code


def each(operation: Any, mode: GenerationMode, check: Callable[[Any], None]) -> None:
    """Check requests of an operation, as described or not."""

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    def checked(case: Any) -> None:
        check(case)

    checked()


def is_as_described(api_schema: Any, name: str, value: Any) -> None:
    """Hold a value to a schema of the document."""
    components = {"components": api_schema.raw_schema["components"]}
    schema = {"$ref": f"#/components/schemas/{name}"} | components
    assert not [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(value)]


@MODES
def test_a_socket_takes_the_scans_that_a_post_takes(
    api_schema: Any, live: LiveServer, headers: dict[str, str], mode: GenerationMode
) -> None:
    def alike(case: Any) -> None:
        body = case.body if isinstance(case.body, dict | list | str | int | float | bool | None) else {}
        if isinstance(body, dict) and not body.keys() & ScanRequest.model_fields.keys():
            body = {"config": body}  # as the earlier API's clients send it
        text = json.dumps(body)
        posted = httpx.post(
            f"{live.base_url}/scans", content=text, headers=headers | {"Content-Type": "application/json"}, timeout=120
        )
        told = Told(live, "/ws/scan-progress", headers, text)
        if posted.status_code == 202:
            started, *events, end = told.messages
            assert (started["type"], end["type"], end["status"], told.code) == ("started", "end", "succeeded", 1000)
            assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
        else:
            (refusal,) = told.messages
            assert told.code == 4000 + posted.status_code, posted.text
            is_as_described(api_schema, "Problem", refusal)
            assert refusal["errors"] == posted.json()["errors"]

    each(api_schema["/scans"]["post"], mode, alike)


@MODES
def test_a_socket_tells_of_a_run_what_server_sent_events_tell(
    api_schema: Any, live: LiveServer, headers: dict[str, str], run_id: str, mode: GenerationMode
) -> None:
    def alike(case: Any) -> None:
        wanted = str(case.path_parameters["run_id"])
        run = run_id if len(wanted) % 2 else quote(wanted, safe="")
        query = httpx.QueryParams({} if not isinstance(case.query, dict) else {"after": case.query.get("after", 0)})
        streamed = httpx.get(f"{live.base_url}/scans/{run}/stream", params=query, headers=headers, timeout=120)
        told = Told(live, f"/scans/{run}/ws?{query}", headers)
        if streamed.status_code == 200:
            *events, end = told.messages
            data = [json.loads(line[5:]) for line in streamed.text.splitlines() if line.startswith("data:")]
            assert [event["event"] for event in events] == data[:-1]
            assert (end, told.code) == (data[-1], 1000)
            for event in data[:-1]:
                is_as_described(api_schema, "EventDocument", event)
        elif told.code == INVALID:
            (refusal,) = told.messages
            is_as_described(api_schema, "Problem", refusal)
            assert (streamed.status_code, refusal["errors"]) == (422, streamed.json()["errors"])
        elif told.status == 101:
            assert (told.messages, told.code) == ([], UNKNOWN)
            assert streamed.status_code == 404
        else:
            assert (told.status, streamed.status_code) in ((403, 422), (403, 404), (404, 404))

    each(api_schema["/scans/{run_id}/stream"]["get"], mode, alike)


@pytest.mark.parametrize("path", ["/scans/{run_id}/ws", "/ws/scan-progress", "/ws/scan-progress?run_id={run_id}"])
def test_a_socket_without_the_token_is_told_nothing(
    live: LiveServer, headers: dict[str, str], run_id: str, path: str
) -> None:
    told = Told(live, path.format(run_id=run_id), {}, "{}" if path.endswith("progress") else None)
    with_tokens = "Authorization" in headers
    assert (bool(told.messages), told.code) == ((False, 4401) if with_tokens else (True, 1000))
