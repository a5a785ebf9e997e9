"""Batches are yielded in order once they are stored, and a quick source makes the next one meanwhile."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

import pytest

from technic_scanner.clock import ManualClock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.errors import CancelledError, SourceError, StoreError
from technic_scanner.pipeline import stored_batches as stored_batches_module
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.context import ScanContext
from technic_scanner.pipeline.ports import FetchedBatch, MessageSink, PriceBatch
from technic_scanner.pipeline.stored_batches import QUICK_SECONDS, stored_batches
from technic_scanner.progress.reporter import ProgressReporter
from technic_scanner.testing.fakes import MemoryCache, ScriptedSource, random_panel
from technic_scanner.testing.scans import SYMBOLS, Bench

GROUPS = [SYMBOLS[:3], SYMBOLS[3:6], SYMBOLS[6:9]]
PATIENCE = 30.0


def nothing(_: str) -> None:
    """Do nothing."""


@dataclass
class Watched(ScriptedSource):
    """Calls ``asked`` with the first symbol of each batch before it makes it."""

    asked: Callable[[str], None] = nothing

    def fetch(
        self, symbols: Sequence[str], start: date | None, end: date | None, cancel: CancelToken, say: MessageSink
    ) -> Iterator[PriceBatch]:
        cancel.check()
        self.asked(symbols[0])
        yield from super().fetch(symbols, start, end, cancel, say)


class WatchedCache(MemoryCache):
    """Calls ``writing`` with the first symbol of each batch before it stores it, ``together`` with those of several."""

    def __init__(self) -> None:
        super().__init__()
        self.writing: Callable[[str], None] = nothing
        self.together: Callable[[list[str]], None] = lambda _: None

    def write_all(self, source: str, fetched: Sequence[FetchedBatch], end: date | None) -> None:
        self.together([batch.panel.symbols[0] for batch, _ in fetched])
        super().write_all(source, fetched, end)

    def write(self, source: str, batch: PriceBatch, start: date | None, end: date | None) -> None:
        self.writing(batch.panel.symbols[0])
        super().write(source, batch, start, end)


@dataclass
class Fetch:
    """One fetch of three groups; ``firsts`` are the first symbols of the batches that were yielded."""

    source: Watched = field(default_factory=lambda: Watched(random_panel(SYMBOLS)))
    cache: WatchedCache = field(default_factory=WatchedCache)
    clock: ManualClock = field(default_factory=ManualClock)
    cancel: CancelToken = field(default_factory=CancelToken)
    firsts: list[str] = field(default_factory=list)

    def run(self, each: Callable[[str], None] = nothing) -> None:
        ports = Bench(source=self.source, cache=self.cache, clock=self.clock).ports()
        options = RunOptions()
        reporter = ProgressReporter("fetch", options.stage_plan, self.clock)
        context = ScanContext(ScanConfig(), options, ports, reporter, self.cancel)
        with closing(stored_batches(context, GROUPS, self.source, "scripted")) as batches:
            for batch in batches:
                first = batch.panel.symbols[0]
                assert first in self.cache.held, "a batch was yielded before it was stored"
                self.firsts.append(first)
                each(first)


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each batch be stored by itself."""
    monkeypatch.setattr(stored_batches_module, "GATHER_CELLS", 0)


@pytest.mark.usefixtures("one_by_one")
def test_the_next_batch_is_made_while_one_is_stored() -> None:
    fetch, asked = Fetch(), threading.Event()
    fetch.source.asked = lambda first: asked.set() if first == GROUPS[1][0] else None

    def writing(first: str) -> None:
        if first == GROUPS[0][0]:
            assert asked.wait(PATIENCE), "the second batch is not asked for before the first is stored"

    fetch.cache.writing = writing
    fetch.run()
    assert fetch.firsts == [group[0] for group in GROUPS]


@pytest.mark.usefixtures("one_by_one")
def test_no_more_than_one_batch_is_asked_for_ahead() -> None:
    fetch, ahead = Fetch(), list[int]()
    asked = list[str]()

    def ask(first: str) -> None:
        asked.append(first)
        ahead.append(len(asked) - len(fetch.firsts))

    fetch.source.asked = ask
    fetch.run()
    assert max(ahead) == 2  # the one that is asked for, and the one that is stored meanwhile


def test_what_comes_while_others_are_stored_is_stored_together() -> None:
    fetch, stored, asked = Fetch(), list[list[str]](), threading.Event()
    fetch.source.asked = lambda first: asked.set() if first == GROUPS[2][0] else None

    def together(firsts: list[str]) -> None:
        stored.append(firsts)
        assert asked.wait(PATIENCE), "no more than one batch is asked for while another is stored"

    fetch.cache.together = together
    fetch.run()
    assert stored == [[GROUPS[0][0]], [GROUPS[1][0], GROUPS[2][0]]]
    assert fetch.firsts == [group[0] for group in GROUPS]


def test_what_is_large_is_not_stored_with_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_batches_module, "GATHER_CELLS", 3 * 260)
    fetch, stored = Fetch(), list[list[str]]()
    fetch.cache.together = stored.append
    fetch.run()
    assert stored == [[group[0]] for group in GROUPS]


def test_the_next_batches_are_stored_while_those_before_are_counted(one_by_one: None) -> None:
    fetch, writing = Fetch(), {group[0]: threading.Event() for group in GROUPS}
    fetch.cache.writing = lambda first: writing[first].set()
    following = dict(pairwise(group[0] for group in GROUPS))

    def count(first: str) -> None:
        if first in following:
            assert writing[following[first]].wait(PATIENCE), "it is not stored before the one before is counted"

    fetch.run(count)
    assert fetch.firsts == [group[0] for group in GROUPS]


def test_the_source_is_asked_by_the_thread_of_the_scan() -> None:
    fetch, threads = Fetch(), set[int]()
    fetch.source.asked = lambda _: threads.add(threading.get_ident())
    fetch.run()
    assert threads == {threading.get_ident()}


def test_what_took_long_is_stored_and_counted_before_more_is_asked_for() -> None:
    fetch, log = Fetch(), list[str]()

    def ask(first: str) -> None:
        log.append(f"asked {first}")
        fetch.clock.advance(QUICK_SECONDS)

    fetch.source.asked = ask
    fetch.cache.writing = lambda first: log.append(f"stored {first}")
    fetch.run(lambda first: log.append(f"counted {first}"))
    assert log == [f"{step} {group[0]}" for group in GROUPS for step in ("asked", "stored", "counted")]


def test_what_had_come_before_the_source_failed_is_yielded() -> None:
    fetch = Fetch()

    def ask(first: str) -> None:
        if first == GROUPS[2][0]:
            raise SourceError("the vendor is down")

    fetch.source.asked = ask
    with pytest.raises(SourceError, match="the vendor is down"):
        fetch.run()
    assert fetch.firsts == [GROUPS[0][0], GROUPS[1][0]]


@pytest.mark.usefixtures("one_by_one")
def test_a_cancelled_fetch_yields_what_is_stored_and_stores_no_more() -> None:
    fetch = Fetch()
    fetch.source.asked = lambda first: fetch.cancel.cancel() if first == GROUPS[1][0] else None
    with pytest.raises(CancelledError):
        fetch.run()
    assert fetch.firsts == [GROUPS[0][0]]
    assert set(fetch.cache.held) == set(GROUPS[0])


@pytest.mark.usefixtures("one_by_one")
def test_a_batch_that_cannot_be_stored_ends_the_fetch() -> None:
    fetch = Fetch()

    def writing(first: str) -> None:
        if first == GROUPS[1][0]:
            raise StoreError("the disk is gone")

    fetch.cache.writing = writing
    with pytest.raises(StoreError, match="the disk is gone"):
        fetch.run()
    assert fetch.firsts == [GROUPS[0][0]]
    assert set(fetch.cache.held) == set(GROUPS[0])


@pytest.mark.usefixtures("one_by_one")
def test_a_failure_to_record_a_batch_leaves_no_write_behind() -> None:
    fetch = Fetch()

    def record(_: str) -> None:
        raise StoreError("the journal is gone")

    with pytest.raises(StoreError, match="the journal is gone"):
        fetch.run(record)
    assert fetch.firsts == [GROUPS[0][0]]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("store")]


def test_a_source_that_was_slow_once_is_not_asked_ahead_any_more() -> None:
    fetch, log = Fetch(), list[str]()

    def ask(first: str) -> None:
        log.append(f"asked {first}")
        fetch.clock.advance(QUICK_SECONDS if first == GROUPS[0][0] else 0.0)

    fetch.source.asked = ask
    fetch.run(lambda first: log.append(f"counted {first}"))
    assert log == [f"{step} {group[0]}" for group in GROUPS for step in ("asked", "counted")]


@dataclass
class Open(Watched):
    """Notes when what it was asked for is ended."""

    closed: bool = False

    def fetch(
        self, symbols: Sequence[str], start: date | None, end: date | None, cancel: CancelToken, say: MessageSink
    ) -> Iterator[PriceBatch]:
        try:
            for symbol in symbols:
                yield from super().fetch([symbol], start, end, cancel, say)
        finally:
            self.closed = True


@pytest.mark.parametrize("stop", ["full", "cancelled"])
def test_the_source_is_ended_as_soon_as_nobody_wants_more(stop: str) -> None:
    source = Open(random_panel(SYMBOLS))
    fetch = Fetch(source=source)

    def writing(_: str) -> None:
        if stop == "full":
            raise StoreError("full")
        fetch.cancel.cancel()

    fetch.cache.writing = writing
    gc.disable()
    try:
        with pytest.raises((StoreError, CancelledError)) as caught:
            fetch.run()
        assert source.closed, caught.value  # which still holds the frames
    finally:
        gc.enable()
