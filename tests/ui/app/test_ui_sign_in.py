"""The sign-in before every page, where the settings want it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from technic_scanner.errors import StoreUnavailableError
from technic_scanner.ui.app import services as ui_services
from technic_scanner.ui.app import sign_in
from technic_scanner.ui.system.system_view import _sign_in_text
from tests.ui.scan.test_ui_scan_page import titles

NO_LINK = "\u2060"  # keeps an address from becoming a link
PAGES = ("scan", "results", "history", "compare", "outcomes", "system")


@pytest.fixture
def guarded(empty: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A dashboard whose settings ask for sign-in."""
    services = replace(empty.services, settings=empty.services.settings.model_copy(update={"require_sign_in": True}))
    monkeypatch.setattr(ui_services, "_built", [services])
    return empty


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


@pytest.mark.parametrize("page", PAGES)
def test_no_page_shows_anything_before_the_sign_in(guarded: Any, open_page: Callable[..., AppTest], page: str) -> None:
    app = open_page(page)
    assert not app.exception
    assert labels(app) == ["Sign in"]
    assert not app.dataframe
    assert not app.metric


@pytest.mark.parametrize("user", [{"is_logged_in": False}, {"email": "ann@example.org"}, {"is_logged_in": "yes"}])
def test_only_a_user_that_is_logged_in_gets_in(guarded: Any, open_page: Callable[..., AppTest], user: dict) -> None:
    app = open_page()
    app.user = user
    app.run()
    assert labels(app) == ["Sign in"]
    app.user = {"is_logged_in": True, "email": "ann@example.org"}
    app.run()
    assert "Sign in" not in labels(app)
    assert "Sign out" in labels(app)
    said = app.sidebar.caption[0].value
    assert said.replace("\\", "").replace(NO_LINK, "") == "Signed in as ann@example.org"


def test_a_sign_in_that_is_not_set_up_lets_nobody_in_and_says_what_is_missing(
    guarded: Any, open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page()
    app.button[0].click().run()
    assert not app.exception
    assert labels(app) == ["Sign in"]
    assert "secrets.toml" in app.error[0].value


def test_a_store_that_is_away_lets_nobody_past_the_sign_in(
    open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise StoreUnavailableError("away")

    monkeypatch.setattr(sign_in, "services", fail)
    app = open_page()
    assert not app.exception
    assert not labels(app)
    assert titles(app, "error")


def test_without_the_setting_nobody_is_asked(empty: Any, open_page: Callable[..., AppTest]) -> None:
    app = open_page()
    assert "Sign in" not in labels(app)
    assert "Sign out" not in labels(app)


def test_the_system_page_says_who_can_come_in(empty: Any) -> None:
    settings = empty.services.settings
    assert "only this machine" in _sign_in_text(settings)
    assert "anyone who can reach" in _sign_in_text(settings.model_copy(update={"host": "0.0.0.0"}))
    assert _sign_in_text(settings.model_copy(update={"require_sign_in": True})) == "required"
