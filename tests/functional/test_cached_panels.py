"""The bars that criteria are counted on while they are written: those of the cache, and no others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from technic_scanner import criteria
from technic_scanner.criteria.rows.counting import counts
from technic_scanner.domain.config import ScanConfig
from tests.support.quiet import without_workers

CONFIG = ScanConfig(source="synthetic", universe="40x260")
TEXT = "close > sma(close, 50) and rsi(14) < 60 and weekly.close > 1"


def test_counts_are_those_of_a_match_and_nothing_is_fetched(tmp_path: Path) -> None:
    services = without_workers(tmp_path / "home")
    try:
        before = services.cached_panels.read(CONFIG)
        assert (before.panel.symbols, before.asked, before.session) == ((), 40, None)

        judged = services.scanning.judge(CONFIG, criteria.compile(TEXT))
        found = services.cached_panels.read(CONFIG)
        assert found.session == judged.panel.sessions[-1].item()
        (count,) = counts([TEXT], found.panel)
        assert count is not None
        assert (count.true, count.unknown) == (int(judged.passes.sum()), judged.unknown)

        assert services.cached_panels.read(replace(CONFIG, min_price=7.0)) is found, "the same bars are held"
        earlier = replace(CONFIG, as_of_date=judged.panel.sessions[-5].item())
        assert services.cached_panels.read(earlier).session == judged.panel.sessions[-5].item()
        services.cache.clear()
        assert services.cached_panels.read(CONFIG).session is None, "what is no longer cached is not held"
    finally:
        services.close()
