"""Counts of rows are those that each text has alone."""

from __future__ import annotations

import numpy as np

from technic_scanner import criteria
from technic_scanner.criteria.rows.counting import Count, counts
from tests.unit.criteria.bars import random_panel

TEXTS = [
    "rsi(5) < 40",
    "close > level",
    "close > level and rsi(5) < 40",
    "sector in ('Energy')",
    "score > 3",
    "close >",
]


def test_each_count_is_that_of_its_text_alone() -> None:
    panel = random_panel(60, 80)
    before = "let level = sma(close, 20);"
    found = counts(TEXTS, panel, before)
    for text, count in zip(TEXTS[:4], found, strict=False):
        alone = criteria.compile(f"{before}\n{text}").judge(panel)
        assert count == Count(int(alone.passes.sum()), alone.unknown)
    has_bar = int((~np.isnan(panel.bars.close[:, -1])).sum())
    assert found[4:] == [Count(0, has_bar, only_in_scan=True), None]


def test_a_panel_without_sessions_has_no_matches() -> None:
    empty = criteria.Panel.from_arrays(np.empty((2, 0)))
    assert counts(["close > 1"], empty) == [Count(0, 0)]
    assert counts([], empty) == []
