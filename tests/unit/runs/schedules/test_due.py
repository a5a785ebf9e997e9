"""What is due is decided oldest first: at once, after its data have come, late, or not at all, by what was chosen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from technic_scanner.adapters.calendars import ExchangeCalendars
from technic_scanner.adapters.calendars.known_sessions import KnownCalendar
from technic_scanner.adapters.stores import SqlStore, open_store
from technic_scanner.clock import ManualClock
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.run import RunStatus
from technic_scanner.domain.schedule import AfterClose, AtTimes, FiringStatus, LateRule, Schedule
from technic_scanner.errors import ConfigError, PresetNotFoundError, SourceError
from technic_scanner.runs.model import Preset, RunQuery
from technic_scanner.runs.schedule_ports import DataShare
from technic_scanner.runs.schedules.service import ScheduleService
from technic_scanner.runs.service.service import RunService
from tests.support.runs.fake_catalog import FakeCatalog
from tests.support.runs.service_bench import FakeLauncher

# A Wednesday before Thanksgiving, two hours before the close.
WEDNESDAY = datetime(2026, 11, 25, 19, tzinfo=UTC)


def as_known(known: KnownCalendar, start: date, end: date) -> dict:
    return {day: known.close_of(day) for day in known.closes if start <= day <= end}


class Desk:
    """Schedules over a real store, in virtual time; ``share`` is what the source has, or raises."""

    def __init__(self, store: SqlStore, clock: ManualClock) -> None:
        self.clock, self.store = clock, store
        self.share: DataShare | Exception | None = DataShare(100, 100)
        self.asked: list[date] = []
        self.woken = 0
        runs = RunService(store, FakeCatalog(), FakeLauncher(), clock)
        self.runs = runs
        self.schedules = ScheduleService(
            store, runs, ExchangeCalendars(as_known), clock, probe=self._probe, queued=self._wake
        )

    def _probe(self, _config: ScanConfig, session: date) -> DataShare | None:
        self.asked.append(session)
        if isinstance(self.share, Exception):
            raise self.share
        return self.share

    def _wake(self) -> None:
        self.woken += 1

    def add(self, **changes: object) -> Schedule:
        schedule = Schedule("nightly", AfterClose("XNYS", timedelta(minutes=20)), preset="Breakouts")
        return self.schedules.add(replace(schedule, **changes))  # type: ignore[arg-type]

    def to(self, at: datetime) -> int:
        """Let time pass to ``at`` and decide."""
        self.clock.advance((at - self.clock.now()).total_seconds())
        return self.schedules.decide()

    def sessions(self) -> list[str]:
        """The as-of dates of the queued runs, in the order of the queue."""
        records = self.store.list_runs(RunQuery(limit=1000)).records
        return [str(record.config.as_of_date) for record in reversed(records)]

    def statuses(self) -> list[tuple[str, FiringStatus]]:
        return [(firing.key, firing.status) for firing in reversed(self.schedules.firings("nightly", 1000))]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    clock = ManualClock(WEDNESDAY)
    store = open_store(f"sqlite:///{tmp_path / 'runs.db'}", clock)
    yield Desk(store, clock)
    store.close()


def test_it_fires_after_each_close_and_not_on_holidays(desk: Desk) -> None:
    desk.add()
    assert desk.to(WEDNESDAY + timedelta(hours=2, minutes=19)) == 0
    assert desk.to(WEDNESDAY + timedelta(hours=2, minutes=20)) == 1
    assert desk.to(WEDNESDAY + timedelta(days=1, hours=5)) == 0  # Thanksgiving
    assert desk.to(datetime(2026, 11, 27, 18, 19, tzinfo=UTC)) == 0
    assert desk.to(datetime(2026, 11, 27, 18, 20, tzinfo=UTC)) == 1  # the early close
    assert desk.sessions() == ["2026-11-25", "2026-11-27"]
    assert desk.woken == 2
    run = desk.store.list_runs(RunQuery()).records[0]
    assert (run.status, run.label) == (RunStatus.QUEUED, "nightly · 2026-11-27")


def test_after_a_standstill_missed_sessions_are_run_oldest_first(desk: Desk) -> None:
    desk.add()
    assert desk.to(datetime(2026, 12, 2, 12, tzinfo=UTC)) == 4
    assert desk.sessions() == ["2026-11-25", "2026-11-27", "2026-11-30", "2026-12-01"]
    assert desk.schedules.decide() == 0


def test_beyond_the_limit_only_the_newest_are_made_up_for_and_the_rest_is_said_in_one_line(desk: Desk) -> None:
    desk.add(catch_up_sessions=2)
    assert desk.to(datetime(2026, 12, 4, 12, tzinfo=UTC)) == 2
    assert desk.sessions() == ["2026-12-02", "2026-12-03"]
    skipped = [firing for firing in desk.schedules.firings("nightly") if firing.status is FiringStatus.SKIPPED]
    assert [firing.note for firing in skipped] == [
        "4 missed from 2026-11-25 to 2026-12-01 were not made up for: only the newest 2 are"
    ]


def test_it_waits_for_the_data_of_enough_symbols(desk: Desk) -> None:
    desk.add()
    desk.share = DataShare(96, 100)
    close = WEDNESDAY + timedelta(hours=2, minutes=20)
    assert desk.to(close) == 0
    assert desk.statuses() == [("2026-11-25", FiringStatus.WAITING)]
    assert "96 of 100 symbols" in desk.schedules.firings("nightly")[0].note
    assert desk.to(close + timedelta(minutes=4)) == 0
    assert desk.asked == [date(2026, 11, 25)], "it does not ask all the time"
    assert desk.to(close + timedelta(minutes=6)) == 0
    desk.share = DataShare(97, 100)
    assert desk.to(close + timedelta(minutes=12)) == 1
    assert desk.statuses() == [("2026-11-25", FiringStatus.QUEUED)]


@pytest.mark.parametrize(
    ("rule", "status", "runs"), [(LateRule.PARTIAL, FiringStatus.QUEUED, 1), (LateRule.LATE, FiringStatus.LATE, 0)]
)
def test_if_the_data_do_not_come_until_the_next_session_it_runs_or_is_late(
    desk: Desk, rule: LateRule, status: FiringStatus, runs: int
) -> None:
    desk.add(late_rule=rule)
    desk.share = DataShare(50, 100)
    assert desk.to(WEDNESDAY + timedelta(hours=3)) == 0
    assert desk.to(WEDNESDAY + timedelta(days=1)) == 0, "Thursday is a holiday: the next session is on Friday"
    assert desk.to(datetime(2026, 11, 27, 14, 25, tzinfo=UTC)) == 0, "at 9:25 in New York it has not opened"
    assert desk.statuses() == [("2026-11-25", FiringStatus.WAITING)]
    assert desk.to(datetime(2026, 11, 27, 14, 30, tzinfo=UTC)) == runs
    assert desk.statuses() == [("2026-11-25", status)]
    assert desk.schedules.firings("nightly")[0].note.startswith("late: 50 of 100 symbols")


def test_an_edit_does_not_hold_up_a_session_that_waits_for_data(desk: Desk) -> None:
    desk.add()
    desk.share = DataShare(90, 100)
    assert desk.to(datetime(2026, 11, 25, 21, 20, tzinfo=UTC)) == 0
    stored = desk.schedules.get("nightly")
    desk.schedules.replace(replace(stored, when=AfterClose("XNYS", timedelta(minutes=30))))
    desk.share = DataShare(98, 100)
    assert desk.to(datetime(2026, 11, 25, 21, 26, tzinfo=UTC)) == 1
    assert desk.sessions() == ["2026-11-25"]
    assert desk.to(datetime(2026, 11, 27, 18, 31, tzinfo=UTC)) == 1, "the half-day after Thanksgiving"


def test_where_the_next_session_opens_at_once_data_are_waited_for_four_hours(desk: Desk) -> None:
    desk.add(when=AfterClose("CMES", timedelta(minutes=5)))
    desk.share = DataShare(50, 100)
    close = datetime(2026, 11, 30, 23, tzinfo=UTC)  # 17:00 in Chicago, when the next session opens
    desk.to(close + timedelta(minutes=5))
    assert desk.statuses()[-1] == ("2026-11-30", FiringStatus.WAITING)
    desk.to(close + timedelta(hours=3, minutes=55))
    assert desk.statuses()[-1] == ("2026-11-30", FiringStatus.WAITING)
    desk.to(close + timedelta(hours=4))
    assert desk.statuses()[-1] == ("2026-11-30", FiringStatus.QUEUED)


def test_a_source_that_does_not_answer_is_waited_for(desk: Desk) -> None:
    desk.add()
    desk.share = SourceError("no route")
    assert desk.to(WEDNESDAY + timedelta(hours=3)) == 0
    assert "no route" in desk.schedules.firings("nightly")[0].note
    desk.share = DataShare(0, 0)
    assert desk.to(WEDNESDAY + timedelta(hours=4)) == 1


def test_a_source_whose_data_end_before_is_not_waited_for(desk: Desk) -> None:
    desk.add()
    desk.share = None
    assert desk.to(WEDNESDAY + timedelta(hours=3)) == 1
    assert desk.schedules.firings("nightly")[0].note == "the source's data end before this session"


def test_calendar_times_fire_as_of_the_newest_session(desk: Desk) -> None:
    desk.add(when=AtTimes("15 8 * * mon", "America/New_York"))
    assert desk.to(datetime(2026, 11, 30, 13, 14, tzinfo=UTC)) == 0
    assert desk.to(datetime(2026, 11, 30, 13, 15, tzinfo=UTC)) == 1
    assert desk.sessions() == ["None"]
    assert desk.statuses() == [("2026-11-30T13:15Z", FiringStatus.QUEUED)]
    assert desk.asked == []


def test_a_pause_is_not_made_up_for(desk: Desk) -> None:
    desk.add()
    desk.schedules.pause("nightly")
    assert desk.to(datetime(2026, 11, 28, tzinfo=UTC)) == 0
    resumed = desk.schedules.resume("nightly")
    assert resumed.next_at == datetime(2026, 11, 30, 21, 20, tzinfo=UTC)
    assert desk.schedules.decide() == 0
    assert desk.to(datetime(2026, 11, 30, 22, tzinfo=UTC)) == 1
    assert desk.sessions() == ["2026-11-30"]


def test_firing_by_hand_takes_the_newest_closed_session_once(desk: Desk) -> None:
    desk.add()
    fired = desk.schedules.fire("nightly")
    assert (fired.new, fired.firing.key, fired.firing.note) == (True, "2026-11-24", "by hand")
    again = desk.schedules.fire("nightly")
    assert (again.new, again.firing.run_id) == (False, fired.firing.run_id)
    desk.clock.advance(2.1 * 3600)  # closed, but the delay has not passed
    assert desk.schedules.fire("nightly").firing.key == "2026-11-25"
    assert desk.to(WEDNESDAY + timedelta(hours=3)) == 0, "that session has its run"
    assert desk.sessions() == ["2026-11-24", "2026-11-25"]


def test_a_preset_is_taken_as_it_is_when_it_fires_and_its_loss_is_said(desk: Desk) -> None:
    saved = desk.runs.save_preset(Preset("mine", ScanConfig(min_price=5.0)))
    schedule = desk.add(preset="mine")
    desk.runs.save_preset(replace(saved, config=ScanConfig(min_price=9.0)), expected_version=1)
    assert desk.to(WEDNESDAY + timedelta(hours=3)) == 1
    assert desk.store.list_runs(RunQuery()).records[0].config.min_price == 9.0
    desk.runs.delete_preset("mine")
    assert desk.schedules.problem(schedule) == "there is no preset 'mine'"
    assert desk.to(datetime(2026, 11, 27, 19, tzinfo=UTC)) == 0
    desk.runs.save_preset(Preset("mine", ScanConfig(min_price=3.0)))
    assert desk.to(datetime(2026, 11, 27, 20, tzinfo=UTC)) == 1, "what could not be run is made up for"
    with pytest.raises(PresetNotFoundError):
        desk.add(name="other", preset="nobody's")


def test_a_run_that_did_not_happen_is_a_problem(desk: Desk) -> None:
    schedule = desk.add()
    assert desk.schedules.problem(schedule) is None
    desk.clock.advance(4 * 3600)
    assert "expected by 16:20 New York, not run" in str(desk.schedules.problem(schedule))
    desk.schedules.decide()
    assert desk.schedules.problem(desk.schedules.get("nightly")) is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " x"}, "name"),
        ({"preset": None}, "preset"),
        ({"config": ScanConfig()}, "preset"),
        ({"when": AfterClose("NOWHERE")}, "after_close"),
        ({"when": AfterClose("XNYS", timedelta(days=9))}, "delay"),
        ({"when": AtTimes("x", "UTC")}, "at"),
        ({"min_data_fraction": 97.0}, "min_data_fraction"),
        ({"catch_up_sessions": 0}, "catch_up_sessions"),
        ({"preset": None, "config": ScanConfig(min_price=-1.0)}, "min_price"),
    ],
)
def test_bad_schedules_are_refused_by_field(desk: Desk, changes: dict, field: str) -> None:
    with pytest.raises(ConfigError) as caught:
        desk.add(**changes)
    assert field in {problem.field for problem in caught.value.problems}


def test_the_tick_never_raises_and_does_not_look_all_the_time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []

    def fail(_now: datetime) -> tuple[Schedule, ...]:
        looks.append(1)
        raise RuntimeError("a bug")

    monkeypatch.setattr(desk.store, "due_schedules", fail)
    for _ in range(10):
        desk.schedules.tick()
        desk.clock.advance(1.0)
    assert len(looks) == 2
