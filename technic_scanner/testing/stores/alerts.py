"""Alerts whose messages are written with the result and taken once: one part of the store's contract."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from technic_scanner.clock import ManualClock
from technic_scanner.domain.alert import Alert, AlertWhen, Delivery, DeliveryStatus
from technic_scanner.domain.run import RunStatus
from technic_scanner.errors import AlertConflictError, AlertNotFoundError, ScheduleNotFoundError
from technic_scanner.runs.model import RunEnd
from technic_scanner.runs.ports import Store
from technic_scanner.testing.stores.samples import SUCCEEDED, claimed, scan_result
from technic_scanner.testing.stores.schedules import NIGHTLY, RUN, planned

ALERT = Alert("an Ann", "nachts", "mail", AlertWhen.CHANGED, 3, "$session ü", "$entered")


class AlertContract:
    """A message is written once with its result, and one process has it. Needs ``store`` and ``clock``."""

    def test_an_alert_is_read_as_it_was_added_saved_and_removed(self, store: Store, clock: ManualClock) -> None:
        with pytest.raises(ScheduleNotFoundError):
            store.add_alert(ALERT)
        schedule = store.add_schedule(NIGHTLY)
        added = store.add_alert(ALERT)
        expected = replace(
            ALERT, alert_id=added.alert_id, schedule_id=schedule.schedule_id, created_at=clock.now(), version=1
        )
        assert added == expected
        assert (store.get_alert("an Ann"), store.list_alerts()) == (expected, (expected,))
        with pytest.raises(AlertConflictError, match="an Ann"):
            store.add_alert(ALERT)
        saved = store.save_alert(replace(added, paused=True, least=1))
        assert (saved.version, store.get_alert("an Ann")) == (2, saved)
        with pytest.raises(AlertConflictError):
            store.save_alert(added)
        store.remove_alert("an Ann")
        for gone in (lambda: store.get_alert("an Ann"), lambda: store.remove_alert("an Ann")):
            with pytest.raises(AlertNotFoundError, match="an Ann"):
                gone()
        store.add_alert(ALERT)
        store.remove_schedule("nachts")
        assert store.list_alerts() == ()

    def test_messages_are_written_with_the_result_and_with_nothing_else(self, store: Store, clock: ManualClock) -> None:
        alert = self._alert(store)
        store.save_alert(replace(store.add_alert(replace(ALERT, name="paused")), paused=True))
        run_id = self._ended(store, 0)
        now = clock.now()
        expected = Delivery(alert.alert_id, planned().key, "mail", run_id, DeliveryStatus.PENDING, 0, now, "", now)
        assert store.deliveries(10) == store.due_deliveries(now, 10) == (expected,)
        self._ended(store, 1, RunStatus.CANCELLED)
        assert store.deliveries(10) == (expected,)
        store.delete_run(run_id)
        assert store.deliveries(10) == (expected,), "what became of it is told after its run is gone"

    def test_a_message_is_taken_by_one_process_and_settled_once(self, store: Store, clock: ManualClock) -> None:
        self._alert(store)
        self._ended(store, 0)
        (delivery,) = store.due_deliveries(clock.now(), 10)
        until = clock.now() + timedelta(minutes=2)
        with ThreadPoolExecutor(4) as pool:
            taken = list(pool.map(lambda _: store.lease_delivery(delivery, until), range(4)))
        assert sorted(taken) == [False, False, False, True]
        assert store.due_deliveries(clock.now(), 10) == ()
        store.settle_delivery(delivery, DeliveryStatus.PENDING, "no answer", clock.now())
        (again,) = store.due_deliveries(clock.now(), 10)
        assert (again.attempts, again.note, again.ended_at) == (1, "no answer", None)
        assert store.lease_delivery(again, until)
        store.settle_delivery(delivery, DeliveryStatus.SENT, "by one whose time was over")
        assert store.deliveries(10)[0].status is DeliveryStatus.PENDING
        store.settle_delivery(again, DeliveryStatus.SENT, "message 1")
        (sent,) = store.deliveries(10, again.alert_id, [DeliveryStatus.SENT])
        assert (sent.attempts, sent.next_at, sent.ended_at) == (2, None, clock.now())
        assert not store.lease_delivery(again, until)
        assert store.deliveries(10, "another") == store.deliveries(10, None, [DeliveryStatus.FAILED]) == ()

    def _alert(self, store: Store) -> Alert:
        store.add_schedule(NIGHTLY)
        return store.add_alert(ALERT)

    def _ended(self, store: Store, number: int, status: RunStatus = RunStatus.SUCCEEDED) -> str:
        run = store.fire(store.get_schedule("nachts"), planned(number), RUN, "")
        assert run is not None
        record = claimed(store)
        end = SUCCEEDED if status is RunStatus.SUCCEEDED else RunEnd(status)
        for _ in range(2):  # a worker repeats what it got no answer to
            store.finish(record.run_id, "w1", record.attempt, end, scan_result())
        return run.run_id
