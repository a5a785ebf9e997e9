"""Define the result of a scan: the ranked table, the symbols not in it with reasons, the context, the metrics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa

from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.metrics import Outcome, ScanMetrics, SymbolFailure
from technic_scanner.pipeline.columns import empty_table
from technic_scanner.pipeline.completed import all_rows


@dataclass(frozen=True, slots=True)
class MarketContext:
    """Regime and macro context, which affect weights and sizes; None is unknown.

    ``facts`` are (name, value) pairs for display, e.g. ("share above SMA 200", 0.63). ``reference`` names the universe
    that the market is, "" if that is not known, ``reference_count`` is the number of its symbols that are in the
    distributions, ``newest_session`` the newest session that any row was judged on.
    ``currency`` is that of all prices ("": unknown or several), ``account_currency`` that of the account and of amounts
    in it ("": unknown).
    """

    regime_trend: str = "unknown"
    regime_volatility: str = "unknown"
    market_regime: str = "unknown"
    facts: tuple[tuple[str, float | None], ...] = ()
    notes: tuple[str, ...] = ()
    reference: str = ""
    reference_count: int | None = None
    newest_session: date | None = None
    currency: str = ""
    account_currency: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class ScanResult:
    """The result of a scan in every case, also if it is empty, cancelled or failed.

    ``table`` has the picks: one row per symbol, ranked, with the columns of ``pipeline.columns``. ``others`` has the
    other scanned rows, in rank order, without weights and sentences. ``failures`` name every symbol of the universe
    that is not a pick, with a reason. ``study`` is the document of a parameter study, which has no picks.
    """

    config: ScanConfig
    outcome: Outcome
    status_text: str
    table: pa.Table
    failures: tuple[SymbolFailure, ...]
    metrics: ScanMetrics
    as_of: date | None
    source_label: str
    context: MarketContext = field(default_factory=MarketContext)
    notes: tuple[str, ...] = ()
    cancelled: bool = False
    others: pa.Table = field(default_factory=empty_table)
    study: Mapping[str, Any] | None = None

    def all_rows(self) -> pa.Table:
        """Return the picks and the other scanned rows, in rank order, with all columns; ``Picked`` tells them apart."""
        return all_rows(self.table, self.others, self.failures, self.config)
