"""Ask a source for bars and store them: a quick source makes the next batches while others are stored together."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import date

from technic_scanner.errors import CancelledError
from technic_scanner.pipeline.context import ScanContext
from technic_scanner.pipeline.ports import FetchedBatch, PriceBatch, Source
from technic_scanner.screening.panel_build import well_formed

# After a batch that took longer, each is stored before the next is asked for: what has come from a slow source must not
# be counted only when it sends more.
QUICK_SECONDS = 0.5
# What comes while others are stored is stored together, as far as it is no larger: each time the list of all symbols is
# written anew.
GATHER_CELLS = 1_000_000


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A batch of the days from ``start`` on; ``quick``: the next one may be asked for while it is stored."""

    batch: PriceBatch
    start: date | None
    quick: bool


def stored_batches(
    context: ScanContext, groups: Iterable[Sequence[str]], source: Source, key: str
) -> Generator[PriceBatch]:
    """Fetch the days of each group that the cache lacks; yield each batch in order after it is stored.

    The source is asked by the caller's thread, for one batch at a time. If it fails, what had come before is still
    stored and yielded; if the scan is cancelled, what is stored. Whoever stops earlier closes the generator, which
    waits until nothing is stored.
    """
    storing: Future[list[PriceBatch]] | None = None

    def is_free() -> bool:
        return storing is None or storing.done()

    with (
        ThreadPoolExecutor(1, "store") as pool,
        closing(_arrivals(context, groups, source, key)) as arrivals,
        closing(_gathered(arrivals, is_free)) as gathered,
    ):
        while True:
            try:
                some = next(gathered, None)
            except BaseException:
                if storing is not None:
                    yield from storing.result()
                raise
            stored = [] if storing is None else storing.result()
            if some is None or context.cancel.is_cancelled:
                yield from stored
                context.cancel.check()
                return
            storing = pool.submit(copy_context().run, _store, context, key, some)  # logs name the run
            yield from stored
            if not some[-1].quick:
                yield from storing.result()
                storing = None


def _gathered(arrivals: Iterator[_Arrival], is_free: Callable[[], bool]) -> Generator[list[_Arrival]]:
    """Yield what has arrived when it can be stored (``is_free``), is enough, or took long."""
    while True:
        some: list[_Arrival] = []
        try:
            for arrival in arrivals:
                some.append(arrival)
                cells = sum([one.batch.panel.close.size for one in some])
                if not arrival.quick or is_free() or cells >= GATHER_CELLS:
                    break
        except CancelledError:
            raise
        except BaseException:
            if some:
                yield some
            raise
        if not some:
            return
        yield some


def _arrivals(context: ScanContext, groups: Iterable[Sequence[str]], source: Source, key: str) -> Generator[_Arrival]:
    clock, quick = context.ports.clock, True
    for group in groups:
        context.cancel.check()
        # The start of the group, not of all: one new symbol must not make hundreds of others fetch their whole
        # history.
        start = context.cache.start_for(key, group, None)
        begun = clock.monotonic()
        with _closing(source.fetch(group, start, None, context.cancel, context.reporter.message)) as batches:
            for batch in batches:
                quick = quick and clock.monotonic() - begun < QUICK_SECONDS
                yield _Arrival(batch, start, quick)
                begun = clock.monotonic()


@contextmanager
def _closing(batches: Iterator[PriceBatch]) -> Iterator[Iterator[PriceBatch]]:
    """End a source's work when nobody wants more of it; a plugin's iterator need not be a generator."""
    try:
        yield batches
    finally:
        if (close := getattr(batches, "close", None)) is not None:
            close()


def _store(context: ScanContext, key: str, arrivals: Sequence[_Arrival]) -> list[PriceBatch]:
    """Store batches as far as they are sound, and return that."""
    sound = [
        FetchedBatch(replace(arrival.batch, panel=well_formed(arrival.batch.panel)), arrival.start)
        for arrival in arrivals
    ]
    context.cache.write_all(key, sound, None)
    return [batch for batch, _ in sound]
