"""The page that a browser opens says where its server is; all else is passed on as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient
from streamlit import config
from streamlit.file_util import get_static_dir
from streamlit.web.server.starlette.starlette_static_routes import create_streamlit_static_handler

from technic_scanner.ui.app.known_server import KnownServer, script_for

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8", "accept-encoding": "gzip"}
INDEX = (Path(get_static_dir()) / "index.html").read_text(encoding="utf-8")


@pytest.fixture
def client() -> Iterator[TestClient]:
    routes = [
        Route("/api/docs", lambda _: HTMLResponse("<title>API</title>")),
        Route("/api/x", lambda _: PlainTextResponse("<title>")),
        Route("/gone", lambda _: HTMLResponse(INDEX, status_code=404)),
        Mount("/", create_streamlit_static_handler(get_static_dir(), None)),
    ]
    with TestClient(Starlette(routes=routes, middleware=[Middleware(KnownServer)])) as opened:
        yield opened


def told(page: str) -> dict[str, Any]:
    """Return what a page tells the front end."""
    found = re.search(r"hostConfig } = (\{.*\});", page)
    assert found is not None
    return json.loads(found[1])


def test_a_page_says_below_which_address_it_was_asked_for(client: TestClient) -> None:
    for path in ("/", "/history"):
        answer = client.get(path, headers=BROWSER)
        assert told(answer.text)["page"] == path
        assert answer.text.replace(script_for(path).decode(), "") == INDEX
        assert int(answer.headers["content-length"]) == len(answer.content)


def test_it_says_what_the_server_would_say_of_its_host(client: TestClient) -> None:
    host = told(client.get("/", headers=BROWSER).text)["hostConfig"]
    assert host == {"allowedOrigins": config.get_option("client.allowedOrigins"), "useExternalAuthToken": False}
    assert host["allowedOrigins"], "an empty list makes the front end ask"


def test_a_browser_that_has_the_page_without_the_script_gets_it_with_it(client: TestClient) -> None:
    plain = client.get("/", headers={"accept": "*/*"})
    known = {"if-none-match": plain.headers["etag"], "if-modified-since": plain.headers["last-modified"]}
    assert client.get("/", headers={"accept": "*/*"} | known).status_code == 304
    answer = client.get("/", headers=BROWSER | known)
    assert answer.status_code == 200
    assert told(answer.text)
    assert not {"etag", "last-modified"} & set(answer.headers)


@pytest.mark.parametrize("path", ["/api/docs", "/api/x", "/gone", "/favicon.png"])
def test_other_answers_are_passed_on(client: TestClient, path: str) -> None:
    assert client.get(path, headers=BROWSER).content == client.get(path, headers={"accept": "*/*"}).content


def test_a_program_and_a_head_get_the_page_as_it_is(client: TestClient) -> None:
    assert client.get("/", headers={"accept": "*/*"}).text == INDEX
    assert int(client.head("/", headers=BROWSER).headers["content-length"]) == len(INDEX.encode())


def test_no_path_ends_the_script() -> None:
    script = script_for("/</script><b>").decode()
    assert script.count("</script>") == 1
    assert told(script)["page"] == "/</script><b>"


def test_the_folder_that_streamlit_was_told_to_serve_below_is_part_of_the_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    options = {"server.baseUrlPath": "/scanner/", "client.allowedOrigins": ["https://host.example"]}
    monkeypatch.setattr(config, "get_option", options.__getitem__)
    assert told(script_for("/scanner/history").decode())["page"] == "/history"


def test_answers_in_pieces_are_put_together() -> None:
    async def in_pieces(_scope: object, _receive: object, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
        half = len(INDEX) // 2
        await send({"type": "http.response.body", "body": INDEX[:half].encode(), "more_body": True})
        await send({"type": "http.response.body", "body": INDEX[half:].encode()})

    client = TestClient(KnownServer(in_pieces))  # type: ignore[arg-type]
    assert told(client.get("/history", headers=BROWSER).text)["page"] == "/history"
