"""The broadcaster delivers every event once, from one reader, and holds a bounded number of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from technic_scanner.api import run_broadcaster as broadcaster_module
from technic_scanner.api.encoded_events import End
from technic_scanner.api.run_broadcaster import (
    CATCH_UP_EVENTS,
    COALESCE_AFTER,
    RING_EVENTS,
    RunBroadcaster,
    Topic,
    Watcher,
)
from technic_scanner.domain.run import RunStatus
from technic_scanner.errors import RunNotFoundError
from tests.unit.api.journals import RUN_ID, MemoryJournal

LIMIT_SECONDS = 120.0


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(asyncio.wait_for(coroutine, LIMIT_SECONDS))


def quick_hub(journal: MemoryJournal) -> RunBroadcaster:
    return RunBroadcaster(journal, poll_seconds=0.001)


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop turn until the condition holds; the test's time limit ends a wait in vain."""
    while not condition():  # noqa: ASYNC110 - what is waited for tells nobody
        await asyncio.sleep(0.001)


async def read_to_end(watcher: Watcher) -> tuple[list[int], End | None]:
    seen: list[int] = []
    while (batch := await watcher.next()) is not None:
        if isinstance(batch, End):
            return seen, batch
        seen += [event.seq for event in batch]
    return seen, None


@settings(max_examples=40, deadline=None)
@given(
    before=st.integers(0, RING_EVENTS + 200),
    parts=st.lists(st.integers(1, 300), max_size=5),
    afters=st.lists(st.integers(0, RING_EVENTS + 300), min_size=1, max_size=5),
)
def test_every_watcher_gets_every_event_after_its_mark_once(before: int, parts: list[int], afters: list[int]) -> None:
    async def scenario() -> None:
        journal = MemoryJournal()
        if before:
            journal.append(before)
        broadcaster = quick_hub(journal)

        async def follow(after: int) -> list[int]:
            async with broadcaster.watch(RUN_ID, after) as watcher:
                return (await read_to_end(watcher))[0]

        followers = [asyncio.create_task(follow(after)) for after in afters]
        for count in parts:
            await asyncio.sleep(0)
            journal.append(count)
        journal.end()
        for after, follower in zip(afters, followers, strict=True):
            assert await follower == [item.seq for item in journal.stored if item.seq > after]

    run(scenario())


def test_one_reader_serves_all_watchers() -> None:
    async def scenario() -> None:
        journal = MemoryJournal()
        journal.append(20)
        broadcaster = quick_hub(journal)

        async def follow() -> list[int]:
            async with broadcaster.watch(RUN_ID, 0) as watcher:
                return (await read_to_end(watcher))[0]

        followers = [asyncio.create_task(follow()) for _ in range(200)]
        await until(lambda: broadcaster.watchers == 200)
        before = journal.reads
        journal.append(20)
        journal.end()
        assert all([len(await follower) == 40 for follower in followers])
        assert journal.reads - before < 50
        assert broadcaster.watchers == 0
        assert not broadcaster._topics

    run(scenario())


def test_a_crowd_that_comes_late_shares_the_reading() -> None:
    async def scenario() -> None:
        journal = MemoryJournal()
        journal.append(4 * RING_EVENTS)
        journal.end()
        broadcaster = quick_hub(journal)

        async def follow(after: int) -> list[int]:
            async with broadcaster.watch(RUN_ID, after) as watcher:
                return (await read_to_end(watcher))[0]

        crowd = await asyncio.gather(*(follow(after % 7) for after in range(100)))
        assert [len(seen) for seen in crowd] == [4 * RING_EVENTS - after % 7 for after in range(100)]
        assert journal.reads < 4 * (4 * RING_EVENTS // CATCH_UP_EVENTS)

    run(scenario())


def test_the_ring_is_bounded_and_a_slow_watcher_reads_on_from_the_journal() -> None:
    async def scenario() -> None:
        journal = MemoryJournal()
        journal.append(1)
        broadcaster = quick_hub(journal)
        async with broadcaster.watch(RUN_ID, 0) as watcher:
            first = await watcher.next()
            assert not isinstance(first, End)
            assert first is not None
            journal.append(3 * RING_EVENTS)
            topic = broadcaster._topics[RUN_ID]
            await until(lambda: topic.head == journal.stored[-1].seq)
            assert len(topic._ring) == RING_EVENTS
            page = await watcher.next()
            assert isinstance(page, list)
            assert [event.seq for event in page] == list(range(2, 1 + CATCH_UP_EVENTS))
            journal.end()
            seen, end = await read_to_end(watcher)
            assert seen == list(range(1 + CATCH_UP_EVENTS, 3 * RING_EVENTS + 2))
            assert end is not None
            assert end.record is journal.record

    run(scenario())


def test_a_reader_that_cannot_keep_up_gets_boundaries_and_the_newest() -> None:
    async def scenario() -> None:
        journal = MemoryJournal()
        journal.append(5)
        broadcaster = quick_hub(journal)
        async with broadcaster.watch(RUN_ID, 0) as watcher:
            await watcher.next_or_latest()
            journal.append(2 * RING_EVENTS)
            topic = broadcaster._topics[RUN_ID]
            await until(lambda: topic.head == journal.stored[-1].seq)
            batch = await watcher.next_or_latest()
            assert isinstance(batch, list)
            last = journal.stored[-1].seq
            boundaries = [item.seq for item in journal.stored if item.seq > 5 and item.kind.is_boundary]
            assert [event.seq for event in batch] == sorted({*boundaries, last})
            journal.end()
            assert isinstance(await watcher.next_or_latest(), End)

    run(scenario())


def test_what_was_there_before_is_replayed_in_full_also_to_one_that_may_be_coalesced() -> None:
    async def scenario() -> None:
        journal = MemoryJournal()
        journal.append(COALESCE_AFTER * 12)
        journal.end()
        async with quick_hub(journal).watch(RUN_ID, 0) as watcher:
            seen: list[int] = []
            while not isinstance(batch := await watcher.next_or_latest(), End):
                assert batch is not None
                seen += [event.seq for event in batch]
        assert seen == list(range(1, COALESCE_AFTER * 12 + 1))

    run(scenario())


def test_a_store_that_is_away_for_a_while_costs_nothing_but_time() -> None:
    async def scenario() -> None:
        journal = MemoryJournal()
        journal.append(3)
        broadcaster = quick_hub(journal)
        async with broadcaster.watch(RUN_ID, 0) as watcher:
            await watcher.next()
            journal.failing = 5
            journal.append(3)
            journal.end()
            seen, end = await read_to_end(watcher)
        assert seen == [4, 5, 6]
        assert end is not None

    run(scenario())


def test_an_error_that_nobody_foresaw_reaches_the_watcher() -> None:
    async def scenario() -> None:
        journal = MemoryJournal()
        async with quick_hub(journal).watch(RUN_ID, 0) as watcher:
            journal.broken = ZeroDivisionError("odd")
            with pytest.raises(ZeroDivisionError):
                await watcher.next()

    run(scenario())


def test_a_deleted_run_ends_its_streams() -> None:
    async def scenario() -> None:
        journal = MemoryJournal()
        broadcaster = quick_hub(journal)
        async with broadcaster.watch(RUN_ID, 0) as watcher:
            journal.deleted = True
            end = await watcher.next()
            assert isinstance(end, End)
            assert end.record is None
        with pytest.raises(RunNotFoundError):
            async with broadcaster.watch(RUN_ID, 0):
                pass

    run(scenario())


def test_thinned_events_are_no_obstacle() -> None:
    async def scenario() -> None:
        journal = MemoryJournal()
        journal.append(RING_EVENTS * 2)
        journal.end()
        journal.stored = journal.stored[RING_EVENTS + 100 :: 7]
        async with quick_hub(journal).watch(RUN_ID, 0) as watcher:
            seen, end = await read_to_end(watcher)
        assert seen == [item.seq for item in journal.stored]
        assert end is not None

    run(scenario())


def test_a_resumed_run_is_followed_again() -> None:
    async def scenario() -> None:
        journal = MemoryJournal()
        journal.append(2)
        journal.end(RunStatus.CANCELLED)
        broadcaster = quick_hub(journal)
        async with broadcaster.watch(RUN_ID, 0) as early:
            assert (await read_to_end(early))[0] == [1, 2]
            journal.end(RunStatus.RUNNING)
            async with broadcaster.watch(RUN_ID, 2) as late:
                journal.append(1)
                journal.end()
                assert (await read_to_end(late))[0] == [3]

    run(scenario())


def test_closing_ends_every_wait() -> None:
    async def scenario() -> None:
        broadcaster = quick_hub(MemoryJournal())
        async with broadcaster.watch(RUN_ID, 0) as watcher:
            waiting = asyncio.create_task(watcher.next())
            await asyncio.sleep(0)
            broadcaster.close()
            assert await waiting is None

    run(scenario())


def test_many_watchers_are_woken_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def scenario() -> None:
        broadcaster = RunBroadcaster(MemoryJournal())
        topic = Topic(RUN_ID, 0)
        topic.watchers = 500

        async def note(seconds: float) -> None:
            slept.append(seconds)
            topic.end = End(None)

        monkeypatch.setattr(broadcaster_module.asyncio, "sleep", note)
        await broadcaster._poll(topic)

    run(scenario())
    assert slept == [1.5]
