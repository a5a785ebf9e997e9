"""Reads the journal of each watched run once, however many watch, and lets every watcher follow at its own pace."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Protocol, TypeVar

from technic_scanner.api.frames import End, Frame
from technic_scanner.domain.progress import ProgressEvent
from technic_scanner.domain.run import RunRecord
from technic_scanner.errors import RunNotFoundError, StoreError, TechnicError

RING_FRAMES = 512
PAGE_FRAMES = 256
CATCH_UP_FRAMES = 64
PAGES_KEPT = 16
COALESCE_AFTER = 64
POLL_SECONDS = 0.2
# Waking and writing to one watcher costs some 0.1 ms; with this, fan-out stays under 4 % of a core.
SECONDS_PER_WATCHER = 0.003
READER_THREADS = 16

logger = logging.getLogger(__name__)
T = TypeVar("T")


class Journal(Protocol):
    """The part of the run service that the hub reads."""

    def get(self, run_id: str) -> RunRecord: ...

    def events(self, run_id: str, after_seq: int = 0, limit: int = 500) -> Sequence[ProgressEvent]: ...


class Topic:
    """The newest frames of one run, and how it ended. Everything here happens on one event loop."""

    def __init__(self, run_id: str, head: int) -> None:
        self.run_id = run_id
        self.base = head
        self.head = head
        self.end: End | None = None
        self.failure: BaseException | None = None
        self.watchers = 0
        self.changed = asyncio.Event()
        self.poller: asyncio.Task[None] | None = None
        self.pages: dict[int, asyncio.Task[list[Frame]]] = {}
        self._ring: deque[Frame] = deque(maxlen=RING_FRAMES)

    def publish(self, frames: Sequence[Frame], end: End | None) -> None:
        """Add frames and wake the watchers, if there is anything new."""
        for frame in frames:
            if len(self._ring) == RING_FRAMES:
                self.base = self._ring[0].seq
            self._ring.append(frame)
            self.head = frame.seq
        if frames or end is not None:
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

    def after(self, seq: int) -> list[Frame] | None:
        """Return the frames after ``seq``; None if the ring no longer reaches back that far."""
        if seq < self.base:
            return None
        missing = 0
        for frame in reversed(self._ring):
            if frame.seq <= seq:
                break
            missing += 1
        return list(self._ring)[len(self._ring) - missing :] if missing else []


class EventHub:
    """One reader per watched run. Use it from one event loop at a time."""

    def __init__(self, journal: Journal, *, poll_seconds: float = POLL_SECONDS) -> None:
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
        """Run a store call in one of the hub's threads."""
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
            # Start a ring's length back, so that whoever joins later is served from memory too.
            topic = Topic(record.run_id, max(0, record.last_seq - RING_FRAMES))
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
            record, frames = await self.read(lambda: self._read_new(topic.run_id, topic.head))
        except RunNotFoundError:
            topic.publish((), End(None))
            return False
        except StoreError as error:
            # A store that is locked or away comes back; the watchers' connections outlive that.
            logger.warning("the journal of run %s cannot be read just now: %s", topic.run_id, error)
            return False
        full = len(frames) >= PAGE_FRAMES
        topic.publish(frames, End(record) if record.status.is_terminal and not full else None)
        return full

    def _read_new(self, run_id: str, after: int) -> tuple[RunRecord, list[Frame]]:
        # The record first: once it says "ended", every event is already in the journal.
        record = self._journal.get(run_id)
        return record, self._read_page(run_id, after, PAGE_FRAMES)

    def _read_page(self, run_id: str, after: int, limit: int) -> list[Frame]:
        frames = [Frame(event) for event in self._journal.events(run_id, after, limit)]
        for frame in frames:
            _ = frame.sse  # encoded here, off the event loop
        return frames

    async def page(self, topic: Topic, after: int) -> list[Frame]:
        """Return some stored frames after ``after``, for a watcher that the ring has left behind; empty if none are.

        Pages begin at round numbers, so that a crowd that fell behind, or that comes late, shares the reading too.
        """
        start = after - after % CATCH_UP_FRAMES
        reading = topic.pages.get(start)
        if reading is None:
            reading = asyncio.create_task(self.read(lambda: self._read_page(topic.run_id, start, CATCH_UP_FRAMES)))
            topic.pages[start] = reading
            if len(topic.pages) > PAGES_KEPT:
                del topic.pages[next(iter(topic.pages))]
        try:
            frames = await asyncio.shield(reading)
        except TechnicError:
            topic.pages.pop(start, None)
            raise
        if len(frames) < CATCH_UP_FRAMES:
            topic.pages.pop(start, None)  # more may come
        return [frame for frame in frames if frame.seq > after]


class Watcher:
    """One reader's place in the journal; holds no frames of its own, so a slow reader costs no memory."""

    def __init__(self, hub: EventHub, topic: Topic, after: int, joined_at: int) -> None:
        self._hub = hub
        self._topic = topic
        self.cursor = after
        self.joined_at = joined_at

    async def next(self) -> Sequence[Frame] | End | None:
        """Wait for and return the frames after the cursor, then End; None when the server is going down.

        The frames are every event of the journal after the cursor, in order, none twice.
        """
        while not self._hub.closing:
            changed = self._topic.changed
            if self._topic.failure is not None:
                raise self._topic.failure
            frames = self._topic.after(self.cursor)
            if frames is None:
                frames = await self._catch_up()
            if frames:
                self.cursor = frames[-1].seq
                return frames
            if self._topic.end is not None and self.cursor >= self._topic.base:
                return self._topic.end
            await changed.wait()
        return None

    async def next_or_latest(self) -> Sequence[Frame] | End | None:
        """Like ``next``, but a reader that cannot keep up gets the boundaries and the newest frame only.

        What was in the journal when it joined is replayed in full; only frames that piled up since may be left out.
        """
        if self.cursor < self.joined_at or self._topic.head - self.cursor <= COALESCE_AFTER:
            return await self.next()
        kept: list[Frame] = []
        target = self._topic.head
        while self.cursor < target:
            frames = await self.next()
            if frames is None or isinstance(frames, End):
                return kept or frames
            kept = [frame for frame in kept if frame.event.kind.is_boundary]
            kept += [frame for frame in frames[:-1] if frame.event.kind.is_boundary]
            kept.append(frames[-1])
        return kept

    async def _catch_up(self) -> list[Frame]:
        base = self._topic.base
        try:
            frames = await self._hub.page(self._topic, self.cursor)
        except StoreError as error:
            logger.warning("events of run %s cannot be read just now: %s", self._topic.run_id, error)
            await asyncio.sleep(POLL_SECONDS)
            return []
        if not frames:
            # Nothing is stored between the cursor and the ring: thinned away, or never there.
            self.cursor = max(self.cursor, base)
        return frames
