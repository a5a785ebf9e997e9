"""The hash by which a stored panel is checked, of large panels in several threads."""

from __future__ import annotations

import os

import numpy as np
import pytest

from technic_scanner.adapters.market_data.price_cache import snapshot
from technic_scanner.adapters.market_data.price_cache.snapshot import fingerprint_of
from technic_scanner.screening.bars import FIELDS, Panel
from tests.unit.screening.made_bars import walk


@pytest.mark.parametrize("symbols", [1, 2, 7, 40])
def test_threads_give_the_hash_that_one_gives(symbols: int, monkeypatch: pytest.MonkeyPatch) -> None:
    panel = walk(symbols, 300, seed=7)
    alone = fingerprint_of(panel)
    monkeypatch.setattr(snapshot, "_CELLS_OF_ONE_THREAD", 0)
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    assert fingerprint_of(panel) == alone


@pytest.mark.parametrize("limit", [0, 1_000_000])
def test_each_bar_of_each_field_changes_the_hash(limit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "_CELLS_OF_ONE_THREAD", limit)
    panel = walk(9, 30, seed=7)
    seen = {fingerprint_of(panel)}
    for name in FIELDS:
        for row, t in ((0, 0), (4, 12), (8, 29)):
            fields = {field: getattr(panel, field).copy() for field in FIELDS}
            fields[name][row, t] = np.nextafter(fields[name][row, t], np.inf)
            seen.add(fingerprint_of(Panel(panel.symbols, panel.sessions, **fields)))
    assert len(seen) == 1 + 3 * len(FIELDS)
