"""Work beside other work: not too often, by one thread, never raising."""

import logging

import pytest

from technic_scanner.clock import ManualClock
from technic_scanner.errors import StoreUnavailableError
from technic_scanner.runs.ticks import Ticks


def test_it_is_done_at_most_every_so_many_seconds() -> None:
    clock, done = ManualClock(), []
    ticks = Ticks(5.0, clock, "schedules")
    for _ in range(12):
        ticks.attempt(lambda: done.append(clock.monotonic()))
        clock.advance(1.0)
    assert [later - done[0] for later in done] == [0.0, 5.0, 10.0]


@pytest.mark.parametrize(
    ("error", "level", "words"),
    [
        (StoreUnavailableError("no database"), logging.WARNING, "schedules are looked at later"),
        (RuntimeError("a fault"), logging.ERROR, "schedules could not be looked at"),
    ],
)
def test_what_fails_is_logged_and_tried_again(
    error: Exception, level: int, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    clock, tries = ManualClock(), []

    def work() -> None:
        tries.append(1)
        raise error

    ticks = Ticks(5.0, clock, "schedules")
    ticks.attempt(work)
    ticks.attempt(work)
    clock.advance(5.0)
    ticks.attempt(work)
    assert len(tries) == 2
    assert [(record.levelno, words in record.message) for record in caplog.records] == [(level, True)] * 2
