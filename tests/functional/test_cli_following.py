"""Following a run on the command line: where it begins, how Ctrl-C ends it, and what it prints at the end."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from technic_scanner.adapters.launcher import WorkerLauncher
from technic_scanner.adapters.market_data.sample.source import SampleSource
from technic_scanner.bootstrap import Services, build
from technic_scanner.cli import terminal
from technic_scanner.cli.following import held_back
from technic_scanner.cli.output import run_to_dict
from technic_scanner.clock import SystemClock
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.metrics import FailureKind, Outcome, SymbolFailure
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.pipeline.ports import PriceBatch
from technic_scanner.runs.model import MOMENTS
from technic_scanner.screening.bars import Panel
from tests.functional.command_line import run, stored_runs
from tests.support.runs.make import event

EXIT_FAILED, EXIT_INTERRUPTED = 1, 130
BIG = ("--source", "synthetic", "--universe", "2000x1260")

pytestmark = pytest.mark.usefixtures("cli_home")


def press(*_: object) -> None:
    """Do what Ctrl-C does."""
    raise KeyboardInterrupt


@pytest.fixture
def press_at_first_event(monkeypatch: pytest.MonkeyPatch) -> None:
    """Press Ctrl-C as the first event is printed as JSON or as a line, once."""
    pressed: list[str] = []
    for name in ("emit", "plain_line"):
        printing = getattr(terminal, name)

        def show(item: object, printing: object = printing) -> None:
            if not pressed:
                pressed.append("^C")
                raise KeyboardInterrupt
            printing(item)  # type: ignore[operator]

        monkeypatch.setattr(terminal, name, show)


@pytest.mark.usefixtures("press_at_first_event")
def test_ctrl_c_shows_json_events_to_the_last_and_resume_only_those_of_its_own_attempt() -> None:
    cancelled = run("scan", "--json", *BIG)
    assert cancelled.exit_code == EXIT_INTERRUPTED
    lines = [json.loads(line) for line in cancelled.stdout.splitlines()]
    assert lines[-2]["kind"] == "run_finished"
    assert [line["seq"] for line in lines[:-1]] == sorted({line["seq"] for line in lines[:-1]})
    assert lines[-1]["run"]["status"] == "cancelled"
    resumed = run("resume", lines[-1]["run"]["run_id"], "--json")
    *events, end = [json.loads(line) for line in resumed.stdout.splitlines()]
    assert [events[0]["kind"], events[-1]["kind"]] == ["run_started", "run_finished"]
    assert {item["attempt"] for item in events} == {2}
    assert sum(item["kind"] == "run_finished" for item in events) == 1
    assert end["run"]["status"] == "succeeded"


@pytest.mark.usefixtures("press_at_first_event")
def test_ctrl_c_shows_lines_to_the_last_and_resume_does_not_begin_with_the_end_of_the_attempt_before() -> None:
    cancelled = run("scan", *BIG)
    assert "run stopped" in cancelled.stderr.partition("Cancelling ...")[2]
    assert cancelled.stderr.count("cancelled on request") == 1
    resumed = run("resume", stored_runs()[0].run_id, "--progress")
    lines = resumed.stderr.splitlines()
    assert "run started" in lines[0], lines
    assert "stopped" not in resumed.stderr
    assert "cancelled" not in resumed.stderr
    assert lines[-1] == "Scan complete."
    progress = [line for line in lines[:-1] if "%" in line.split(" ", 1)[0]]
    assert progress[-1] == "100.0% run finished"


@pytest.fixture
def ctrl_c_raises() -> Iterator[None]:
    """As in a terminal: what runs in the background of a script ignores the key."""
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, usual)


@pytest.mark.usefixtures("ctrl_c_raises")
def test_ctrl_c_waits_until_an_event_is_shown_whole() -> None:
    shown: list[str] = []

    def show() -> None:
        with held_back():
            signal.raise_signal(signal.SIGINT)
            shown.append("whole")

    with pytest.raises(KeyboardInterrupt):
        show()
    assert shown == ["whole"]


def in_flight(services: Services) -> RunRecord:
    """Return a run that a worker has begun, with three events."""
    made = services.service.submit(ScanConfig())
    begun = services.store.claim("worker", "host", "1", None)
    assert begun is not None
    assert begun.run_id == made.run_id
    services.store.append_events(made.run_id, 1, [event(seq, run_id=made.run_id) for seq in (1, 2, 3)])
    return begun


def test_watch_shows_the_present_state_of_a_run_in_flight_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WorkerLauncher, "ensure_worker", lambda _self: None)
    monkeypatch.setattr(SystemClock, "sleep", press)
    with build() as services:
        run_id = in_flight(services).run_id
    watched = run("watch", run_id, "--json")
    assert watched.exit_code == EXIT_INTERRUPTED
    assert [json.loads(line)["seq"] for line in watched.stdout.splitlines()] == [3]
    assert "continues. To watch it again" in watched.stderr


def test_watch_of_an_attempt_that_has_not_begun_shows_nothing_of_the_one_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(WorkerLauncher, "ensure_worker", lambda _self: None)
    monkeypatch.setattr(SystemClock, "sleep", press)
    with build() as services:
        begun = in_flight(services)
        services.store.interrupt_stale(timedelta(0))
        assert services.service.resume(begun.run_id).status is RunStatus.QUEUED
    assert run("watch", begun.run_id, "--json").stdout == ""


def no_network(_self: object, symbols: Sequence[str], *_: object) -> Iterator[PriceBatch]:
    """Fail for all symbols, for all but the first because there is no network."""
    reasons = [("timed_out", "no answer in 10 s")] + [("network", "no route to host.")] * (len(symbols) - 1)
    failures = [
        SymbolFailure(symbol, "data_fetching", FailureKind.ERROR, reason, detail)
        for symbol, (reason, detail) in zip(symbols, reasons, strict=True)
    ]
    yield PriceBatch(Panel.empty(), tuple(failures))


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_a_source_that_gives_no_symbol_at_all_exits_1_and_says_why(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SampleSource, "fetch", no_network)
    result = run("scan", "--symbols", "AAPL,MSFT,IBM", *words)
    assert result.exit_code == EXIT_FAILED
    assert "No symbol could be read: network for 2 of 3 (no route to host)." in result.stderr.splitlines()
    assert "No results" not in result.stderr
    stored = stored_runs()[0]
    assert (stored.status, stored.outcome) == (RunStatus.SUCCEEDED, Outcome.EMPTY)
    again = run("watch", stored.run_id, *words)
    assert again.exit_code == EXIT_FAILED
    assert "No symbol could be read" in again.stderr


def test_show_tells_what_the_eta_promised_by_the_name_that_the_api_uses() -> None:
    run("scan", "--top-n", "1")
    stored = stored_runs()[0]
    shown = json.loads(run("show", stored.run_id, "--json").stdout)
    assert shown["predicted_seconds"] == dict(stored.predicted_seconds)
    assert list(shown["predicted_seconds"]) == list(MOMENTS)
    promised = replace(stored, predicted_seconds=(("start", None), ("10", 2.5)))
    assert run_to_dict(promised)["predicted_seconds"] == {"start": None, "10": 2.5}
