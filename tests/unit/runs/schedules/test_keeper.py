"""A server looks at its schedules again and again, in one thread, until it ends."""

from __future__ import annotations

import threading

from technic_scanner.runs.schedules.keeper import Keeper


def test_it_looks_until_it_is_stopped() -> None:
    looked = threading.Semaphore(0)
    keeper = Keeper(looked.release, every_seconds=0.001)
    keeper.start()
    keeper.start()
    for _ in range(3):
        assert looked.acquire(timeout=30)
    assert sum(thread.name == "schedule-keeper" for thread in threading.enumerate()) == 1
    keeper.stop()
    assert not any(thread.name == "schedule-keeper" for thread in threading.enumerate())


def test_one_that_never_ran_is_stopped_at_once() -> None:
    Keeper(lambda: None).stop()
