"""The line that a run's symbols are compared with: a benchmark where there is one, else an index of its symbols."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.runs.model import Rows
from tests.support.quiet import without_workers


def test_a_benchmark_that_the_source_has_is_the_market(tmp_path: Path) -> None:
    services = without_workers(tmp_path / "home")
    config = ScanConfig(source="synthetic", universe="20x260", min_price=0.0)
    run = services.service.submit(config, RunOptions())
    services.worker().run()
    stored = services.service.result(run.run_id, Rows.ALL)
    line = services.market_line(config, ["SYN00001"], stored.as_of)
    source = services.catalog.source("synthetic", config)
    bars = services.bars(config, source.benchmark(), stored.as_of, 260)
    services.close()
    assert line.name == source.benchmark()
    assert np.array_equal(line.on(bars.sessions), bars.close[0], equal_nan=True)
    assert np.isnan(line.on(np.array(["1900-01-01", "2900-01-01"], dtype="datetime64[D]"))).all()


def test_without_one_it_is_the_index_of_the_symbols(tmp_path: Path) -> None:
    services = without_workers(tmp_path / "home")
    config = ScanConfig(source="sample", symbols=("AAPL", "MSFT"))
    services.service.submit(config, RunOptions())
    services.worker().run()
    line = services.market_line(config, ["AAPL", "MSFT"], None)
    closes = [services.bars(config, symbol, None, 400) for symbol in ("AAPL", "MSFT")]
    services.close()
    assert line.name == "equal-weight index of 2 symbols"
    assert line.close[0] == 100.0
    growth = [bars.close[0, 1] / bars.close[0, 0] - 1.0 for bars in closes]
    assert line.close[1] == pytest.approx(100.0 * (1.0 + np.mean(growth)))
