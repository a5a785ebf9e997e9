"""Describes the source ``yahoo`` to the catalog, also where what it needs is not installed."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from technic_scanner.adapters.market_data.yahoo.client import YfinanceClient
from technic_scanner.adapters.market_data.yahoo.source import YahooSource
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.universe import GIVEN_SYMBOLS
from technic_scanner.plugins import PluginContext, SourcePlugin


@cache
def _client(folder: Path) -> YfinanceClient:
    """Return the one client of a folder: yfinance keeps one folder of time zones and cookies a process."""
    return YfinanceClient(folder)


def _open(context: PluginContext, config: ScanConfig) -> YahooSource:
    source = YahooSource(_client(context.folder), context.clock)
    return source.of(config.symbols) if config.universe == GIVEN_SYMBOLS else source


PLUGIN = SourcePlugin(
    name="yahoo",
    label="Yahoo Finance, daily",
    needs=("yfinance", "pytickersymbols"),
    extra="yahoo",
    open=_open,
)
