"""What is waited for, each as seconds of one version."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from benchmarks.latency.clicks import clicks
from benchmarks.latency.server import Served, Version, served

SAMPLE: dict[str, object] = {"source": "sample"}
WHOLE: dict[str, object] = {"source": "synthetic", "universe": "8000x1260", "max_symbols": 8000}
REPLAYED = ("replay", "--source", "sample", "--from", "2010-03-03", "--to", "2010-08-20", "--every", "1")
QUEUED = 200
PAUSE_SECONDS = 3.0  # in which workers that leave an empty queue have left

Once = Callable[[], float]


@dataclass(frozen=True)
class Part:
    """Something that is waited for: at most ``goal`` of the earlier version's time, in ``tries`` tries unless told.

    ``ready`` gives a function that measures one version once; what it needs lives until the block ends.
    """

    name: str
    goal: float
    ready: Callable[[Version], Iterator[Once]] = field(repr=False)
    tries: int = 15


def _results(config: dict[str, object]) -> Callable[[Version], Iterator[Once]]:
    def ready(version: Version) -> Iterator[Once]:
        with served(version) as server:
            server.seconds_to_results(config)  # fills the price cache

            def once() -> float:
                time.sleep(PAUSE_SECONDS)
                return server.seconds_to_results(config)

            yield once

    return ready


def _picks(version: Version) -> Iterator[Once]:
    with served(version, "serve") as server:
        page = clicks(version, server.url)
        page.seconds_to_picks()  # fills the price cache and the browser's

        def once() -> float:
            time.sleep(PAUSE_SECONDS)
            return page.seconds_to_picks()

        yield once


def _process(version: Version) -> Iterator[Once]:
    words = ("scan", "--source", "sample")
    version.command_seconds(*words)
    yield lambda: version.command_seconds(*words)


def _queue(version: Version) -> Iterator[Once]:
    with served(version) as server:
        server.seconds_to_results(SAMPLE)

        def once() -> float:
            begun = time.perf_counter()
            for run_id in [server.post(SAMPLE) for _ in range(QUEUED)]:
                server.wait(run_id)
            return time.perf_counter() - begun

        yield once


def _fresh(config: dict[str, object], *words: str) -> Callable[[Version], Iterator[Once]]:
    """Measure on a data folder that is new each time: a command, or without words a run's own seconds."""

    def ready(version: Version) -> Iterator[Once]:
        numbers = iter(range(1_000))

        def once() -> float:
            new = Version(version.tree, version.home.with_name(f"{version.home.name}-{next(numbers)}"))
            if not words:
                with served(new) as server:
                    return _seconds_of(server, config)
            new.command_seconds("scan", "--source", "sample")
            return new.command_seconds(*words)

        yield once

    return ready


def _seconds_of(server: Served, config: dict[str, object]) -> float:
    time.sleep(PAUSE_SECONDS)
    server.seconds_to_results(SAMPLE)  # a first scan of anything
    return float(server.wait(server.post(config))["metrics"]["total_seconds"])


PARTS = (
    Part("POST to results, sample", 0.10, _results(SAMPLE)),
    Part("POST to results, 8,000 x 1,260", 0.25, _results(WHOLE)),
    Part("click to picks, sample", 0.25, _picks),
    Part("scan in a new process, sample", 0.50, _process),
    Part(f"{QUEUED} queued runs, sample", 0.40, _queue, 3),
    Part("replay of 120 dates, sample", 0.30, _fresh(SAMPLE, *REPLAYED), 3),
    Part("run with nothing stored, 8,000 x 1,260", 0.48, _fresh(WHOLE), 5),
)


@contextmanager
def prepared(part: Part, version: Version) -> Iterator[Once]:
    """Give what measures a part of a version once."""
    steps = part.ready(version)
    once = next(steps)
    try:
        yield once
    finally:
        next(steps, None)
