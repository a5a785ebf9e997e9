"""Read a run's rows, sparkline prices and bars for the results page, cached by attempt."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from technic_scanner.bootstrap.market_line import MarketLine
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.run import RunRecord
from technic_scanner.runs.model import Rows, StoredResult
from technic_scanner.screening.bars import Panel
from technic_scanner.ui.app.services import run_service, services

SPARK_SESSIONS = 60
CHART_SESSIONS = 12_600
GRID_SESSIONS = 252 + 50  # a year, and the sessions before it that its moving average needs
UNKNOWN_SECTOR = "Unknown sector"
SparkPrices = npt.NDArray[np.float32]


def stored_result(record: RunRecord, which: Rows = Rows.PICKS) -> StoredResult:
    """Return the run's result. Raises ResultsNotReadyError while there is none."""
    return _stored(record.run_id, record.attempt, which)


@st.cache_resource(max_entries=8, show_spinner=False)
def _stored(run_id: str, attempt: int, which: Rows) -> StoredResult:
    """Return the result of one attempt; shared, not copied, because Arrow tables and frozen data are immutable."""
    del attempt  # part of the key only: a resumed run has another result
    return run_service().result(run_id, which)


@st.cache_data(max_entries=8, show_spinner=False)
def rows(run_id: str, attempt: int, which: Rows = Rows.PICKS) -> pd.DataFrame:
    """Return the result table of one attempt as a frame for display, one row per symbol, in rank order.

    An unknown sector gets a display name here; exported files are made from the table itself and leave it empty.
    """
    frame: pd.DataFrame = _stored(run_id, attempt, which).table.to_pandas()
    return frame.assign(Sector=frame["Sector"].replace("", UNKNOWN_SECTOR).fillna(UNKNOWN_SECTOR))


@st.cache_data(max_entries=8, show_spinner=False)
def spark_prices(
    run_id: str, attempt: int, which: Rows, _config: ScanConfig, _as_of: date | None
) -> dict[str, SparkPrices]:
    """Return the last closes of every row's symbol that the price cache holds; missing values are omitted.

    Single precision is enough for a line of 30 pixels and halves what a table of 8,000 rows sends to the browser.
    """
    symbols = rows(run_id, attempt, which)["Symbol"].tolist()
    source = services().catalog.cache_key(_config)
    panel = services().cache.read(source, symbols, SPARK_SESSIONS, _as_of).panel
    return {
        symbol: closes[np.isfinite(closes)].astype(np.float32)
        for symbol, closes in zip(panel.symbols, panel.close, strict=True)
    }


@st.cache_data(max_entries=16, show_spinner=False)
def some_bars(run_id: str, attempt: int, symbols: tuple[str, ...], _config: ScanConfig, _as_of: date | None) -> Panel:
    """Return the bars of small charts of these symbols, those that the cache holds, up to the run's as-of date."""
    del run_id, attempt  # parts of the key only
    return services().cache.read(services().catalog.cache_key(_config), symbols, GRID_SESSIONS, _as_of).panel


@st.cache_resource(max_entries=4, show_spinner="Reading the market")
def market(run_id: str, _config: ScanConfig, _as_of: date | None) -> MarketLine:
    """Return the line of the market that a run's symbols are compared with."""
    symbols = run_service().result(run_id, Rows.ALL).table.column("Symbol").to_pylist()
    return services().market_line(_config, symbols, _as_of)


@st.cache_data(max_entries=64, show_spinner=False)
def bars(run_id: str, symbol: str, _config: ScanConfig, _as_of: date | None) -> Panel:
    """Return one symbol's bars up to the run's as-of date; an empty panel if the cache holds none."""
    del run_id  # part of the key only: it represents config and date, which are slower to hash
    return services().bars(_config, symbol, _as_of, CHART_SESSIONS)
