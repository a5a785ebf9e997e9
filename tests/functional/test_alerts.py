"""Alerts over a real store, a real webhook and every door; what is secret is found nowhere."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from starlette.testclient import TestClient

from technic_scanner.adapters.launcher import WorkerLauncher
from technic_scanner.api.app import create_api
from technic_scanner.bootstrap import Services, build
from technic_scanner.settings import load_settings
from tests.functional.api.conftest import open_client
from tests.functional.command_line import run
from tests.support.memory_keyring import MemoryKeyring, use
from tests.unit.adapters.notify.receivers import Hook, web_server

PLANTED = "planted-Se3ret"
ADD = ("alerts", "add", "to ann", "--schedule", "nightly", "--channel", "hook", "--when", "always")
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(params=["environment", "keyring"])
def hook(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    """A webhook, set as the channel of this name with a secret in every part of it."""
    monkeypatch.setenv("TECHNIC_ALERT_ALLOWED_NETWORKS", "127.0.0.0/8")
    with web_server() as (served, port), use(MemoryKeyring()) as held:
        address = f"http://ann:{PLANTED}@127.0.0.1:{port}/{PLANTED}?t={PLANTED}"
        if request.param == "environment":
            monkeypatch.setenv("TECHNIC_CHANNEL_HOOK", address)
            monkeypatch.setenv("TECHNIC_CHANNEL_HOOK_SECRET", PLANTED)
        else:
            monkeypatch.setenv("TECHNIC_ALERT_KEYRING_CHANNELS", "hook")
            held.set_password("technic-scanner", "channel-hook", address)
            held.set_password("technic-scanner", "channel-hook-secret", PLANTED)
        yield served
        assert bool(held.asked) is (request.param == "keyring")


def scanned_nightly() -> str:
    """Let a schedule of the sample run once; return the run's id."""
    words = ("--preset", "Quick look", "--after-close", "XNYS")
    assert run("schedules", "add", "nightly", *words).exit_code == 0
    added = run(*ADD)
    assert added.exit_code == 0, added.output
    fired = json.loads(run("schedules", "fire", "nightly", "--json").stdout)
    with build() as services:
        services.worker().run()
        services.alerts.send_due()
    return str(fired["run_id"])


def test_a_run_is_told_once_and_shown_by_every_door_without_its_secrets(
    cli_home: Path, hook: Hook, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(WorkerLauncher, "ensure_worker", lambda _self: None)  # this test's own worker takes the run
    run_id = scanned_nightly()
    (_, headers, body) = hook.got[0]
    told = json.loads(body)
    assert (len(hook.got), told["new"]["run_id"], told["key"]) == (1, run_id, headers["idempotency-key"])
    (message,) = json.loads(run("alerts", "messages", "--json").stdout)
    assert (message["alert"], message["status"], message["run_id"]) == ("to ann", "sent", run_id)

    hook.status = 500
    said = [
        run("alerts", "test", "to ann"),
        run("alerts", "messages"),
        run("alerts", "list"),
        run("alerts", "channels"),
    ]
    assert "status 500" in said[0].stderr
    said += [run("alerts", "preview", "to ann"), run("alerts", "preview", "to ann", "--json"), run("doctor")]
    assert json.loads(said[5].stdout)["key"] == told["key"]
    said += [run("export", run_id, "--json"), run("export", run_id, "--report"), run("schedules", "show", "nightly")]
    with build() as services, open_client(create_api(services)) as client:
        answers = [*asked(client), client.get(f"/scans/{run_id}/report.html").text, client.get("/metrics").text]
        assert json.loads(client.post("/alerts/to ann/test").text)["code"] == "channel_error"
    monkeypatch.setenv("TECHNIC_ALERT_ALLOWED_NETWORKS", "")
    refused = run("alerts", "test", "to ann")
    assert "inside the host's network" in refused.stderr
    texts = [*answers, caplog.text, refused.output, *(result.output for result in said)]
    assert [text for text in texts if PLANTED in text] == []
    files = [path for path in cli_home.rglob("*") if path.is_file()]
    assert [path for path in files if PLANTED.encode() in path.read_bytes()] == []
    assert len(files) > 1


def asked(client: TestClient) -> list[str]:
    """Ask what tells of alerts."""
    paths = ("/alerts", "/alerts/to ann", "/alerts/to ann/preview", "/alerts/to ann/messages", "/channels")
    answers = [client.get(path) for path in (*paths, "/health/standing", "/schedules", "/scans")]
    assert {answer.status_code for answer in answers} == {200}
    answers.append(client.post("/alerts/to ann/test"))
    answers.append(client.post("/alerts", json={"name": "x", "schedule": "nightly", "channel": "gone"}))
    assert [answer.status_code for answer in answers[-2:]] == [502, 422]
    feed = client.get("/feeds/nightly.xml")
    assert feed.headers["content-type"].startswith("application/atom+xml")
    entries = ET.fromstring(feed.text).findall(f"{ATOM}entry")
    assert len(entries) == 1
    assert entries[0].findtext(f"{ATOM}id", "").startswith("urn:technic-scanner:run:")
    return [answer.text for answer in (*answers, feed)]


def test_alerts_are_added_paused_and_removed_over_rest(
    tmp_path: Path, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    del hook
    monkeypatch.delenv("TECHNIC_CHANNEL_HOOK_SECRET", raising=False)
    with build(load_settings(home=tmp_path)) as services, open_client(create_api(services)) as client:
        client.post("/schedules", json={"name": "nightly", "preset": "Quick look", "after_close": "XNYS"})
        terms = {"name": "to ann", "schedule": "nightly", "channel": "hook", "when": "changed", "least": 2}
        added = client.post("/alerts", json=terms)
        assert (added.status_code, added.headers["Location"]) == (201, "/alerts/to%20ann")
        assert client.post("/alerts", json=terms).status_code == 409
        assert client.post("/alerts", json=terms | {"schedule": "none", "name": "y"}).status_code == 404
        bad = client.post("/alerts", json=terms | {"title": "$nope", "body": "$", "channel": "x"})
        assert [error["field"] for error in bad.json()["errors"]] == ["title", "body", "channel"]
        assert client.post("/alerts/to ann/pause").json()["paused"] is True
        assert client.post("/alerts/to ann/resume").json()["paused"] is False
        assert client.get("/alerts/to ann/preview").status_code == 409
        assert client.get("/channels").json() == {"channels": [{"name": "hook", "problem": None}]}
        assert client.get("/feeds/none.xml").status_code == 404
        assert ET.fromstring(client.get("/feeds/nightly.xml").text).findall(f"{ATOM}entry") == []
        assert client.delete("/alerts/to ann").status_code == 204
        assert client.get("/alerts/to ann").status_code == 404


def test_a_promised_run_that_did_not_happen_is_a_problem_and_a_gauge(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with build(load_settings(home=tmp_path)) as services, open_client(create_api(services)) as client:
        client.post("/schedules", json={"name": "nightly", "preset": "Quick look", "after_close": "XNYS"})
        assert client.get("/health/standing").json() == {"problems": []}
        assert "technic_schedules_overdue 0.0" in client.get("/metrics").text
        let_it_pass(services, monkeypatch)
        (problem,) = client.get("/health/standing").json()["problems"]
        assert "expected by" in problem
        assert "no worker or server was alive" in problem
        assert "technic_schedules_overdue 1.0" in client.get("/metrics").text


def let_it_pass(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the next time be long past, with nobody looking."""
    from dataclasses import replace
    from datetime import timedelta

    monkeypatch.setattr(services.keeper, "start", lambda: None)
    stored = services.schedules.get("nightly")
    services.store.save_schedule(replace(stored, next_at=services.clock.now() - timedelta(hours=1)))
