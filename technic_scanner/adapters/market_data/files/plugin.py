"""Describes the source ``files`` to the catalog."""

from __future__ import annotations

import hashlib
from pathlib import Path

from technic_scanner.adapters.market_data.files.source import FilesSource
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.universe import SourceInfo
from technic_scanner.plugins import PluginContext, PluginOption, SourcePlugin


def _open(context: PluginContext, config: ScanConfig) -> FilesSource:
    return FilesSource(
        context.options["root"],
        config.universe,
        memory=context.folder,
        clock=context.clock,
        as_of=config.as_of_date,
        currency=context.options["currency"],
    )


def _info(context: PluginContext) -> SourceInfo:
    return FilesSource(context.options["root"]).info()


def _cache_part(source: FilesSource, _config: ScanConfig) -> str:
    place = hashlib.blake2b(source.place.encode(), digest_size=6).hexdigest()
    return f"{place}@{source.version()}"


PLUGIN = SourcePlugin(
    name="files",
    label="CSV and Parquet files",
    options=(
        PluginOption("root", "The one folder whose files may be read.", Path, required=True),
        PluginOption("currency", "The currency of prices for which universe.csv names none, for example EUR."),
    ),
    open=_open,
    info=_info,
    cache_part=_cache_part,
)
