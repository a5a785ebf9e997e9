"""A symbol that left a list of criteria is told with the clause that is false now and its numbers, held to TA-Lib."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import talib

from technic_scanner.domain.config import ScanConfig
from tests.support.quiet import without_workers

DAYS = (date(2010, 8, 19), date(2010, 8, 20))
CONFIG = ScanConfig(
    criteria="rsi(14) < 50 and close > sma(close, 200)", top_n=None, direction="both", min_dollar_volume=0.0
)
RSI = re.compile(r"rsi\(14\) < 50 is false: rsi\(14\) = ([\d.]+) on 2010-08-20\.")
SMA = re.compile(r"close > sma\(close, 200\) is false: close = ([\d.]+), sma\(close, 200\) = ([\d.]+) on 2010-08-20\.")


def test_each_that_left_names_the_clause_that_is_false_now(tmp_path: Path) -> None:
    with without_workers(tmp_path) as services:
        runs = []
        for day in DAYS:
            runs.append(services.service.submit(replace(CONFIG, as_of_date=day)).run_id)
            services.worker().run()
        found = services.changes.what_is_new(runs[1])
        assert found.against == runs[0]
        by_clause = {"rsi": 0, "sma": 0}
        for gone in found.left:
            panel = services.bars(CONFIG, gone.symbol, DAYS[1], 400)
            close = panel.close[0][np.isfinite(panel.close[0])]
            if told := RSI.fullmatch(gone.why):
                by_clause["rsi"] += 1
                assert float(told[1]) == pytest.approx(talib.RSI(close, 14)[-1], abs=0.006)
                assert float(told[1]) >= 50
            elif told := SMA.fullmatch(gone.why):
                by_clause["sma"] += 1
                assert float(told[1]) == pytest.approx(close[-1], abs=0.006)
                assert float(told[2]) == pytest.approx(close[-200:].mean(), abs=0.006)
            else:
                assert "score" in gone.why, gone
    assert min(by_clause.values()) >= 1, by_clause
