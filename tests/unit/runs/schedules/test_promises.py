"""A promised run that did not happen is said in one sentence: nobody fired it, took it, or brought it to its end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from technic_scanner.adapters.stores import open_store
from technic_scanner.clock import ManualClock
from technic_scanner.domain.run import RunError, RunStatus
from technic_scanner.domain.schedule import LateRule
from technic_scanner.runs.model import RunEnd
from technic_scanner.runs.schedule_ports import DataShare
from tests.unit.runs.schedules.test_due import WEDNESDAY, Desk

TO_FIRE = timedelta(hours=2, minutes=20)  # from then to 16:20 in New York


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    clock = ManualClock(WEDNESDAY)
    store = open_store(f"sqlite:///{tmp_path / 'runs.db'}", clock)
    yield Desk(store, clock)
    store.close()


def said(desk: Desk) -> list[str]:
    return [sentence for _, sentence in desk.schedules.overdue()]


def pass_by(desk: Desk, time: timedelta) -> None:
    desk.clock.advance(time.total_seconds())


def test_nobody_fired_it(desk: Desk) -> None:
    desk.add()
    pass_by(desk, TO_FIRE + timedelta(minutes=14))
    assert said(desk) == []
    pass_by(desk, timedelta(minutes=1))
    assert said(desk) == ["expected by 16:20 New York, not run: no worker or server was alive"]
    desk.store.claim("w1", "host", "1", None)
    pass_by(desk, timedelta(days=1))
    assert said(desk) == ["expected by 2026-11-25 16:20 New York, not run: no worker or server was alive"]
    desk.schedules.pause("nightly")
    assert said(desk) == []


def test_nobody_took_its_run_and_then_it_failed(desk: Desk) -> None:
    desk.add()
    pass_by(desk, TO_FIRE)
    assert desk.schedules.decide() == 1
    assert said(desk) == []
    pass_by(desk, timedelta(minutes=15))
    assert said(desk) == ["expected by 16:20 New York, not run: no worker is alive"]
    run = desk.store.claim("w1", "host", "1", None)
    assert run is not None
    assert said(desk) == []
    desk.store.finish(run.run_id, "w1", 1, RunEnd(RunStatus.FAILED, RunError("source_error", "no answer")), None)
    assert said(desk) == ["expected by 16:20 New York, not run to its end: no answer"]
    desk.runs.delete(run.run_id)
    assert said(desk) == [], "a deleted run is nobody's promise"


def test_a_run_that_succeeded_keeps_its_promise_and_a_late_one_does_not(desk: Desk) -> None:
    desk.add(late_rule=LateRule.LATE)
    desk.share = DataShare(1, 100)
    pass_by(desk, TO_FIRE)
    assert desk.schedules.decide() == 0
    assert said(desk) == [], "it waits for its data"
    pass_by(desk, timedelta(days=2))
    desk.schedules.decide()
    (sentence,) = said(desk)
    assert "not run: late: 1 of 100 symbols" in sentence
    desk.share = DataShare(100, 100)
    pass_by(desk, timedelta(days=3))
    desk.schedules.decide()
    while (run := desk.store.claim("w1", "host", "1", None)) is not None:
        desk.store.finish(run.run_id, "w1", 1, RunEnd(RunStatus.SUCCEEDED), None)
    assert said(desk) == []
