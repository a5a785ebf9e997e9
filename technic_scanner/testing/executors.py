"""What every executor must hold: the suite that threads and a Dask cluster pass alike."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from technic_scanner.clock import SystemClock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.progress import ProgressEvent
from technic_scanner.domain.stage import Stage
from technic_scanner.errors import CancelledError
from technic_scanner.pipeline.analyse import AnalyseTask
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.ports import Executor
from technic_scanner.pipeline.result import ScanResult
from technic_scanner.runs.exports.export import to_csv
from technic_scanner.screening.bars import Panel
from technic_scanner.testing.fakes import InlineExecutor, random_panel
from technic_scanner.testing.scans import Bench
from technic_scanner.testing.tasks import Failing, Gated, RowMeans, first_started

CHUNK = 5
PANEL = random_panel([f"S{i:03d}" for i in range(60)], sessions=300)
# More than the 10 MB from which Dask warns of a large task.
WIDE = random_panel(["A", "B"], sessions=140_000)
SCAN = ScanConfig(direction="both", top_n=None)
CLOCK = SystemClock()


def chunks(panel: Panel = PANEL, size: int = CHUNK) -> Iterator[tuple[int, Panel]]:
    """Yield a panel in numbered chunks of ``size`` rows."""
    for index, start in enumerate(range(0, panel.shape[0], size)):
        yield index, panel.rows(start, start + size)


def _scan(executor: Executor) -> tuple[ScanResult, list[ProgressEvent]]:
    bench = Bench(executor=executor)
    options = RunOptions(chunk_size=CHUNK, event_interval_seconds=0.0)
    return bench.scan(SCAN, options), bench.events


class ExecutorContract:
    """Subclass it and give it a fixture ``executor`` that yields an executor of two workers, and closes it afterwards.

    Tasks of ``technic_scanner.testing.tasks`` travel to the workers, which must be able to import them and to see the
    files of this machine.
    """

    def test_every_chunk_comes_back_once_with_the_bytes_of_a_plain_call(self, executor: Executor) -> None:
        task = AnalyseTask(PANEL.close[0] * 3.0)
        results = list(executor.map_chunks(task, chunks(), CancelToken()))
        assert sorted(index for index, _ in results) == list(range(12))
        for index, rows in results:
            assert rows.tobytes() == task(PANEL.rows(index * CHUNK, (index + 1) * CHUNK)).tobytes()

    def test_no_chunks_give_no_results(self, executor: Executor) -> None:
        assert list(executor.map_chunks(RowMeans(), iter(()), CancelToken())) == []

    def test_chunks_of_any_size_travel_without_a_warning(self, executor: Executor) -> None:
        [(index, rows)] = executor.map_chunks(RowMeans(), chunks(WIDE), CancelToken())
        assert (index, rows.tobytes()) == (0, RowMeans()(WIDE).tobytes())

    def test_results_stream_while_chunks_are_still_to_be_handed_out(self, executor: Executor) -> None:
        handed = []

        def counted() -> Iterator[tuple[int, Panel]]:
            for index, chunk in chunks(size=1):
                handed.append(index)
                yield index, chunk

        results = executor.map_chunks(RowMeans(), counted(), CancelToken())
        next(results)
        assert len(handed) < PANEL.shape[0] / 2
        assert len(list(results)) == PANEL.shape[0] - 1

    def test_a_cancelled_scan_runs_nothing(self, executor: Executor) -> None:
        cancel = CancelToken()
        cancel.cancel()
        with pytest.raises(CancelledError):
            list(executor.map_chunks(RowMeans(), chunks(), cancel))

    def test_a_cancel_during_slow_chunks_is_heard_within_a_second(self, executor: Executor, tmp_path: Path) -> None:
        cancel = CancelToken()
        cancelled_at = []

        def stop() -> None:
            first_started(tmp_path)
            cancelled_at.append(CLOCK.monotonic())
            cancel.cancel()

        stopper = threading.Thread(target=stop)
        stopper.start()
        try:
            with pytest.raises(CancelledError):
                list(executor.map_chunks(Gated(tmp_path), chunks(), cancel))
            assert CLOCK.monotonic() - cancelled_at[0] < 1.0
        finally:
            (tmp_path / "open").touch()
            stopper.join()

    def test_it_can_be_used_again_after_a_cancel(self, executor: Executor) -> None:
        cancel = CancelToken()
        results = executor.map_chunks(RowMeans(), chunks(size=1), cancel)
        next(results)
        cancel.cancel()
        with pytest.raises(CancelledError):
            list(results)
        assert len(list(executor.map_chunks(RowMeans(), chunks(), CancelToken()))) == 12

    def test_what_a_chunk_raises_comes_out_as_it_is_and_leaves_the_executor_usable(self, executor: Executor) -> None:
        with pytest.raises(ZeroDivisionError, match="S033 cannot be computed"):
            list(executor.map_chunks(Failing("S033"), chunks(), CancelToken()))
        assert len(list(executor.map_chunks(RowMeans(), chunks(), CancelToken()))) == 12

    def test_closing_twice_does_no_harm(self, executor: Executor) -> None:
        next(executor.map_chunks(RowMeans(), chunks(), CancelToken()))
        executor.close()
        executor.close()

    def test_a_whole_scan_is_byte_for_byte_that_of_a_single_thread(self, executor: Executor) -> None:
        result, _ = _scan(executor)
        expected, _ = _scan(InlineExecutor())
        assert result.all_rows().num_rows == 40
        assert to_csv(result.all_rows()) == to_csv(expected.all_rows())
        assert result.failures == expected.failures
        assert result.status_text == expected.status_text

    def test_progress_of_the_scanning_stage_comes_chunk_by_chunk(self, executor: Executor) -> None:
        _, events = _scan(executor)
        scanning = [event for event in events if event.current_stage == Stage.SYMBOL_SCANNING]
        done = [stage.completed for event in scanning for stage in event.stages if stage.name == Stage.SYMBOL_SCANNING]
        assert done == sorted(done)
        assert set(range(CHUNK, 41, CHUNK)) <= set(done)
        fractions = np.array([event.overall_fraction for event in events])
        assert (np.diff(fractions) >= 0).all()
        assert fractions[-1] == 1.0
