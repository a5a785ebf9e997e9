"""What a source reads before its symbols are known is shown as data fetching, and never moves back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from technic_scanner.domain.progress import EventKind, ProgressEvent, StageProgress
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.testing.fakes import ScriptedSource, random_panel
from technic_scanner.testing.scans import SECTORS, SYMBOLS, Bench


@dataclass
class FilesSource(ScriptedSource):
    """Reads 100 files in steps of 20: before its symbols are known, or before it serves bars."""

    before_symbols: bool = True
    stop_at: int | None = None

    def read_ahead(self, cancel: CancelToken, *, for_bars: bool) -> Iterator[tuple[int, int]]:
        if for_bars is self.before_symbols:
            return
        for done in range(0, 101, 20):
            if done == self.stop_at:
                cancel.cancel()
            cancel.check()
            yield done, 100


def bench(**options: object) -> Bench:
    return Bench(source=FilesSource(random_panel(SYMBOLS), dict(SECTORS), **options))  # type: ignore[arg-type]


def fetching(event: ProgressEvent) -> StageProgress:
    return next(stage for stage in event.stages if stage.name == "data_fetching")


def test_files_that_name_the_symbols_are_read_as_data_fetching() -> None:
    scan = bench()
    assert scan.scan().status_text == "Scan complete."
    begun = [event.current_stage for event in scan.events if event.kind is EventKind.STAGE_STARTED]
    assert begun[:4] == ["universe_loading", "data_fetching", "universe_loading", "data_fetching"]
    reading = [event for event in scan.events if event.current_stage == "data_fetching"]
    counts = [fetching(event).completed for event in reading]
    assert counts == sorted(counts)
    assert {20, 40, 60, 80, 100, 140} <= set(counts)
    assert fetching(reading[-1]).total == 140
    overall = [event.overall_fraction for event in scan.events]
    assert overall == sorted(overall)
    (read,) = [part for part in fetching(scan.events[-1]).substages if part.name == "read"]
    assert (read.completed, read.total) == (100, 100)


def test_files_that_serve_bars_are_counted_beside_the_symbols() -> None:
    scan = bench(before_symbols=False)
    assert scan.scan().status_text == "Scan complete."
    assert fetching(scan.events[-1]).completed == fetching(scan.events[-1]).total == 140
    warm = Bench(source=scan.source, cache=scan.cache)
    warm.scan()
    assert fetching(warm.events[-1]).total == 40  # the cache serves all: nothing is read


@pytest.mark.parametrize("before_symbols", [True, False])
def test_a_cancel_stops_the_reading(before_symbols: bool) -> None:
    scan = bench(before_symbols=before_symbols, stop_at=40)
    assert scan.scan().cancelled
    assert fetching(scan.events[-1]).completed == 20
