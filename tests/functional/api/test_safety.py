"""What must not get through: strangers, other origins, other hosts, big bodies, paths that climb."""

from __future__ import annotations

import hashlib
import json
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from technic_scanner.api.app import create_api
from technic_scanner.bootstrap import Services
from technic_scanner.errors import ConfigError
from tests.functional.api.conftest import MakeServices, open_client
from tests.functional.api.hand_moved import HandMoved
from tests.functional.api.live import LiveServer

TOKEN = "a-token-of-enough-letters"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
EVIL = "https://evil.test"


@pytest.fixture
def guarded(make_services: MakeServices) -> Iterator[TestClient]:
    digest = hashlib.sha256(TOKEN.encode()).hexdigest()
    with open_client(create_api(make_services(api_tokens=(f"ann:sha256:{digest}",)))) as client:
        yield client


def test_every_path_but_health_asks_for_the_token(guarded: TestClient) -> None:
    document = guarded.get("/openapi.json", headers=BEARER).json()
    for path, operations in document["paths"].items():
        for method in operations:
            answer = guarded.request(method, path.replace("{", "").replace("}", ""))
            if path in ("/health/live", "/health/ready"):  # what stands against schedules is not for everybody
                assert answer.status_code == 200
                continue
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized"), path
            assert answer.headers["www-authenticate"].startswith("Bearer")
    for path in ("/openapi.json", "/nothing", "/metrics", "/health/live/..%2f..%2fscans", "/health/live/"):
        assert guarded.get(path).status_code == 401, path


@pytest.mark.parametrize(
    "header",
    [
        "Bearer wrong-token-of-some-length",
        "Bearer ",
        "Bearer",
        f"Basic {TOKEN}",
        TOKEN,
        f"Bearer {TOKEN}x",
        "Bearer \xff",
    ],
)
def test_bad_tokens_do_not_open(guarded: TestClient, header: str) -> None:
    answer = guarded.get("/scans", headers={"Authorization": header.encode("latin-1")})  # type: ignore[dict-item]
    assert answer.status_code == 401
    assert TOKEN not in answer.text


@pytest.mark.parametrize("header", [f"Bearer {TOKEN}", f"bearer {TOKEN}", f"BEARER  {TOKEN} "])
def test_the_token_opens(guarded: TestClient, header: str) -> None:
    assert guarded.get("/scans", headers={"Authorization": header}).status_code == 200


def test_without_tokens_only_this_machine_gets_in(services: Services) -> None:
    with TestClient(create_api(services), base_url="http://localhost", client=("192.168.1.9", 5)) as client:
        answer = client.get("/scans")
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
        assert client.get("/health/live").status_code == 200
        with pytest.raises(WebSocketDisconnect) as caught, client.websocket_connect("/scans/x/ws") as ws:
            ws.receive_text()
        assert caught.value.code == 4401


def test_a_token_says_who_started_a_run_and_not_who_may_end_it(make_services: MakeServices) -> None:
    ann, bob = ({"Authorization": f"Bearer {name * 20}"} for name in "ab")
    services = make_services(api_tokens=(f"ann:{'a' * 20}", f"bob:{'b' * 20}"))
    with open_client(create_api(services)) as client:
        run = client.post("/scans", json={}, headers=ann).json()
        path = f"/scans/{run['run_id']}"
        assert client.patch(path, json={"label": "bob was here"}, headers=bob).json()["owner"] == "ann"
        assert client.post(f"{path}/cancel", headers=bob).json()["status"] == "cancelled"
        assert client.delete(path, headers=bob).status_code == 204
        assert client.get(path, headers=ann).status_code == 404


def test_bad_tokens_in_the_settings_stop_the_start(make_services: MakeServices) -> None:
    with pytest.raises(ConfigError, match=r"TECHNIC_API_TOKENS: .*api_tokens\[1\]") as caught:
        make_services(api_tokens=(f"ann:{TOKEN}", "bob:shorty"))
    assert "shorty" not in str(caught.value)


@pytest.mark.parametrize(
    "host", ["evil.test", "localhost.evil.test", "169.254.169.254", "evil.test:8501", "127.0.0.1.nip.io"]
)
def test_other_host_names_are_misdirected(client: TestClient, host: str) -> None:
    answer = client.get("/health/live", headers={"Host": host})
    assert (answer.status_code, answer.json()["code"]) == (421, "unknown_host")


@pytest.mark.parametrize("host", ["localhost:9", "127.0.0.1:8501", "[::1]:8501", "LOCALHOST"])
def test_our_own_host_names_are_served(client: TestClient, host: str) -> None:
    assert client.get("/health/live", headers={"Host": host}).status_code == 200


def test_host_names_may_be_added_with_a_wildcard(make_services: MakeServices) -> None:
    with open_client(create_api(make_services(allowed_hosts=("*.example.org",)))) as client:
        assert client.get("/health/live", headers={"Host": "scan.example.org"}).status_code == 200
        for host in ("example.org.evil.test", "evilexample.org", "localhost"):
            assert client.get("/health/live", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("origin", [EVIL, "null", "http://localhost:1", "http://localhost.evil.test"])
def test_writes_from_pages_of_other_origins_are_refused(client: TestClient, run: HandMoved, origin: str) -> None:
    for method, path in (
        ("POST", "/scans"),
        ("POST", f"/scans/{run.run_id}/cancel"),
        ("DELETE", f"/scans/{run.run_id}"),
        ("PATCH", f"/scans/{run.run_id}"),
        ("PUT", "/presets/mine"),
        ("GET", "/scan/stream"),
    ):
        answer = client.request(method, path, headers={"Origin": origin}, json={} if method != "GET" else None)
        assert (answer.status_code, answer.json()["code"]) == (403, "cross_origin"), path
    assert len(client.get("/scans").json()["runs"]) == 1


def test_a_form_or_image_of_another_site_without_an_origin_is_refused_too(client: TestClient) -> None:
    for fetch_site in ("cross-site", "same-site"):
        answer = client.post("/scans", json={}, headers={"Sec-Fetch-Site": fetch_site})
        assert answer.status_code == 403
        assert client.get("/scan/stream", headers={"Sec-Fetch-Site": fetch_site}).status_code == 403
    answer = client.post("/scans", content="{}", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 422


def test_writes_from_our_own_origin_and_from_allowed_ones_pass(make_services: MakeServices) -> None:
    with open_client(create_api(make_services(allowed_origins=("https://desk.example.org",)))) as client:
        for origin in ("http://localhost", "https://desk.example.org"):
            assert client.post("/scans", json={}, headers={"Origin": origin}).status_code == 202
        answer = client.get("/scans", headers={"Origin": "https://desk.example.org"})
        assert answer.headers["access-control-allow-origin"] == "https://desk.example.org"
        preflight = client.options(
            "/scans",
            headers={"Origin": "https://desk.example.org", "Access-Control-Request-Method": "POST"},
        )
        assert preflight.status_code == 200
        assert "access-control-allow-origin" not in client.get("/scans", headers={"Origin": EVIL}).headers
        assert client.post("/scans", json={}, headers={"Origin": EVIL}).status_code == 403


def test_no_page_may_read_across_origins_by_default(client: TestClient) -> None:
    answer = client.get("/scans", headers={"Origin": EVIL})
    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


def test_websockets_of_other_origins_hosts_and_strangers_are_refused(
    make_services: MakeServices,
) -> None:
    services = make_services(api_tokens=(f"ann:{TOKEN}",))
    run = HandMoved.start(services)
    run.advance(1)
    with LiveServer(create_api(services)) as live:
        for path in (f"/scans/{run.run_id}/ws", "/ws/scan-progress"):
            url = f"ws://127.0.0.1:{live.port}{path}"
            with pytest.raises(InvalidStatus) as refused, connect(url, origin=EVIL, additional_headers=BEARER):  # type: ignore[arg-type]
                pass
            assert refused.value.response.status_code == 403
            with pytest.raises(InvalidStatus) as refused, connect(url, origin="null", additional_headers=BEARER):  # type: ignore[arg-type]
                pass
            assert refused.value.response.status_code == 403
            for headers in ({}, {"Authorization": "Bearer wrong-wrong-wrong-wrong"}):
                with connect(url, additional_headers=headers) as stranger:
                    with pytest.raises(ConnectionClosed):
                        stranger.recv(timeout=120)
                    assert stranger.close_code == 4401
        url = f"ws://127.0.0.1:{live.port}/scans/{run.run_id}/ws"
        with connect(url, additional_headers=BEARER) as ann:
            assert json.loads(ann.recv(timeout=120))["seq"] == 1
        # As a browser must do it, which cannot set headers on a WebSocket.
        with connect(url, subprotocols=["technic", f"bearer.{TOKEN}"]) as ann:  # type: ignore[list-item]
            assert ann.subprotocol == "technic"
            assert json.loads(ann.recv(timeout=120))["seq"] == 1


def test_big_bodies_are_refused_announced_or_not(make_services: MakeServices) -> None:
    with LiveServer(create_api(make_services(max_body_bytes=2000))) as live:
        for head, body in (
            (b"Content-Length: 5000000000", b""),
            (b"Content-Length: 3000", b" " * 3000),
            (b"Transfer-Encoding: chunked", (b"400\r\n" + b" " * 1024 + b"\r\n") * 3 + b"0\r\n\r\n"),
        ):
            with socket.create_connection(("127.0.0.1", live.port), timeout=120) as client:
                start = b"POST /scans HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                client.sendall(start + head + b"\r\n\r\n" + body)
                answer = b""
                while b"body_too_large" not in answer and (more := client.recv(65536)):
                    answer += more
            assert answer.startswith(b"HTTP/1.1 413 "), answer
            assert b"application/problem+json" in answer
            assert b"body_too_large" in answer


def test_clients_read_why_a_big_body_was_refused(make_services: MakeServices) -> None:
    big = b" " * 5_000_000
    with LiveServer(create_api(make_services(max_body_bytes=2000))) as live:
        url = f"http://127.0.0.1:{live.port}/scans"
        announced = urllib.request.Request(url, big, {"Content-Type": "application/json"}, method="POST")
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(announced, timeout=120)
        assert json.load(refused.value)["code"] == "body_too_large"
        refused.value.close()
        for content in (big, (big[:100_000] for _ in range(50))):
            answer = httpx.post(url, content=content, headers={"Content-Type": "application/json"}, timeout=120)
            assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
        curl = ["curl", "-sS", "-H", "Content-Type: application/json", "--data-binary", "@-", url]
        for more in ([], ["-H", "Expect:"], ["-H", "Transfer-Encoding: chunked"]):
            said = subprocess.run([*curl, *more], input=big, capture_output=True, timeout=120, check=True).stdout
            assert json.loads(said)["code"] == "body_too_large"


@pytest.mark.parametrize("body", ["[" * 100_000, '{"config": {"max_symbols": ' + "9" * 5000 + "}}", "\xff", "nul"])
def test_hostile_json_is_a_client_error(client: TestClient, body: str) -> None:
    answer = client.post("/scans", content=body.encode("latin-1"), headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "universe", ["../outside.csv", "/etc/passwd", "link.csv", "sub/../../outside.csv", "..", "a\\..\\b"]
)
def test_files_source_does_not_leave_its_folder(make_services: MakeServices, tmp_path: Path, universe: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    secret = "Symbol,Date,Open,High,Low,Close,Volume\nSECRET,2020-01-02,1,1,1,1,1\n"
    (tmp_path / "outside.csv").write_text(secret)
    (root / "link.csv").symlink_to(tmp_path / "outside.csv")
    with open_client(create_api(make_services(files_root=root))) as client:
        config = {"source": "files", "universe": universe}
        for answer in (client.post("/scans/estimate", json={"config": config}), client.get("/universe", params=config)):
            assert answer.status_code == 422, answer.text
            assert "SECRET" not in answer.text
            assert str(tmp_path) not in answer.text


@pytest.mark.parametrize(
    "path", ["/scans/..%2f..%2fetc%2fpasswd/results.csv", "/scans/%2e%2e/results.csv", "/..%2f..%2fetc"]
)
def test_paths_that_climb_find_nothing(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (404, 422)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/health/live", "/scans", "/nothing", "/metrics"])
def test_every_answer_carries_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"


def test_an_error_that_nobody_foresaw_is_a_problem_without_a_traceback(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("the inside must stay inside")

    monkeypatch.setattr(type(services.service), "list", fail)
    with open_client(create_api(services)) as client:
        answer = client.get("/scans")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "inside" not in answer.text


def test_a_store_that_is_away_is_503_and_its_words_stay_inside(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    from technic_scanner.errors import StoreUnavailableError

    def fail(*_: object) -> None:
        raise StoreUnavailableError("could not connect to host db.internal as user bob")

    monkeypatch.setattr(type(services.service), "ping", fail)
    with open_client(create_api(services)) as client:
        answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
    assert "retry-after" in answer.headers
    assert "bob" not in answer.text


def test_a_store_deleted_under_the_server_is_told_until_it_is_back(services: Services, client: TestClient) -> None:
    file = services.settings.store_file
    assert client.post("/scans", json={}).status_code == 202
    away = file.rename(file.with_suffix(".away"))
    for answer in (client.get("/health/ready"), client.post("/scans", json={}), client.get("/scans")):
        assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
    away.rename(file)
    assert client.get("/health/ready").status_code == 200
    assert client.post("/scans", json={}).status_code == 202
    assert len(client.get("/scans").json()["runs"]) == 2


@pytest.mark.parametrize("label", ["a\x1b[2J", "a\x9b2J", "a\u202eb", "a\u2028b", "a\u2066b", "x" * 201])
def test_labels_and_symbols_that_steer_terminals_or_turn_text_around_are_refused(
    client: TestClient, run: HandMoved, label: str
) -> None:
    for answer in (
        client.post("/scans", json={"label": label}),
        client.post("/scans", json={"config": {"symbols": [label]}}),
        client.patch(f"/scans/{run.run_id}", json={"label": label}),
        client.put("/presets/mine", json={"config": {"industry_contains": label}}),
    ):
        assert answer.status_code == 422, answer.text
    assert len(client.get("/scans").json()["runs"]) == 1
