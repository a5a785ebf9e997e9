"""A worker that is silent: the page says so instead of a time left that nobody counts down."""

from __future__ import annotations

import pytest

from technic_scanner.domain.run import RunStatus
from technic_scanner.ui.run import silence
from tests.ui.conftest import running_events


def lines(app) -> list[str]:
    return [bar.text for bar in app.progress]


def test_a_silent_worker_is_told_and_no_time_left_is_shown(empty, open_page, monkeypatch: pytest.MonkeyPatch) -> None:
    run = empty.running()
    empty.tell(run, *running_events(run))
    app = open_page(run=run.run_id)
    told = lines(app)
    assert all("silent" not in line and "no sign of life" not in line for line in told)
    assert " left" in told[0]
    monkeypatch.setattr(silence, "SILENT_SECONDS", -1.0)
    app.run()
    silent = lines(app)
    assert " · no sign of life from its worker for " in silent[0]
    assert silent[0].split(" · ")[0] == told[0].split(" · ")[0], "the bar stays where it was"
    assert [line for line in silent if " left" in line and "time left unknown" not in line] == []
    (left,) = [metric.value for metric in app.metric if metric.label == "Time left"]
    assert left == "unknown"


def test_a_run_that_ended_or_waits_has_no_silent_worker(empty, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silence, "SILENT_SECONDS", -1.0)
    assert silence.text(empty.queued()) is None
    run = empty.running()
    assert silence.text(run) is not None
    assert silence.text(empty.end(run, RunStatus.CANCELLED)) is None
