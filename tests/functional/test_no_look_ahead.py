"""No look-ahead: each bar and macro value after the as-of date is spoiled, and the results stay byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from technic_scanner.adapters.executors.local import LocalExecutor
from technic_scanner.adapters.launcher import WorkerLauncher
from technic_scanner.adapters.market_data.files.source import FilesSource
from technic_scanner.adapters.market_data.price_cache.cache import ParquetPriceCache
from technic_scanner.adapters.market_data.sample.source import SampleSource
from technic_scanner.adapters.market_data.synthetic import SyntheticSource
from technic_scanner.adapters.market_data.yahoo.source import YahooSource
from technic_scanner.bootstrap import build
from technic_scanner.clock import ManualClock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.pipeline.context import ScanPorts
from technic_scanner.pipeline.engine import run_scan
from technic_scanner.pipeline.ports import PriceBatch, Source
from technic_scanner.pipeline.result import ScanResult
from technic_scanner.runs.exports.export import to_csv, to_parquet
from technic_scanner.runs.performance.replay import queue_replay
from technic_scanner.screening.bars import FIELDS, Panel
from technic_scanner.settings import Settings
from tests.contract.sources.offers import AFTER_ALL, PanelClient, late_panel, write_csv, write_long_parquet

Spoil = Callable[[Panel], Panel]
SAMPLE_DAY, LATE_DAY = date(2010, 6, 15), date(2025, 10, 1)
REPLAYED = (date(2025, 8, 1), date(2025, 9, 1), LATE_DAY)
SAMPLE_SYMBOLS = ScanConfig(source="sample", sectors=("Energy", "Utilities"))


def honest(panel: Panel) -> Panel:
    return panel


def spoiled_after(day: date, panel: Panel) -> Panel:
    """Return the panel with every later bar moved a hundredfold, turned around in time, and every third taken away."""
    at = int(np.searchsorted(panel.sessions, np.datetime64(day), side="right"))
    later = len(panel.sessions) - at
    assert later > 20, "there must be something to spoil"
    arrays = []
    for name in FIELDS:
        values = getattr(panel, name).copy()
        values[:, at:] = values[:, at:][:, ::-1] * np.geomspace(0.5, 100.0, later)
        values[:, at::3] = np.nan
        arrays.append(values)
    return Panel(panel.symbols, panel.sessions, *arrays)


class Spoiled:
    """A source whose bars are spoiled on their way out."""

    def __init__(self, source: Source, spoil: Spoil) -> None:
        self._source = source
        self._spoil = spoil
        self.info, self.universe = source.info, source.universe
        self.macro, self.benchmark = source.macro, source.benchmark

    def fetch(self, *args) -> Iterator[PriceBatch]:
        for batch in self._source.fetch(*args):
            yield PriceBatch(self._spoil(batch.panel), batch.failures)


def sample(_: Path, spoil: Spoil) -> Source:
    return Spoiled(SampleSource(), spoil)


def synthetic(_: Path, spoil: Spoil) -> Source:
    return Spoiled(SyntheticSource(40, 420, seed=5, last_session=date(2025, 12, 30), late_listings=0.3), spoil)


def market() -> Panel:
    """Return bars of ten symbols, a benchmark and a volatility index."""
    panel = late_panel(420)
    return Panel(("SPY", "^VIX", *panel.symbols[2:]), panel.sessions, *(getattr(panel, name) for name in FIELDS))


def write_macro(panel: Panel, folder: Path) -> None:
    vix = panel.close[panel.symbols.index("^VIX")]
    lines = [f"{day},{'' if np.isnan(value) else value}" for day, value in zip(panel.sessions, vix, strict=True)]
    (folder / "macro.csv").write_text("\n".join(["date,VIX", *lines]) + "\n")


def csv_files(folder: Path, spoil: Spoil) -> Source:
    panel = spoil(market())
    for row, symbol in enumerate(panel.symbols):
        write_csv(panel, row, folder / f"{symbol}.csv")
    write_macro(panel, folder)
    return FilesSource(folder)


def parquet_file(folder: Path, spoil: Spoil) -> Source:
    panel = spoil(market())
    write_long_parquet(panel, folder / "bars.parquet")
    write_macro(panel, folder)
    return FilesSource(folder)


def yahoo(_: Path, spoil: Spoil) -> Source:
    panel = spoil(market())
    return YahooSource(PanelClient(panel), ManualClock(AFTER_ALL)).of(panel.symbols[2:])


SOURCES = {
    "sample": (sample, SAMPLE_DAY),
    "synthetic": (synthetic, LATE_DAY),
    "csv_files": (csv_files, LATE_DAY),
    "parquet_file": (parquet_file, LATE_DAY),
    "yahoo": (yahoo, LATE_DAY),
}


def scanned(folder: Path, make: Callable[[Path, Spoil], Source], spoil: Spoil, config: ScanConfig) -> ScanResult:
    data = folder / "data"
    data.mkdir(parents=True)
    clock = ManualClock(datetime(2026, 1, 2, 14, 30, tzinfo=UTC))
    executor = LocalExecutor(1)
    try:
        cache = ParquetPriceCache(folder / "cache", clock)
        ports = ScanPorts(make(data, spoil), "source", cache, executor, clock, version="t")
        return run_scan(config, RunOptions(), ports)
    finally:
        executor.close()


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("profile", ["short_term_swing", "mean_reversion"])
def test_what_comes_after_as_of_changes_no_byte(name: str, profile: str, tmp_path: Path) -> None:
    make, day = SOURCES[name]
    config = ScanConfig(
        as_of_date=day, direction="both", top_n=25, min_dollar_volume=0.0, strategy_profile_name=profile,
        sectors=SAMPLE_SYMBOLS.sectors if name == "sample" else (),
    )  # fmt: skip
    before = scanned(tmp_path / "honest", make, honest, config)
    after = scanned(tmp_path / "spoiled", make, partial(spoiled_after, day), config)
    assert before.all_rows().num_rows >= 8
    assert to_csv(before.all_rows()) == to_csv(after.all_rows())
    assert before.table.num_rows >= 1
    assert before.as_of == after.as_of == day
    assert to_csv(before.table) == to_csv(after.table)
    assert to_parquet(before.table) == to_parquet(after.table)
    assert before.failures == after.failures
    assert before.context == after.context
    assert (dict(before.context.facts)["VIX"] is None) is (name in ("sample", "synthetic"))
    # The spoiling must be able to show: without an as-of date it changes everything.
    everything = ScanConfig(direction="both", min_dollar_volume=0.0, sectors=config.sectors)
    assert to_csv(scanned(tmp_path / "a", make, honest, everything).table) != to_csv(
        scanned(tmp_path / "b", make, partial(spoiled_after, day), everything).table
    )


def replayed(home: Path, spoil: Spoil) -> list[tuple[bytes, object, object]]:
    folder = home / "files"
    folder.mkdir(parents=True)
    parquet_file(folder, spoil)
    services = build(Settings(home=home, files_root=folder))
    try:
        config = ScanConfig(source="files", direction="both", top_n=None, min_dollar_volume=0.0)
        plan = queue_replay(services.service, config, RunOptions(), REPLAYED, "1")
        assert services.worker().run() == len(REPLAYED)
        stored = [services.service.result(run.run_id) for run in plan.runs]
        return [(to_csv(item.table), item.failures, item.context) for item in stored]
    finally:
        services.close()


def test_a_replay_sees_nothing_of_what_came_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WorkerLauncher, "ensure_worker", lambda _self: None)
    before = replayed(tmp_path / "honest", honest)
    assert len({table for table, _, _ in before}) == len(REPLAYED)
    for number, day in enumerate(REPLAYED, start=1):
        after = replayed(tmp_path / f"spoiled{number}", partial(spoiled_after, day))
        assert after[:number] == before[:number]
        assert number == len(REPLAYED) or after[number] != before[number]
