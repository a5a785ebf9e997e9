"""The built-in price cache, and the fake that tests use, hold the contract that is shipped for anybody's."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from technic_scanner.adapters.market_data.price_cache.cache import ParquetPriceCache
from technic_scanner.clock import ManualClock
from technic_scanner.pipeline.ports import PriceCache
from technic_scanner.screening.bars import Panel
from technic_scanner.testing.caches import CacheContract
from technic_scanner.testing.fakes import MemoryCache
from tests.contract.sources.offers import AFTER_ALL, late_panel


@pytest.fixture(params=["parquet", "memory"])
def new_cache(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], PriceCache]:
    if request.param == "memory":
        return MemoryCache
    numbers = count()
    return lambda: ParquetPriceCache(tmp_path / f"cache-{next(numbers)}", ManualClock(AFTER_ALL))


@pytest.fixture(scope="module")
def panel() -> Panel:
    return late_panel(120)


class TestCaches(CacheContract):
    """Both over the same bars."""
