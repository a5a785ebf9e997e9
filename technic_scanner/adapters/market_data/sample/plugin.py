"""Describes the source ``sample`` to the catalog."""

from __future__ import annotations

from functools import cache

from technic_scanner.adapters.market_data.sample.source import SampleSource
from technic_scanner.domain.config import ScanConfig
from technic_scanner.plugins import PluginContext, SourcePlugin


@cache
def _parsed_once() -> SampleSource:
    """Return the one sample of this process: parsing its bars takes most of a second."""
    return SampleSource()


def _open(_context: PluginContext, _config: ScanConfig) -> SampleSource:
    return _parsed_once()


PLUGIN = SourcePlugin(name="sample", label="Bundled year of S&P 500 prices", open=_open)
