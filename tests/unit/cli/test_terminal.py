"""What a terminal, a log file and a program that reads JSON are shown of a run."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import replace

import pytest
from rich.console import Console

from technic_scanner.cli.terminal import StageBars, event_view, plain_line
from technic_scanner.domain.progress import EventKind, ProgressEvent, StageProgress, StageState, SubstageProgress
from technic_scanner.runs.serialization import event_to_dict
from tests.support.runs.make import event

FETCH = StageProgress(
    "data_fetching",
    StageState.RUNNING,
    0.2,
    30,
    100,
    0.3,
    3.0,
    10.0,
    7.0,
    (
        SubstageProgress("cached", StageState.DONE, 20, 20, 1.0, 1.0),
        SubstageProgress("download", StageState.RUNNING, 10, 80, 0.125, 2.0),
    ),
)
SCAN = StageProgress("symbol_scanning", StageState.PENDING, 0.8, 0, None, 0.0, 0.0, None, 20.0)
FETCHING = event(current_stage="data_fetching", stages=(FETCH, SCAN), cache_hits=20, cache_misses=10)


def drawn(*events: ProgressEvent, width: int = 120) -> list[str]:
    """Return the lines that stand on the screen in the end."""
    console = Console(file=io.StringIO(), force_terminal=True, width=width, color_system=None, legacy_windows=False)
    bars = StageBars(console)
    for item in events:
        bars.show(item)
    with console.capture() as captured:
        console.print(bars._progress.get_renderable())
    return [line.rstrip() for line in captured.get().splitlines() if line.strip()]


def test_sub_stages_stand_under_their_stage_while_it_runs() -> None:
    before = event(current_stage="data_fetching", stages=(replace(FETCH, substages=()), SCAN))
    lines = drawn(before, FETCHING)
    assert [line[:18].strip() for line in lines] == [
        "Overall",
        "Data fetching",
        "cached",
        "download",
        "Symbol scanning",
    ]
    assert "about 10 s left (8.0–12 s)  10 s elapsed  cache 67%" in lines[0]
    assert "30 / 100 symbols  10 symbols/s  7.0 s left" in lines[1]
    assert "12.5%" in lines[3]
    assert "10 / 80" in lines[3]
    assert lines[4].endswith("pending")
    done = replace(FETCHING, stages=(replace(FETCH, state=StageState.DONE, completed=100, fraction=1.0), SCAN))
    assert len(drawn(before, FETCHING, done)) == 3


@pytest.mark.parametrize("width", [120, 100, 80, 60, 40])
def test_each_bar_is_one_line_however_narrow_the_terminal(width: int) -> None:
    lines = drawn(FETCHING, width=width)
    assert len(lines) == 5
    assert max(map(len, lines)) <= width - len("^C"), "an echoed ^C must not begin a new line"
    assert all("%" in line for line in lines)
    assert ("━" in lines[0]) is (width > 40), "facts are worth more than a bar"
    assert "about 10 s" in lines[0]
    if width >= 100:
        assert "30 / 100 symbols  10 symbols/s  7.0 s left" in lines[1]


def test_an_unknown_eta_is_said_to_be_and_none_is_shown_at_the_end() -> None:
    unknown = replace(FETCHING, eta_seconds=None, eta_low_seconds=None, eta_high_seconds=None)
    assert "time left unknown" in drawn(unknown)[0]
    assert "between 8.0 and 12 s left" in drawn(replace(FETCHING, eta_seconds=None))[0]
    assert "left" not in drawn(replace(unknown, kind=EventKind.RUN_FINISHED))[0]


def test_a_log_file_gets_a_line_for_each_boundary_and_none_for_advances(capsys: pytest.CaptureFixture[str]) -> None:
    plain_line(FETCHING)
    plain_line(replace(FETCHING, kind=EventKind.STAGE_STARTED))
    plain_line(replace(FETCHING, kind=EventKind.STAGE_COMPLETED, current_stage=None, stages=(_done(FETCH), SCAN)))
    plain_line(replace(FETCHING, kind=EventKind.MESSAGE, message="the source is slow"))
    plain_line(replace(FETCHING, kind=EventKind.RUN_FINISHED, current_stage=None, time_fraction=1.0, message="done."))
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.splitlines() == [
        "50.0% data_fetching stage started - about 10 s left (8.0–12 s)",
        "50.0% data_fetching stage completed - about 10 s left (8.0–12 s)",
        "50.0% data_fetching message the source is slow",
        "100.0% run finished",
    ]


def test_a_run_that_stopped_is_said_to_have_and_where_but_neither_why_nor_at_what_share(
    capsys: pytest.CaptureFixture[str],
) -> None:
    stopped = replace(FETCHING, kind=EventKind.RUN_FINISHED, current_stage=None, message="boom")
    plain_line(replace(stopped, stages=(replace(FETCH, state=StageState.FAILED), SCAN)))
    plain_line(replace(stopped, stages=(replace(FETCH, state=StageState.CANCELLED), SCAN)))
    plain_line(replace(stopped, stages=(SCAN,)))
    assert capsys.readouterr().err.splitlines() == [
        "run stopped in data_fetching",
        "run stopped in data_fetching",
        "run stopped",
    ]


def test_a_message_is_shown_as_it_is() -> None:
    console = Console(file=io.StringIO(), width=120, color_system=None)
    StageBars(console).show(replace(FETCHING, kind=EventKind.MESSAGE, message="[Errno 2] [/x] is away"))
    assert "[Errno 2] [/x] is away" in console.file.getvalue()  # type: ignore[attr-defined]


def _done(stage: StageProgress) -> StageProgress:
    return replace(stage, state=StageState.DONE)


def test_json_is_one_event_a_line_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    with event_view(as_json=True, quiet=False) as show:
        show(FETCHING)
        show(replace(FETCHING, seq=2, kind=EventKind.RUN_FINISHED))
    shown = capsys.readouterr()
    assert shown.err == ""
    lines = [json.loads(line) for line in shown.out.splitlines()]
    assert lines[0] == json.loads(json.dumps(event_to_dict(FETCHING)))
    assert [line["seq"] for line in lines] == [1, 2]
    assert lines[0]["stages"][0]["substages"][1]["name"] == "download"


@pytest.mark.parametrize("is_terminal", [True, False])
def test_bars_are_for_terminals_and_lines_for_everything_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], is_terminal: bool
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal)
    with event_view(as_json=False, quiet=False) as show:
        show(replace(FETCHING, kind=EventKind.STAGE_STARTED))
    shown = capsys.readouterr().err
    assert ("Overall" in shown) is is_terminal
    assert ("stage started" in shown) is not is_terminal


def test_no_progress_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with event_view(as_json=False, quiet=True) as show:
        show(replace(FETCHING, kind=EventKind.STAGE_STARTED))
    assert capsys.readouterr() == ("", "")
