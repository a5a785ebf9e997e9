"""What the pipeline asks of the outside: sources of universes and prices, a cache, an executor, a journal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np
import numpy.typing as npt

from technic_scanner.domain.metrics import SymbolFailure
from technic_scanner.domain.progress import ProgressEvent
from technic_scanner.domain.universe import SourceInfo, Universe
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.screening.bars import Panel

MessageSink = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class PriceBatch:
    """Bars that have arrived for some symbols, and the symbols for which none will, with the reason.

    Every requested symbol turns up in exactly one batch of one fetch, in ``panel.symbols`` or in ``failures``.
    """

    panel: Panel
    failures: tuple[SymbolFailure, ...] = ()


@dataclass(frozen=True, slots=True)
class MacroSeries:
    """One macro series by session (VIX, a yield): ``sessions`` ascending datetime64[D], ``values`` with NaN."""

    name: str
    sessions: npt.NDArray[np.datetime64]
    values: npt.NDArray[np.float64]


class UniverseSource(Protocol):
    """Knows which securities there are."""

    def info(self) -> SourceInfo:
        """Describe the source; cheap, no network."""
        ...

    def universe(self, name: str | None, cancel: CancelToken) -> Universe:
        """Return the named universe (None: the default one). Raises ConfigError for an unknown name, SourceError."""
        ...

    def macro(self, as_of: date | None, cancel: CancelToken) -> tuple[MacroSeries, ...]:
        """Return the macro series that the source carries, if any, none after ``as_of``.

        Raises CancelledError within 1 s of the stop.
        """
        ...

    def benchmark(self) -> str | None:
        """Return the symbol of the benchmark that ``fetch`` also serves, or None."""
        ...


class PriceSource(Protocol):
    """Serves daily bars."""

    def fetch(
        self,
        symbols: Sequence[str],
        start: date | None,
        end: date | None,
        cancel: CancelToken,
        say: MessageSink,
    ) -> Iterator[PriceBatch]:
        """Yield bars of ``symbols`` for sessions start..end (both included, None: open) in batches as they arrive.

        A symbol that cannot be had is a failure in a batch, not an exception. Raises SourceError only when the source
        as a whole cannot answer; CancelledError within 1 s of the stop. ``say`` takes sentences for people (back-off).
        """
        ...


class Source(UniverseSource, PriceSource, Protocol):
    """A source that serves both, as every shipped one does."""


@dataclass(frozen=True, slots=True)
class CacheRead:
    """What the cache holds of a request; every symbol asked for is in exactly one of panel, missing and failures.

    ``missing`` are to be fetched, those without any usable history first, then by the day their bars end.
    ``fingerprint`` changes if and only if the panel does. ``failures`` are symbols known to have no bars, remembered
    for some days so that they are not asked for at every scan.
    """

    panel: Panel
    missing: tuple[str, ...]
    fingerprint: str
    failures: tuple[SymbolFailure, ...] = ()


class PriceCache(Protocol):
    """Keeps fetched bars between runs and processes."""

    def read(self, source: str, symbols: Sequence[str], bars: int, as_of: date | None) -> CacheRead:
        """Return the newest ``bars`` sessions up to ``as_of`` of the symbols held and fresh; the rest is missing."""
        ...

    def write(self, source: str, batch: PriceBatch, start: date | None, end: date | None) -> None:
        """Merge a fetched batch, atomically; readers see all of it or nothing."""
        ...

    def start_for(self, source: str, symbols: Sequence[str], end: date | None) -> date | None:
        """Return the first session to ask the source for so that only missing days are fetched; None: all."""
        ...


class ChunkTask(Protocol):
    """Work on one chunk of the panel that can travel to another process: picklable, pure."""

    def __call__(self, chunk: Panel) -> npt.NDArray[np.float64]: ...


class Executor(Protocol):
    """Runs a pure function over chunks of the panel, in threads here or in processes elsewhere."""

    def map_chunks(
        self,
        task: ChunkTask,
        chunks: Iterator[tuple[int, Panel]],
        cancel: CancelToken,
    ) -> Iterator[tuple[int, npt.NDArray[np.float64]]]:
        """Yield (chunk index, result) as they complete, in any order; stops within 1 s of a cancel."""
        ...

    def close(self) -> None:
        """Release threads, processes and connections."""
        ...


class Journal(Protocol):
    """Where a run records what is done, so that another attempt need not do it again."""

    def fingerprint(self, stage: str) -> str | None:
        """Return the fingerprint under which the stage's chunks were recorded, None if there are none."""
        ...

    def start_over(self, stage: str, fingerprint: str) -> None:
        """Forget the stage's chunks and remember the new fingerprint."""
        ...

    def chunks(self, stage: str) -> dict[int, bytes]:
        """Return the recorded chunks of a stage by index."""
        ...

    def record(self, stage: str, index: int, payload: bytes) -> None:
        """Record one finished chunk; durable when this returns."""
        ...


class Listener(Protocol):
    """Takes progress events; must be quick. One that raises is logged once and the scan goes on."""

    def __call__(self, event: ProgressEvent) -> None: ...
