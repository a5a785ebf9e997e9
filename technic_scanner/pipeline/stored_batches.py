"""Ask a source for bars and store them: the next batch of a quick source is made while one is stored."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import date

from technic_scanner.pipeline.context import ScanContext
from technic_scanner.pipeline.ports import PriceBatch, Source
from technic_scanner.screening.panel_build import well_formed

# After a batch that took longer, each is stored before the next is asked for: what has come from a slow source must not
# be counted only when it sends more.
QUICK_SECONDS = 0.5


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

    The source is asked by the caller's thread, for one batch at a time. If it fails, or the scan is cancelled, what had
    come before is still yielded. Whoever stops earlier closes the generator, which waits until nothing is stored.
    """
    storing: Future[PriceBatch] | None = None
    with ThreadPoolExecutor(1, "store") as pool, closing(_arrivals(context, groups, source, key)) as arrivals:
        while True:
            try:
                arrival = next(arrivals, None)
            except BaseException:
                if storing is not None:
                    yield storing.result()
                raise
            if storing is not None:
                yield storing.result()
            if arrival is None:
                return
            context.cancel.check()
            storing = pool.submit(copy_context().run, _store, context, key, arrival)  # logs name the run
            if not arrival.quick:
                yield storing.result()
                storing = None


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


def _store(context: ScanContext, key: str, arrival: _Arrival) -> PriceBatch:
    """Store a batch as far as it is sound, and return that."""
    sound = replace(arrival.batch, panel=well_formed(arrival.batch.panel))
    context.cache.write(key, sound, arrival.start, None)
    return sound
