"""What a host may set: read from TECHNIC_ variables, checked together, and passed on to other processes whole."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy import make_url

from technic_scanner.errors import ConfigError
from technic_scanner.settings import (
    Settings,
    is_loopback,
    load_settings,
    require_safe_binding,
    unknown_variables,
)


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """None of this machine's own settings, and a folder of the test's own to be in."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"TECHNIC_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)


def test_every_bad_variable_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TECHNIC_PORT", "70000")
    monkeypatch.setenv("TECHNIC_STALE_AFTER_SECONDS", "soon")
    monkeypatch.setenv("TECHNIC_API_TOKENS", "ann:xyzzy")
    monkeypatch.setenv("TECHNIC_LOG_LEVEL", "LOUD")
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert {problem.field for problem in caught.value.problems} == {
        "TECHNIC_PORT",
        "TECHNIC_STALE_AFTER_SECONDS",
        "TECHNIC_API_TOKENS",
        "TECHNIC_LOG_LEVEL",
    }
    assert "xyzzy" not in str(caught.value), "an error must not quote a secret"


def test_the_store_is_under_home_unless_it_is_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TECHNIC_HOME", "data")
    assert load_settings().store_file == tmp_path / "data" / "technic.db"
    monkeypatch.setenv("TECHNIC_DATABASE_URL", "postgresql://host/runs")
    assert load_settings().database_url == "postgresql://host/runs"


@pytest.mark.parametrize("url", ["sqlite:///runs.db", "sqlite+pysqlite:///runs.db"])
def test_a_relative_sqlite_file_is_that_of_the_folder_it_was_set_in(
    url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = load_settings(database_url=url)
    monkeypatch.chdir("/")
    assert settings.database_url == url.replace("runs.db", str(tmp_path / "runs.db"))


def test_a_relative_file_in_a_folder_of_any_name_stays_that_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "50%20off? #1"
    folder.mkdir()
    monkeypatch.chdir(folder)
    url = load_settings(database_url="sqlite:///runs.db").database_url
    assert Path(str(make_url(str(url)).database)) == folder / "runs.db"


@pytest.mark.parametrize("url", ["sqlite:////var/runs.db", "sqlite:///:memory:", "sqlite://", "postgresql://h/d"])
def test_other_urls_stay_as_they_are(url: str) -> None:
    assert load_settings(database_url=url).database_url == url


@pytest.mark.parametrize("variable", ["TECHNIC_HOME", "TECHNIC_DATABASE_URL"])
def test_names_that_sqlite_cannot_open_are_refused(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, os.fsdecode("sqlite:////data/préfixe".encode("latin-1")))
    with pytest.raises(ConfigError, match=f"{variable}: must be UTF-8"):
        load_settings()


def test_another_process_gets_the_same_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given = load_settings(
        home="data", port=9000, database_url="sqlite:///runs.db", allowed_hosts="a.example,b.example", log_format="json"
    )
    for name, value in given.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir("/")
    assert load_settings() == given
    assert given.home == tmp_path / "data"


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("[::1]", True),
        ("::ffff:127.0.0.1", True),
        ("", False),
        ("0.0.0.0", False),
        ("::", False),
        ("192.0.2.1", False),
        ("scanner.example", False),
    ],
)
def test_only_loopback_may_be_served_without_tokens(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
    require_safe_binding(host, ["ann:a-token-of-enough-letters"])
    if loopback:
        require_safe_binding(host, [])
    else:
        with pytest.raises(ConfigError, match="TECHNIC_API_TOKENS"):
            require_safe_binding(host, [])


def test_a_variable_that_nothing_reads_is_named_with_the_nearest_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TECHNIC_DATABASE", "sqlite:///x.db")
    monkeypatch.setenv("TECHNIC_HOMES", "/x")
    monkeypatch.setenv("TECHNIC_ZOO_DEPHT", "3")
    monkeypatch.setenv("TECHNIC_ZOO_KEY", "of a plugin")
    monkeypatch.setenv("TECHNIC_PORT", "8000")
    monkeypatch.setenv("TECHNIC_TOKEN", "of a client")
    assert unknown_variables(lambda: ("TECHNIC_ZOO_KEY", "TECHNIC_ZOO_DEPTH")) == (
        "TECHNIC_DATABASE is not a setting and has no effect; the nearest setting is TECHNIC_DATABASE_URL.",
        "TECHNIC_HOMES is not a setting and has no effect; the nearest setting is TECHNIC_HOME.",
        "TECHNIC_ZOO_DEPHT is not a setting and has no effect; the nearest setting is TECHNIC_ZOO_DEPTH.",
    )


def test_plugins_are_not_asked_where_every_variable_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TECHNIC_PORT", "8000")
    assert unknown_variables(lambda: pytest.fail("asked")) == ()
