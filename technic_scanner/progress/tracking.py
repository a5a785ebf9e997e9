"""Count the items of any iterable as a stage goes through them."""

from __future__ import annotations

import operator
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Sized
from typing import TypeVar

from technic_scanner.progress.reports import StageReports

T = TypeVar("T")


def length_of(items: object) -> int | None:
    """Return the number of items; None if it is not known without iterating."""
    try:
        if isinstance(items, Sized):
            return len(items)
        hint = operator.length_hint(items, -1)
    except (TypeError, ValueError, OverflowError):  # values that a foreign __len__ or __length_hint__ may return
        return None
    return None if hint < 0 else hint


class _Counter:
    """Counts the items of a stage; the total becomes unknown if there are more items than the length says."""

    __slots__ = ("_count", "_total", "_tracker", "_unit_class")

    def __init__(self, tracker: StageReports, stage: str, total: float | None, unit_class: str | None) -> None:
        self._tracker = tracker
        self._unit_class = unit_class
        self._count = 0
        tracker.start_stage(stage, total)
        active = tracker.active  # read once: another thread may end the stage at any time
        self._total = None if active is None else active.total

    def one_done(self) -> None:
        self._count += 1
        if self._total is not None and self._count > self._total:
            self._total = None
            self._tracker.set_total(None)
        self._tracker.advance(1, self._unit_class)


def track(
    tracker: StageReports, stage: str, items: Iterable[T], total: float | None, unit_class: str | None
) -> Iterator[T]:
    """Yield the items; one counts as done when the next one is requested, the stage as complete after the last.

    Leaving the loop early does not change the stage's state: only the caller knows whether that is a failure.
    """
    counter = _Counter(tracker, stage, total if total is not None else length_of(items), unit_class)
    for item in items:
        yield item
        counter.one_done()
    tracker.complete_stage()


async def track_async(
    tracker: StageReports, stage: str, items: AsyncIterable[T], total: float | None, unit_class: str | None
) -> AsyncIterator[T]:
    """Do the same for an asynchronous iterable."""
    counter = _Counter(tracker, stage, total if total is not None else length_of(items), unit_class)
    async for item in items:
        yield item
        counter.one_done()
    tracker.complete_stage()
