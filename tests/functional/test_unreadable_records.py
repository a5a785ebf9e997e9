"""One record that cannot be read is shown as such at every door of the command line, and costs no other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from technic_scanner.adapters.launcher import WorkerLauncher
from technic_scanner.bootstrap import Services, build
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.run import RunStatus
from technic_scanner.runs.model import Preset
from technic_scanner.runs.serialization.stored import dump
from technic_scanner.testing.stores.samples import scan_result
from tests.contract.stores.damage import WAYS, change, damaged, put, put_event
from tests.functional.api.hand_moved import HandMoved
from tests.functional.command_line import run

EXIT_DONE, EXIT_FAILED, EXIT_USAGE = 0, 1, 2
CONFIG = ScanConfig(symbols=("AAPL",))


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """The services behind the commands; workers work when they are told to."""
    monkeypatch.setenv("TECHNIC_HOME", str(tmp_path))
    monkeypatch.setenv("TECHNIC_STALE_AFTER_SECONDS", "600")
    monkeypatch.setattr(WorkerLauncher, "ensure_worker", lambda self: None)
    built = build()
    yield built
    built.close()


def ended(services: Services, label: str) -> str:
    """Store a run that has ended with a small result."""
    moved = HandMoved.start(services, CONFIG, label=label)
    moved.advance(3)
    return moved.finish(result=scan_result(config=CONFIG)).run_id


@pytest.mark.parametrize("how", WAYS)
def test_runs_are_listed_and_shown_with_what_can_be_read(services: Services, how: str) -> None:
    good, bad = ended(services, "good"), ended(services, "bad")
    put(services.store, "run_documents", bad, config=damaged("config", how))

    listing = run("runs")
    assert listing.exit_code == EXIT_DONE
    assert good in listing.stdout
    assert bad in listing.stdout
    assert f"Not all of run {bad} can be read: config" in listing.stderr
    assert good not in listing.stderr

    runs = {item["run_id"]: item for item in json.loads(run("runs", "--json").stdout)}
    assert (runs[good]["unreadable"], runs[good]["config"]["symbols"]) == ([], ["AAPL"])
    assert (runs[bad]["config"], runs[bad]["status"], runs[bad]["label"]) == (None, "succeeded", "bad")
    assert runs[bad]["unreadable"][0].startswith("config")
    assert runs[bad]["metrics"] == runs[good]["metrics"]

    shown = run("show", bad)
    assert shown.exit_code == EXIT_DONE
    assert "Unreadable" in shown.stdout
    told = json.loads(run("show", bad, "--json").stdout)
    assert {name: told[name] for name in runs[bad]} == runs[bad], "show says what the list does, and more"


def test_an_unreadable_run_is_exported_compared_reported_and_watched(services: Services, tmp_path: Path) -> None:
    good, bad = ended(services, "good"), ended(services, "bad")
    put(services.store, "run_documents", bad, config="{", options="{", metrics="{")
    put_event(services.store, bad, 2, "{")
    put_event(services.store, bad, 4, "{")  # the last one

    assert run("export", bad).stdout_bytes == run("export", good).stdout_bytes
    assert "config: is not JSON" in run("export", bad, "--json").stdout
    assert run("export", bad, "--xlsx", "-o", str(tmp_path / "bad.xlsx")).exit_code == EXIT_DONE
    report = run("export", bad, "--report")
    assert report.exit_code == EXIT_DONE
    assert "What cannot be read" in report.stdout
    comparison = json.loads(run("compare", good, bad, "--json").stdout)
    assert {"field": "symbols", "values": [["AAPL"], None]} in comparison["differences"]
    watched = run("watch", bad, "--json")
    assert watched.exit_code == EXIT_DONE
    assert [json.loads(line)["seq"] for line in watched.stdout.splitlines()] == [3]
    timings = tmp_path / "timings.csv"
    assert run("runs", "--timings", str(timings)).exit_code == EXIT_DONE
    assert len(timings.read_text().splitlines()) == 3


def test_a_worker_fails_a_run_whose_request_it_cannot_read_and_goes_on(services: Services) -> None:
    bad, good = (services.service.submit(CONFIG, label=label).run_id for label in ("bad", "good"))
    put(services.store, "run_documents", bad, config=change(dump(CONFIG), max_symbols="many"))
    assert services.worker().run() == 2
    failed = services.service.get(bad)
    assert failed.status is RunStatus.FAILED
    assert failed.error is not None
    assert failed.error.code == "store_data"
    assert failed.error.message == (
        "The run was not scanned: its stored configuration cannot be read (config.max_symbols: must be a valid "
        "integer, not 'many'). Resume it with the version of technic-scanner that queued it."
    )
    assert services.service.get(good).status is RunStatus.SUCCEEDED
    assert services.service.resume(bad).attempt == 2


def test_a_worker_fails_a_run_whose_values_no_longer_hold_and_goes_on(services: Services) -> None:
    bad, good = (services.service.submit(CONFIG, label=label).run_id for label in ("bad", "good"))
    put(services.store, "run_documents", bad, config=change(dump(CONFIG), direction="sideways"))
    assert services.worker().run() == 2
    failed = services.service.get(bad)
    assert failed.status is RunStatus.FAILED
    assert failed.error is not None
    assert "'sideways' is not one of long, short, both" in failed.error.message
    assert services.service.get(good).status is RunStatus.SUCCEEDED


def test_a_resumed_run_goes_on_past_unreadable_events(services: Services) -> None:
    first = HandMoved.start(services, CONFIG)
    first.advance(5)
    first.finish(RunStatus.FAILED)
    for seq in (5, 6):
        put_event(services.store, first.run_id, seq, "{")
    services.service.resume(first.run_id)
    assert services.worker().run() == 1
    done = services.service.get(first.run_id)
    assert (done.status, done.error) == (RunStatus.SUCCEEDED, None)
    numbers = [event.seq for event in services.service.events(first.run_id)]
    assert numbers == [1, 2, 3, 4, *range(7, done.last_seq + 1)]


def test_an_unreadable_preset_is_listed_and_not_used(services: Services, tmp_path: Path) -> None:
    for name in ("good", "odd"):
        services.service.save_preset(Preset(name, CONFIG))
    put(services.store, "presets", "odd", config="{")
    listing = run("presets", "list")
    assert listing.exit_code == EXIT_DONE
    assert "odd" in listing.stdout
    assert "Preset 'odd' cannot be used: its stored configuration cannot be read" in listing.stderr
    presets = {item["name"]: item for item in json.loads(run("presets", "list", "--json").stdout)}
    assert (presets["odd"]["config"], presets["good"]["config"]["symbols"]) == (None, ["AAPL"])
    for words in (("presets", "show", "odd"), ("presets", "export", "odd", "-o", str(tmp_path / "odd.json"))):
        refused = run(*words)
        assert refused.exit_code == EXIT_USAGE
        assert "'odd' cannot be used" in refused.stderr
    refused = run("scan", "--preset", "odd", "--detach")
    assert refused.exit_code == EXIT_USAGE
    assert services.service.list().records == ()
    assert run("presets", "delete", "odd").exit_code == EXIT_DONE
