"""Reads the journal of each watched run once, however many watch, and lets every watcher follow at its own pace."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Protocol, TypeVar

from technic_scanner.api.encoded_events import EncodedEvent, End
from technic_scanner.domain.run import RunRecord
from technic_scanner.errors import RunNotFoundError, StoreError, TechnicError
from technic_scanner.runs.model import StoredEvent

RING_EVENTS = 512
PAGE_EVENTS = 256
CATCH_UP_EVENTS = 64
PAGES_KEPT = 16
COALESCE_AFTER = 64
POLL_SECONDS = 0.2
# Waking and writing to one watcher costs some 0.1 ms; with this, fan-out stays under 4 % of a core.
SECONDS_PER_WATCHER = 0.003
READER_THREADS = 16

logger = logging.getLogger(__name__)
T = TypeVar("T")


class EventReader(Protocol):
    """The part of the run service that the broadcaster reads."""

    def get(self, run_id: str) -> RunRecord: ...

    def stored_events(self, run_id: str, after_seq: int = 0, limit: int = 500) -> Sequence[StoredEvent]: ...


class Topic:
    """The newest events of one run, and how it ended. Everything here happens on one event loop."""

    def __init__(self, run_id: str, head: int) -> None:
        self.run_id = run_id
        self.base = head
        self.head = head
        self.end: End | None = None
        self.failure: BaseException | None = None
        self.watchers = 0
        self.changed = asyncio.Event()
        self.poller: asyncio.Task[None] | None = None
        self.pages: dict[int, asyncio.Task[list[EncodedEvent]]] = {}
        self._ring: deque[EncodedEvent] = deque(maxlen=RING_EVENTS)

    def publish(self, events: Sequence[EncodedEvent], end: End | None) -> None:
        """Add events and wake the watchers, if there is anything new."""
        for event in events:
            if len(self._ring) == RING_EVENTS:
                self.base = self._ring[0].seq
            self._ring.append(event)
            self.head = event.seq
        if events or end is not None:
            self.end = end
            self.wake()

    def fail(self, error: BaseException) -> None:
        """Let every watcher raise ``error``."""
        self.failure = error
        self.wake()

    def wake(self) -> None:
        """Wake everybody who waits for a change."""
        self.changed.set()
        self.changed = asyncio.Event()

    def after(self, seq: int) -> list[EncodedEvent] | None:
        """Return the events after ``seq``; None if the ring no longer reaches back that far."""
        if seq < self.base:
            return None
        missing = 0
        for event in reversed(self._ring):
            if event.seq <= seq:
                break
            missing += 1
        return list(self._ring)[len(self._ring) - missing :] if missing else []


class RunBroadcaster:
    """One reader per watched run. Use it from one event loop at a time."""

    def __init__(self, journal: EventReader, *, poll_seconds: float = POLL_SECONDS) -> None:
        self._journal = journal
        self._poll_seconds = poll_seconds
        self._topics: dict[str, Topic] = {}
        self._closing = False
        # Threads of its own: watchers never wait behind requests, nor requests behind watchers.
        self._threads = ThreadPoolExecutor(READER_THREADS, thread_name_prefix="journal")

    @property
    def watchers(self) -> int:
        """How many streams are open."""
        return sum(topic.watchers for topic in self._topics.values())

    @property
    def closing(self) -> bool:
        """True once the server is going down."""
        return self._closing

    def set(self) -> None:
        """Close; sse-starlette calls this under the name that an event has when the server goes down."""
        self.close()

    def close(self) -> None:
        """Let every stream end at once; watchers reconnect elsewhere or later."""
        self._closing = True
        for topic in self._topics.values():
            topic.wake()

    async def read(self, job: Callable[[], T]) -> T:
        """Run a store call in one of the broadcaster's threads."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, job)

    @asynccontextmanager
    async def watch(self, run_id: str, after: int) -> AsyncIterator[Watcher]:
        """Watch a run from the event after ``after`` on. Raises RunNotFoundError."""
        record = await self.read(lambda: self._journal.get(run_id))
        topic = self._join(record)
        try:
            yield Watcher(self, topic, after, record.last_seq)
        finally:
            self._leave(topic)

    def _join(self, record: RunRecord) -> Topic:
        topic = self._topics.get(record.run_id)
        if topic is None or topic.failure is not None or (topic.end is not None and not record.status.is_terminal):
            # Start a ring's length back, so that watchers who join later are served from memory too.
            topic = Topic(record.run_id, max(0, record.last_seq - RING_EVENTS))
            self._topics[record.run_id] = topic
            topic.poller = asyncio.create_task(self._poll(topic), name=f"journal of {record.run_id}")
        topic.watchers += 1
        return topic

    def _leave(self, topic: Topic) -> None:
        topic.watchers -= 1
        if topic.watchers:
            return
        if topic.poller is not None:
            topic.poller.cancel()
        if self._topics.get(topic.run_id) is topic:
            del self._topics[topic.run_id]

    async def _poll(self, topic: Topic) -> None:
        try:
            while topic.end is None:
                full = await self._poll_once(topic)
                if not full:
                    await asyncio.sleep(max(self._poll_seconds, topic.watchers * SECONDS_PER_WATCHER))
        except Exception as error:  # a watcher must learn of it, or it would wait for ever
            logger.exception("the journal of run %s can no longer be followed", topic.run_id)
            topic.fail(error)

    async def _poll_once(self, topic: Topic) -> bool:
        """Read what is new; return True if there is more of it."""
        try:
            record, events = await self.read(lambda: self._read_new(topic.run_id, topic.head))
        except RunNotFoundError:
            topic.publish((), End(None))
            return False
        except StoreError as error:
            # A store that is locked or away comes back; the watchers' connections outlive that.
            logger.warning("the journal of run %s cannot be read just now: %s", topic.run_id, error)
            return False
        full = len(events) >= PAGE_EVENTS
        topic.publish(events, End(record) if record.status.is_terminal and not full else None)
        return full

    def _read_new(self, run_id: str, after: int) -> tuple[RunRecord, list[EncodedEvent]]:
        # The record first: once it says "ended", every event is already in the journal.
        record = self._journal.get(run_id)
        return record, self._read_page(run_id, after, PAGE_EVENTS)

    def _read_page(self, run_id: str, after: int, limit: int) -> list[EncodedEvent]:
        events = [EncodedEvent(event) for event in self._journal.stored_events(run_id, after, limit)]
        for event in events:
            _ = event.sse  # framed here, off the event loop
        return events

    async def page(self, topic: Topic, after: int) -> list[EncodedEvent]:
        """Return some stored events after ``after``, for a watcher that the ring has left behind; empty if none are.

        Pages begin at round numbers, so that a crowd that fell behind, or that comes late, shares the reading too.
        """
        start = after - after % CATCH_UP_EVENTS
        reading = topic.pages.get(start)
        if reading is None:
            reading = asyncio.create_task(self.read(lambda: self._read_page(topic.run_id, start, CATCH_UP_EVENTS)))
            topic.pages[start] = reading
            if len(topic.pages) > PAGES_KEPT:
                del topic.pages[next(iter(topic.pages))]
        try:
            events = await asyncio.shield(reading)
        except TechnicError:
            topic.pages.pop(start, None)
            raise
        if len(events) < CATCH_UP_EVENTS:
            topic.pages.pop(start, None)  # more may come
        return [event for event in events if event.seq > after]


class Watcher:
    """One reader's place in the journal; holds no events of its own, so a slow reader costs no memory."""

    def __init__(self, broadcaster: RunBroadcaster, topic: Topic, after: int, joined_at: int) -> None:
        self._broadcaster = broadcaster
        self._topic = topic
        self.cursor = after
        self.joined_at = joined_at

    async def next(self) -> Sequence[EncodedEvent] | End | None:
        """Wait for and return the events after the cursor, then End; None when the server is going down.

        The events are every event of the journal after the cursor, in order, none twice.
        """
        while not self._broadcaster.closing:
            changed = self._topic.changed
            if self._topic.failure is not None:
                raise self._topic.failure
            events = self._topic.after(self.cursor)
            if events is None:
                events = await self._catch_up()
            if events:
                self.cursor = events[-1].seq
                return events
            if self._topic.end is not None and self.cursor >= self._topic.base:
                return self._topic.end
            await changed.wait()
        return None

    async def next_or_latest(self) -> Sequence[EncodedEvent] | End | None:
        """Like ``next``, but a reader that cannot keep up gets the boundaries and the newest event only.

        What was in the journal when it joined is replayed in full; only events that piled up since may be left out.
        """
        if self.cursor < self.joined_at or self._topic.head - self.cursor <= COALESCE_AFTER:
            return await self.next()
        kept: list[EncodedEvent] = []
        target = self._topic.head
        while self.cursor < target:
            events = await self.next()
            if events is None or isinstance(events, End):
                return kept or events
            kept = [event for event in kept if event.is_boundary]
            kept += [event for event in events[:-1] if event.is_boundary]
            kept.append(events[-1])
        return kept

    async def _catch_up(self) -> list[EncodedEvent]:
        base = self._topic.base
        try:
            events = await self._broadcaster.page(self._topic, self.cursor)
        except StoreError as error:
            logger.warning("events of run %s cannot be read just now: %s", self._topic.run_id, error)
            await asyncio.sleep(POLL_SECONDS)
            return []
        if not events:
            # Nothing is stored between the cursor and the ring: thinned away, or never there.
            self.cursor = max(self.cursor, base)
        return events
