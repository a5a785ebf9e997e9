"""Define the ports of the pipeline: sources of universes and prices, a cache, an executor and a journal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol

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
    """The bars that have arrived for some symbols, and the symbols without bars with their reasons.

    Every requested symbol is in exactly one batch of one fetch, in ``panel.symbols`` or in ``failures``.
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
    """Provides universes of securities."""

    def info(self) -> SourceInfo:
        """Describe the source; fast, without network access."""
        ...

    def universe(self, name: str | None, cancel: CancelToken) -> Universe:
        """Return the named universe (None: the default one). Raises ConfigError for an unknown name, SourceError."""
        ...

    def macro(self, as_of: date | None, cancel: CancelToken) -> tuple[MacroSeries, ...]:
        """Return the macro series of the source, if any, without values after ``as_of``.

        Raises CancelledError within 1 s of a cancel request.
        """
        ...

    def benchmark(self) -> str | None:
        """Return the symbol of the benchmark that ``fetch`` also serves, or None."""
        ...


class PriceSource(Protocol):
    """Provides daily bars."""

    def fetch(
        self,
        symbols: Sequence[str],
        start: date | None,
        end: date | None,
        cancel: CancelToken,
        say: MessageSink,
    ) -> Iterator[PriceBatch]:
        """Yield bars of ``symbols`` for sessions start..end (both included, None: open) in batches as they arrive.

        An unavailable symbol is a failure in a batch, not an exception. The arrays of a batch belong to the scan, which
        may still store them while the next batch is made. Raises SourceError only if the whole source
        fails; CancelledError within 1 s of a cancel request. ``say`` receives messages for users, such as a back-off.
        """
        ...


class Source(UniverseSource, PriceSource, Protocol):
    """A source of both, as all shipped sources are."""


@dataclass(frozen=True, slots=True)
class CacheRead:
    """The cached part of a request; every requested symbol is in exactly one of panel, missing and failures.

    ``missing`` must be fetched; symbols without any usable history come first, then by the day on which their bars end.
    ``fingerprint`` changes if and only if the panel does. ``failures`` are symbols known to have no bars, which are
    recorded for some days so that they are not requested in every scan. ``state`` is that of ``PriceCache.state``.
    """

    panel: Panel
    missing: tuple[str, ...]
    fingerprint: str
    failures: tuple[SymbolFailure, ...] = ()
    state: str = ""


@dataclass(frozen=True, slots=True)
class CacheState:
    """What a read would return, without reading bars: a name that changes whenever the panel may, and what to fetch."""

    name: str
    missing: tuple[str, ...]


class FetchedBatch(NamedTuple):
    """A batch of the sessions from ``start`` on; None: of all."""

    batch: PriceBatch
    start: date | None


class PriceCache(Protocol):
    """Stores fetched bars for later runs and other processes."""

    def read(self, source: str, symbols: Sequence[str], bars: int, as_of: date | None) -> CacheRead:
        """Return the newest ``bars`` sessions up to ``as_of`` of symbols with fresh bars; others are missing."""
        ...

    def write(self, source: str, batch: PriceBatch, start: date | None, end: date | None) -> None:
        """Merge a fetched batch atomically: readers see all of it or nothing."""
        ...

    def write_all(self, source: str, fetched: Sequence[FetchedBatch], end: date | None) -> None:
        """Merge several as ``write`` does one; readers see all of them or nothing."""
        ...

    def start_for(self, source: str, symbols: Sequence[str], end: date | None) -> date | None:
        """Return the first session to request from the source so that only missing days are fetched; None: all."""
        ...

    def state(self, source: str, symbols: Sequence[str], bars: int, as_of: date | None) -> CacheState:
        """Return the state of what ``read`` would return; quick, as it reads no bars."""
        ...

    def dollar_volumes(self, source: str, symbols: Sequence[str], as_of: date | None) -> dict[str, float]:
        """Return the mean close × volume of the newest 20 cached bars up to ``as_of``, fresh or not, where known."""
        ...

    def summary(self, source: str, name: str) -> bytes | None:
        """Return what was kept under ``name``; None if there is nothing, or it is damaged."""
        ...

    def keep_summary(self, source: str, name: str, content: bytes) -> None:
        """Keep what was computed from a source's bars under a name that holds their state; old ones are forgotten."""
        ...


class ChunkTask(Protocol):
    """A pure function of one chunk of the panel, picklable so that another process can run it.

    It may have a property ``is_ready``: whether this process need not load or compile anything before the first chunk.
    """

    def __call__(self, chunk: Panel) -> npt.NDArray[np.float64]: ...


class Executor(Protocol):
    """Runs a pure function over chunks of the panel, in local threads or in other processes."""

    def map_chunks(
        self,
        task: ChunkTask,
        chunks: Iterator[tuple[int, Panel]],
        cancel: CancelToken,
    ) -> Iterator[tuple[int, npt.NDArray[np.float64]]]:
        """Yield (chunk index, result) as they complete, in any order; stops within 1 s of a cancel request."""
        ...

    def close(self) -> None:
        """Release threads, processes and connections."""
        ...


class ChunkJournal(Protocol):
    """Records the completed chunks of a run, so that another attempt can reuse them."""

    def fingerprint(self, stage: str) -> str | None:
        """Return the fingerprint under which the stage's chunks were recorded, None if there are none."""
        ...

    def start_over(self, stage: str, fingerprint: str) -> None:
        """Delete the stage's chunks and store the new fingerprint."""
        ...

    def chunks(self, stage: str) -> dict[int, bytes]:
        """Return the recorded chunks of a stage by index."""
        ...

    def record(self, stage: str, index: int, payload: bytes) -> None:
        """Record one finished chunk; it is durable when this returns."""
        ...


class Listener(Protocol):
    """Receives progress events; must be fast. If it raises, the error is logged once and the scan continues."""

    def __call__(self, event: ProgressEvent) -> None: ...
