"""Messages are sent once, tried again during outages, merged after a standstill, and quiet when nothing changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from technic_scanner.adapters.stores import SqlStore, open_store
from technic_scanner.clock import ManualClock
from technic_scanner.domain.alert import Alert, AlertWhen, DeliveryStatus, Message
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.schedule import AfterClose, PlannedTime, Schedule
from technic_scanner.domain.watchlist import Watchlist, WatchlistEntry
from technic_scanner.errors import (
    AlertConflictError,
    ChannelError,
    ConfigError,
    ResultsNotReadyError,
    ScheduleNotFoundError,
)
from technic_scanner.runs.alerts.message import message_key
from technic_scanner.runs.alerts.outbox import GIVE_UP_AFTER, LEASE, Outbox, pause_after
from technic_scanner.runs.alerts.service import AlertService
from technic_scanner.runs.alerts.told_changes import ToldChanges
from technic_scanner.runs.changes.service import ChangesService
from technic_scanner.runs.schedule_ports import NewRun
from technic_scanner.runs.watchlists.lookup import WatchlistLookup
from technic_scanner.screening.bars import Panel
from technic_scanner.testing.stores.samples import SUCCEEDED, claimed, scan_result, table

CONFIG = ScanConfig(top_n=4)
ALERT = Alert("to ann", "nightly", "mail")


class Fake:
    """Channels that keep what they are given, or raise ``fault`` instead; ``during`` is called before."""

    def __init__(self) -> None:
        self.got: list[tuple[str, Message]] = []
        self.fault: BaseException | None = None

    def names(self) -> tuple[str, ...]:
        return ("mail", "hook")

    def problem(self, _name: str) -> str | None:
        return None

    def send(self, name: str, message: Message) -> None:
        if self.fault is not None:
            raise self.fault
        self.got.append((name, message))


class Desk:
    """A schedule whose runs are stored one call each, and its alerts, in virtual time."""

    def __init__(self, store: SqlStore, clock: ManualClock) -> None:
        self.store, self.clock, self.channels = store, clock, Fake()
        changes = ChangesService(store, lambda *_: Panel((), *[np.empty((0, 0))] * 6))
        self.changes = changes.what_is_new
        told = ToldChanges(self.changes, WatchlistLookup(store).symbols_of)
        self.alerts = AlertService(store, told, self.channels, clock)
        self.outbox = Outbox(store, told, self.channels, clock)
        store.add_schedule(Schedule("nightly", AfterClose("XNYS"), preset="Breakouts", next_at=clock.now()))

    def fire(self, day: int, config: ScanConfig = CONFIG) -> None:
        session = date(2026, 3, day)
        config = replace(config, as_of_date=session)
        planned = PlannedTime(session, self.clock.now() + timedelta(seconds=day))
        run = NewRun(config, RunOptions(), None, None, "same")
        assert self.store.fire(self.store.get_schedule("nightly"), planned, run, "") is not None

    def finish(self, picks: str) -> None:
        self.clock.advance(60)
        record = claimed(self.store)
        rows = [(rank, letter, 50.0, 90.0 - 10 * rank) for rank, letter in enumerate(picks, 1)]
        result = scan_result(config=record.config, table=table(*rows), failures=(), as_of=record.config.as_of_date)
        self.store.finish(record.run_id, "w1", record.attempt, SUCCEEDED, result)

    def ran(self, day: int, picks: str, config: ScanConfig = CONFIG) -> None:
        self.clock.advance(86_400)
        self.fire(day, config)
        self.finish(picks)

    def titles(self) -> list[str]:
        return [message.title for _, message in self.channels.got]

    def statuses(self) -> list[str]:
        return [delivery.status.value for delivery in reversed(self.store.deliveries(100))]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    clock = ManualClock()
    store = open_store(f"sqlite:///{tmp_path / 'runs.db'}", clock)
    yield Desk(store, clock)
    store.close()


def test_what_entered_and_left_is_told_once_and_nothing_changed_is_quiet(desk: Desk) -> None:
    desk.alerts.add(ALERT)
    desk.ran(2, "ABC")
    assert desk.alerts.send_due() == 0
    desk.ran(3, "ADE")
    assert (desk.alerts.send_due(), desk.alerts.send_due()) == (1, 0)
    desk.ran(4, "AED")
    assert desk.alerts.send_due() == 0, "ranks alone are no news"
    assert desk.statuses() == ["quiet", "sent", "quiet"]
    assert desk.titles() == ["nightly 2026-03-03: 2 new, 2 left"]
    message = desk.channels.got[0][1]
    assert message.text.splitlines()[:3] == [
        "New: D, E",
        "Left: B (it is not in the universe any more); C (it is not in the universe any more)",
        "Moved: 0, on the same rank: 1",
    ]
    assert message.key in message.text
    assert (message.document["key"], message.document["new"]["entered"]) == (message.key, ["D", "E"])
    assert desk.store.deliveries(3)[2].note == "No earlier session has been scanned."


@pytest.mark.parametrize(
    ("when", "least", "told"),
    [("entered", 1, 1), ("entered", 2, 0), ("changed", 2, 1), ("changed", 3, 0), ("always", 1, 2)],
)
def test_conditions(desk: Desk, when: str, least: int, told: int) -> None:
    desk.alerts.add(replace(ALERT, when=AlertWhen(when), least=least))
    desk.ran(2, "AB")
    desk.ran(3, "AC")
    assert desk.alerts.send_due() == told


def test_with_a_watchlist_only_its_symbols_count_and_are_told(desk: Desk) -> None:
    desk.store.save_watchlist(Watchlist("mine", (WatchlistEntry("B"), WatchlistEntry("E"))), expected_version=None)
    desk.alerts.add(replace(ALERT, when=AlertWhen.CHANGED, watchlist="mine"))
    desk.ran(2, "ABC")
    desk.ran(3, "ADB")
    desk.ran(4, "AED")
    assert desk.alerts.send_due() == 1, "D and C are no news to who follows B and E"
    assert desk.titles() == ["nightly 2026-03-04: 1 new, 1 left"]
    assert desk.channels.got[0][1].document["new"]["entered"] == ["E"]
    assert [gone["symbol"] for gone in desk.channels.got[0][1].document["new"]["left"]] == ["B"]


def test_a_watchlist_that_is_gone_is_refused_said_and_costs_that_message(desk: Desk) -> None:
    with pytest.raises(ConfigError, match="watchlist 'mine'"):
        desk.alerts.add(replace(ALERT, watchlist="mine"))
    desk.store.save_watchlist(Watchlist("mine", (WatchlistEntry("B"),)), expected_version=None)
    desk.alerts.add(replace(ALERT, watchlist="mine"))
    desk.store.delete_watchlist("mine")
    assert desk.alerts.problems() == ("Alert 'to ann': there is no watchlist 'mine'.",)
    desk.ran(2, "A")
    assert desk.alerts.send_due() == 0
    assert desk.statuses() == ["failed"]
    assert "its watchlist cannot be used: there is no watchlist 'mine'" in desk.store.deliveries(1)[0].note


def test_an_edited_alert_follows_the_version_that_was_read(desk: Desk) -> None:
    first = desk.alerts.add(ALERT)
    desk.alerts.pause("to ann")
    edited = desk.alerts.replace(replace(ALERT, least=3), first.version + 1)
    assert (edited.least, edited.paused, edited.version) == (3, True, 3)
    with pytest.raises(AlertConflictError, match="version 3, not 1"):
        desk.alerts.replace(replace(ALERT, least=4), 1)
    assert desk.alerts.get("to ann").least == 3


def test_changed_criteria_are_not_told_as_what_entered_or_left(desk: Desk) -> None:
    desk.alerts.add(replace(ALERT, when=AlertWhen.CHANGED))
    desk.ran(2, "AB")
    desk.ran(3, "CD", replace(CONFIG, min_price=6.0))
    assert desk.alerts.send_due() == 0
    assert "min_price" in desk.store.deliveries(1)[0].note


def test_during_an_outage_it_is_tried_again_with_longer_pauses_and_the_same_key(desk: Desk) -> None:
    alert = desk.alerts.add(ALERT)
    desk.ran(2, "A")
    desk.ran(3, "B")
    desk.channels.fault = ChannelError("channel mail: no answer")
    for attempt in range(1, 5):
        assert desk.alerts.send_due() == 0
        waiting = desk.store.deliveries(1)[0]
        assert (waiting.attempts, waiting.note) == (attempt, "channel mail: no answer")
        assert waiting.next_at == desk.clock.now() + pause_after(attempt)
        assert desk.alerts.send_due() == 0, "not before the pause is over"
        desk.clock.advance(pause_after(attempt).total_seconds())
    assert any("is not sent: channel mail: no answer" in problem for problem in desk.alerts.problems())
    desk.channels.fault = None
    assert desk.alerts.send_due() == 1
    assert desk.channels.got[0][1].key == message_key(alert, "2026-03-03", "mail")
    assert desk.alerts.problems() == ()
    assert pause_after(30) == timedelta(hours=1)


def test_at_last_it_is_given_up_and_said(desk: Desk) -> None:
    desk.alerts.add(ALERT)
    desk.ran(2, "A")
    desk.ran(3, "B")
    desk.channels.fault = ChannelError("channel mail: no answer")
    desk.alerts.send_due()
    desk.clock.advance(GIVE_UP_AFTER.total_seconds())
    desk.alerts.send_due()
    assert desk.store.deliveries(1)[0].status is DeliveryStatus.FAILED
    assert "given up after 2 attempts" in desk.alerts.problems()[0]


def test_a_process_that_is_killed_after_it_sent_repeats_the_same_key(desk: Desk) -> None:
    desk.alerts.add(ALERT)
    desk.ran(2, "A")
    desk.ran(3, "B")
    settle = desk.store.settle_delivery

    def killed(*_: object) -> None:
        raise SystemExit

    desk.store.settle_delivery = killed  # type: ignore[method-assign, assignment]
    for _ in range(2):  # of the quiet one, then of the one that was sent
        with pytest.raises(SystemExit):
            desk.outbox.send_due()
        desk.store.settle_delivery = settle  # type: ignore[method-assign]
        desk.outbox.send_due()
        desk.store.settle_delivery = killed  # type: ignore[method-assign, assignment]
        desk.clock.advance(LEASE.total_seconds())
    desk.store.settle_delivery = settle  # type: ignore[method-assign]
    desk.outbox.send_due()
    assert desk.statuses() == ["quiet", "sent"]
    assert len({message.key for _, message in desk.channels.got}) == 1


def test_after_a_standstill_only_the_newest_is_told_and_the_others_in_one_line(desk: Desk) -> None:
    desk.alerts.add(replace(ALERT, when=AlertWhen.ALWAYS))
    desk.ran(2, "A")
    desk.alerts.send_due()
    desk.clock.advance(86_400)
    for day in (3, 4, 5):
        desk.fire(day)
    for picks in ("B", "C", "D"):
        desk.finish(picks)
        desk.alerts.send_due()
    assert desk.statuses() == ["sent", "merged", "merged", "sent"]
    assert "Also run, after a standstill: 2026-03-03, 2026-03-04." in desk.channels.got[1][1].text
    desk.ran(6, "E")
    desk.alerts.send_due()
    assert "standstill" not in desk.channels.got[2][1].text


def test_an_outage_of_days_merges_nothing(desk: Desk) -> None:
    desk.alerts.add(ALERT)
    desk.channels.fault = ChannelError("no answer")
    for day, picks in ((2, "A"), (3, "B"), (4, "C")):
        desk.ran(day, picks)
        desk.alerts.send_due()
    desk.channels.fault = None
    desk.clock.advance(3_600)
    assert desk.alerts.send_due() == 2
    assert [title[8:18] for title in desk.titles()] == ["2026-03-03", "2026-03-04"]


def test_a_paused_alert_tells_nothing_of_runs_that_end_meanwhile(desk: Desk) -> None:
    desk.alerts.add(replace(ALERT, when=AlertWhen.ALWAYS))
    desk.alerts.pause("to ann")
    desk.ran(2, "A")
    desk.alerts.pause("to ann", paused=False)
    desk.ran(3, "B")
    assert desk.alerts.send_due() == 1


def test_everything_that_is_wrong_is_named_and_previews_are_of_the_newest_run(desk: Desk) -> None:
    bad = Alert(" ", "nightly", "pigeon", least=0, title="$nope\nx", body="100 $")
    with pytest.raises(ConfigError) as caught:
        desk.alerts.add(bad)
    assert [problem.field for problem in caught.value.problems] == [
        "title",
        "body",
        "title",
        "name",
        "least",
        "channel",
    ]
    with pytest.raises(ScheduleNotFoundError):
        desk.alerts.add(replace(ALERT, schedule="none"))
    with pytest.raises(ResultsNotReadyError):
        desk.alerts.preview(ALERT)
    desk.ran(2, "A")
    desk.ran(3, "B")
    desk.fire(4)
    written = replace(ALERT, title="$$ $session", body="$entered / $left_count")
    message = desk.alerts.preview(written)
    assert (message.title, message.text.splitlines()[0]) == ("$ 2026-03-03", "B / 1")
    assert desk.channels.got == []
    desk.alerts.add(written)
    with pytest.raises(AlertConflictError):
        desk.alerts.add(written)
    assert desk.alerts.replace(replace(written, least=2)).version == 2
    desk.alerts.test("to ann")
    assert desk.channels.got[0][1].document["test"] is True
