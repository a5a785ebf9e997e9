"""The scripts that are named ahead exist in the installed Streamlit; a part that is not there has none."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit.file_util import get_static_dir

from technic_scanner.ui.app.early_scripts import EarlyScripts
from technic_scanner.ui.style import front_end
from technic_scanner.ui.style.front_end import TABLE


def test_a_table_is_drawn_by_a_script_that_is_there_and_so_are_those_it_imports() -> None:
    first, *more = front_end.scripts_of(TABLE)
    assert first == front_end.script_of(TABLE)
    assert more
    assert all((Path(get_static_dir()) / path).is_file() for path in (first, *more))


def test_what_every_page_loads_is_not_named_again() -> None:
    index = (Path(get_static_dir()) / "index.html").read_text(encoding="utf-8")
    assert not [path for path in front_end.scripts_of(TABLE) if path in index]


def test_a_part_that_is_not_there_has_no_scripts() -> None:
    assert front_end.script_of("NoSuchPart") is None
    assert front_end.scripts_of("NoSuchPart") == ()


def linked(path: str) -> str:
    """Return the links of the answer to ``path``."""
    routes = [Route("/api/x", lambda _: PlainTextResponse("x")), Route("/{any:path}", lambda _: HTMLResponse("page"))]
    with TestClient(Starlette(routes=routes, middleware=[Middleware(EarlyScripts)])) as client:
        return client.get(path).headers.get("link", "")


def test_the_form_names_the_scripts_that_draw_picks_and_nothing_else_does() -> None:
    assert front_end.scripts_of(TABLE)
    links = linked("/").split(", ")
    assert links == [f"<./{path}>; rel=modulepreload" for path in front_end.scripts_of(TABLE)]
    for path in ("/?run=1", "/results", "/api/x"):
        assert linked(path) == "", path
