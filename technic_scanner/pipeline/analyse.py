"""Stage 3, symbol_scanning: compute indicators and sub-scores of every symbol in chunks that can be resumed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from technic_scanner.domain.profiles import SUB_SCORES
from technic_scanner.domain.stage import Stage
from technic_scanner.pipeline.context import ScanContext
from technic_scanner.pipeline.criteria_chunks import ScanCriteria, SymbolTask
from technic_scanner.pipeline.fetch import FetchedPrices
from technic_scanner.screening.bars import FloatArray, Panel
from technic_scanner.screening.indicator_names import INDICATORS
from technic_scanner.screening.indicators import are_loaded, last_indicators
from technic_scanner.screening.matrix import BoolArray
from technic_scanner.screening.quality import QUALITY_FLAGS, quality
from technic_scanner.screening.scoring import sub_scores
from technic_scanner.screening.sessions import UsedBars

ANALYSIS_COLUMNS: tuple[str, ...] = (
    *INDICATORS,
    *(f"score_{name}" for name in SUB_SCORES),
    *(f"flag_{name}" for name in QUALITY_FLAGS),
)
# Chunks are journalled together, at most this often: one commit per chunk would take longer than the chunk.
RECORD_INTERVAL_SECONDS = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class AnalyseTask:
    """Pure function of one chunk: (n, T) bars to an (n, len(ANALYSIS_COLUMNS)) matrix; picklable.

    With ``criteria`` the values that they need of each symbol stand behind those columns.
    """

    benchmark_close: FloatArray | None
    criteria: SymbolTask | None = None

    @property
    def is_ready(self) -> bool:
        """Whether nothing has to be loaded or compiled in this process before the first chunk."""
        return self.criteria is None and are_loaded()

    def __call__(self, chunk: Panel) -> FloatArray:
        indicators = last_indicators(chunk, self.benchmark_close)
        own = () if self.criteria is None else (self.criteria(chunk),)
        return np.hstack((indicators, sub_scores(indicators), quality(chunk, indicators), *own))


class Analysis:
    """The analysis of a panel's symbols so far, with rows in its order; also used when a scan stops early.

    ``matrix``: (symbols, len(ANALYSIS_COLUMNS)), NaN where unknown. ``kept``: (symbols, values), what criteria need of
    each symbol. ``done``: (symbols,), the completed rows.
    """

    __slots__ = ("done", "kept", "matrix")

    def __init__(self, symbols: int, kept: int = 0) -> None:
        self.matrix = np.full((symbols, len(ANALYSIS_COLUMNS)), np.nan)
        self.kept = np.full((symbols, kept), np.nan)
        self.done = np.zeros(symbols, dtype=bool)

    def put(self, start: int, rows: FloatArray) -> None:
        """Fill in the rows of a chunk that begins at row ``start``."""
        self.matrix[start : start + len(rows)] = rows[:, : len(ANALYSIS_COLUMNS)]
        self.kept[start : start + len(rows)] = rows[:, len(ANALYSIS_COLUMNS) :]
        self.done[start : start + len(rows)] = True

    @property
    def width(self) -> int:
        """The number of values of a row as chunks give them."""
        return self.matrix.shape[1] + self.kept.shape[1]

    @property
    def scanned(self) -> int:
        """The number of completed symbols."""
        return int(self.done.sum())


@dataclass(frozen=True, slots=True, eq=False)
class ScanWork:
    """What the chunks of a scan are cut from: the used bars, the benchmark's closes on their days, the criteria."""

    used: UsedBars
    benchmark_close: FloatArray | None
    criteria: ScanCriteria | None = None

    @property
    def task(self) -> AnalyseTask:
        """What is done with each chunk."""
        return AnalyseTask(self.benchmark_close, None if self.criteria is None else self.criteria.task)

    def chunk(self, start: int, stop: int) -> Panel:
        """Return the bars of the symbols start..stop."""
        panel = self.used.panel
        return panel.rows(start, stop) if self.criteria is None else self.criteria.chunk(panel, start, stop)


def analyse(context: ScanContext, work: ScanWork, fingerprint: str, analysis: Analysis) -> None:
    """Fill in the ``analysis`` of the used bars, chunk by chunk, and complete the stage, which is active.

    Chunks that an earlier attempt recorded under the same fingerprint are reused.
    """
    reporter, panel = context.reporter, work.used.panel
    count = len(panel.symbols)
    bounds = _bounds(count, context.options.chunk_size)
    recorder = _ChunkRecorder(context)
    done = recorder.restore(analysis, bounds, fingerprint)
    todo = [index for index in range(len(bounds)) if index not in done]
    restored = analysis.scanned
    reporter.start_substage("chunks", count - restored)
    if done:
        reporter.restore(Stage.SYMBOL_SCANNING, restored, "symbol")

    def chunks() -> Iterator[tuple[int, Panel]]:
        for index in todo:
            yield index, work.chunk(*bounds[index])

    try:
        for index, rows in context.ports.executor.map_chunks(work.task, chunks(), context.cancel):
            analysis.put(bounds[index][0], rows)
            reporter.advance(len(rows), "symbol", "chunks")
            recorder.add(index, rows)
        context.cancel.check()
    except BaseException:
        recorder.flush()
        raise
    recorder.flush_if_due()
    reporter.complete_substage("chunks")
    reporter.complete_stage()


def split_matrix(matrix: FloatArray) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Return the indicators, the sub-scores and the flags of an analysis (n, len(ANALYSIS_COLUMNS))."""
    scores, flags = len(INDICATORS), len(INDICATORS) + len(SUB_SCORES)
    return matrix[:, :scores], matrix[:, scores:flags], matrix[:, flags:] > 0.0


def scan_fingerprint(context: ScanContext, fetched: FetchedPrices, work: ScanWork) -> str:
    """Return a hash of everything that a scanned chunk depends on."""
    digest = hashlib.blake2b(digest_size=16)
    panel, placement, benchmark = work.used.panel, work.used.placement, work.benchmark_close
    columns = ",".join(ANALYSIS_COLUMNS)
    size = str(context.options.chunk_size)
    for part in (context.ports.version, columns, fetched.fingerprint, size, ",".join(panel.symbols)):
        digest.update(part.encode())
        digest.update(b"\0")
    digest.update(panel.sessions.astype("<i8").tobytes())
    digest.update(np.stack((placement.first, placement.last)).astype("<i8").tobytes())
    if benchmark is not None:
        digest.update(np.ascontiguousarray(benchmark).tobytes())
    if work.criteria is not None:
        digest.update(work.criteria.fingerprint().encode())
    return digest.hexdigest()


def _bounds(count: int, size: int) -> list[tuple[int, int]]:
    return [(start, min(start + size, count)) for start in range(0, count, size)]


class _ChunkRecorder:
    """Records finished chunks in the journal in batches, and restores them.

    A scan that is over within RECORD_INTERVAL_SECONDS writes nothing unless it is stopped: to scan again costs no more.
    """

    def __init__(self, context: ScanContext) -> None:
        self._context = context
        self._new_fingerprint: str | None = None
        self._pending: list[tuple[int, npt.NDArray[np.float64]]] = []
        self._flushed_at = context.ports.clock.monotonic()

    def restore(self, analysis: Analysis, bounds: list[tuple[int, int]], fingerprint: str) -> set[int]:
        """Fill in recorded chunks and return their indices. If the data have changed, starts over with a message."""
        journal = self._context.journal
        known = journal.fingerprint(Stage.SYMBOL_SCANNING)
        if known != fingerprint:
            if known is not None:
                self._context.reporter.message("the source's data changed since the last attempt: scanning starts over")
            self._new_fingerprint = fingerprint
            self._context.skip_records(0)
            return set()
        records = journal.chunks(Stage.SYMBOL_SCANNING)
        self._context.skip_records(max(records, default=-1) + 1)
        done: set[int] = set()
        for payload in records.values():
            for index, rows in _unpack(payload, analysis.width):
                analysis.put(bounds[index][0], rows)
                done.add(index)
        return done

    def add(self, index: int, rows: FloatArray) -> None:
        self._pending.append((index, rows))
        self.flush_if_due()

    def flush_if_due(self) -> None:
        """Record what is pending if the last time is long enough ago."""
        if self._context.ports.clock.monotonic() - self._flushed_at >= RECORD_INTERVAL_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Record what is pending."""
        if self._pending:
            if self._new_fingerprint is not None:
                self._context.journal.start_over(Stage.SYMBOL_SCANNING, self._new_fingerprint)
                self._new_fingerprint = None
            record = self._context.next_record()
            self._context.journal.record(Stage.SYMBOL_SCANNING, record, _pack(self._pending))
            self._pending = []
        self._flushed_at = self._context.ports.clock.monotonic()


def _pack(chunks: list[tuple[int, FloatArray]]) -> bytes:
    """Chunk count, then (index, rows) of each as int64, then the rows themselves as float64."""
    header = np.array([len(chunks)] + [part for index, rows in chunks for part in (index, len(rows))], dtype="<i8")
    return header.tobytes() + b"".join(np.ascontiguousarray(rows, dtype="<f8").tobytes() for _, rows in chunks)


def _unpack(payload: bytes, width: int = len(ANALYSIS_COLUMNS)) -> Iterator[tuple[int, FloatArray]]:
    count = int(np.frombuffer(payload, dtype="<i8", count=1)[0])
    header = np.frombuffer(payload, dtype="<i8", count=1 + 2 * count)[1:].reshape(count, 2)
    offset = 8 * (1 + 2 * count)
    for index, height in header.tolist():
        size = height * width
        yield index, np.frombuffer(payload, dtype="<f8", count=size, offset=offset).reshape(height, width)
        offset += 8 * size
