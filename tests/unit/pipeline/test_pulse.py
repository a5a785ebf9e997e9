"""Watchers see time pass while a scan has nothing to report."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import pytest

from technic_scanner.clock import ManualClock
from technic_scanner.domain.progress import EventKind, ProgressEvent
from technic_scanner.domain.universe import Universe
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.pulse import Pulse
from technic_scanner.testing.fakes import ScriptedSource, random_panel
from technic_scanner.testing.scans import SECTORS, SYMBOLS, Bench

PATIENCE_SECONDS = 30


def test_it_beats_from_another_thread_until_it_is_left() -> None:
    threads: list[int] = []
    thrice = threading.Event()

    def beat() -> None:
        threads.append(threading.get_ident())
        if len(threads) == 3:
            thrice.set()

    with Pulse(beat, 0.001):
        assert thrice.wait(PATIENCE_SECONDS)
    beats = len(threads)
    assert threading.get_ident() not in threads
    assert "pulse" not in {thread.name for thread in threading.enumerate()}
    assert len(threads) == beats


def test_it_ends_when_the_scan_raises() -> None:
    with pytest.raises(ZeroDivisionError), Pulse(lambda: None, 60.0):
        raise ZeroDivisionError
    assert "pulse" not in {thread.name for thread in threading.enumerate()}


def test_without_a_period_there_is_no_thread() -> None:
    before = threading.active_count()
    with Pulse(lambda: None, None):
        assert threading.active_count() == before


@dataclass
class SlowList(ScriptedSource):
    """Its list of symbols takes three seconds, and arrives when somebody has seen that time passes."""

    clock: ManualClock = field(default_factory=ManualClock)
    seen: threading.Event = field(default_factory=threading.Event)

    def universe(self, name: str | None, cancel: CancelToken) -> Universe:
        self.clock.advance(3.0)
        assert self.seen.wait(PATIENCE_SECONDS)
        return super().universe(name, cancel)


class _Noticing(list[ProgressEvent]):
    def __init__(self, seen: threading.Event) -> None:
        super().__init__()
        self._seen = seen

    def append(self, event: ProgressEvent) -> None:
        super().append(event)
        if event.kind is EventKind.ADVANCED and event.elapsed_seconds >= 3.0:
            self._seen.set()


def test_a_step_that_reports_nothing_is_seen_to_take_time() -> None:
    source = SlowList(random_panel(SYMBOLS), dict(SECTORS))
    bench = Bench(source=source, clock=source.clock, pulse_seconds=0.001)
    bench.events = _Noticing(source.seen)
    bench.scan()
    event = next(event for event in bench.events if event.kind is EventKind.ADVANCED and event.elapsed_seconds >= 3.0)
    assert (event.current_stage, event.stage("universe_loading").completed) == ("universe_loading", 0)
    assert event.stage("universe_loading").elapsed_seconds == 3.0
    assert [event.seq for event in bench.events] == list(range(1, len(bench.events) + 1))
    assert bench.events[-1].kind is EventKind.RUN_FINISHED
