"""Judge the scanned rows of a finished run by criteria, on the bars of its sessions that the price cache still has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pyarrow as pa

from technic_scanner.criteria import Criteria
from technic_scanner.criteria.judging import Judgement
from technic_scanner.domain.symbol_text import first_named
from technic_scanner.domain.universe import Security
from technic_scanner.pipeline.context import ExchangeSessions, no_calendar
from technic_scanner.pipeline.newest_bars import criteria_panel, ended, sessions_to_read
from technic_scanner.pipeline.ports import PriceCache
from technic_scanner.screening.alpha import blend
from technic_scanner.screening.bars import DateArray, FloatArray, Panel
from technic_scanner.screening.index_bars import index_bars

_NAMED = 5
_SAME = 1e-9
_NUMBERS = {"tech_rating": "TechRating", "alpha_score": "AlphaScore"}


@dataclass(frozen=True, slots=True, eq=False)
class PastRows:
    """The scanned rows of a run: its table with every row, its as-of date, and where its bars are.

    ``reference``: the source and the symbols of its reference universe, for criteria that read a market without a
    benchmark.
    """

    table: pa.Table
    as_of: date | None
    source_key: str
    benchmark: str | None
    calendar: ExchangeSessions = no_calendar
    reference: tuple[str, tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class JudgedRows:
    """What criteria say of a run's rows: the judgement of those whose bars are there, and notes on the others."""

    judged: Judgement
    notes: tuple[str, ...]

    @property
    def matches(self) -> tuple[str, ...]:
        """The symbols of which the criteria are true, in the order of ``rank by``, else in symbol order."""
        return tuple(self.judged.matches())


def judge_rows(rows: PastRows, cache: PriceCache, criteria: Criteria) -> JudgedRows:
    """Return what ``criteria`` say of the rows as they were on the last bar that the run judged each of them on."""
    table = rows.table.sort_by("Symbol")
    symbols = table["Symbol"].to_pylist()
    wanted = sessions_to_read(criteria)
    held = cache.read(rows.source_key, symbols, wanted, rows.as_of).panel.until(rows.as_of)
    at = {symbol: row for row, symbol in enumerate(held.symbols)}
    there = [row for row, symbol in enumerate(symbols) if symbol in at]
    table = table.take(pa.array(there, pa.int64()))
    ends = _ends(table)
    bars = ended(held.take([at[symbols[row]] for row in there]), ends)
    market = Panel.empty()
    if rows.benchmark is not None:
        market = cache.read(rows.source_key, [rows.benchmark], wanted, rows.as_of).panel.until(rows.as_of)
    listed = [_security(row) for row in table.select(["Symbol", "Sector", "Industry", "SubIndustry"]).to_pylist()]
    panel = criteria_panel(bars, listed, market, rows.calendar if criteria.reads_periods else no_calendar)
    labels = {**panel.labels, "signal": tuple(table["Signal"].to_pylist())}
    panel = replace(panel, labels=labels, numbers=_numbers(table), index=_index(rows, cache, wanted))
    missing = [symbol for symbol in symbols if symbol not in at]
    judged = criteria.judge(panel, at_last_bar=True)
    return JudgedRows(judged, (*_missing(missing, len(symbols)), *_changed(table, bars, ends), *judged.lacking))


def _index(rows: PastRows, cache: PriceCache, sessions: int) -> Panel | None:
    if rows.reference is None:
        return None
    key, symbols = rows.reference
    return index_bars(cache.read(key, symbols, sessions, rows.as_of).panel.until(rows.as_of))


def _security(row: dict[str, str | None]) -> Security:
    return Security(
        symbol=row["Symbol"] or "",
        sector=row["Sector"] or None,
        industry=row["Industry"] or None,
        sub_industry=row["SubIndustry"] or None,
    )


def _ends(table: pa.Table) -> DateArray:
    """Return the session of each row's last bar; long ago where it had none."""
    days = [text or "0001-01-01" for text in table["AsOf"].to_pylist()]
    return np.array(days, dtype="datetime64[D]")


def _numbers(table: pa.Table) -> dict[str, FloatArray]:
    found = {name: _floats(table, column) for name, column in _NUMBERS.items()}
    score = blend(found["tech_rating"], found["alpha_score"], _floats(table, "AlphaWeight"))
    return found | {"score": score}


def _floats(table: pa.Table, name: str) -> FloatArray:
    return np.asarray(table[name].to_numpy(), dtype=np.float64)


def _missing(missing: list[str], total: int) -> tuple[str, ...]:
    if not missing:
        return ()
    left = f"{len(missing):,} of {total:,} symbols ({first_named(missing, _NAMED)})"
    return (f"The price cache no longer has the bars of {left}: they match nothing. Scan again to fetch them.",)


def _changed(table: pa.Table, bars: Panel, ends: DateArray) -> tuple[str, ...]:
    """Say of how many rows the bars are no longer those that the run judged: splits, dividends and corrections."""
    place = np.searchsorted(bars.sessions, ends)
    inside = place < len(bars.sessions)
    now = np.full(len(ends), np.nan)
    now[inside] = bars.close[np.flatnonzero(inside), place[inside]]
    then = _floats(table, "Close")
    known = ~np.isnan(then)
    other = int((known & ~(np.abs(now - then) <= _SAME * np.abs(then))).sum())
    if not other:
        return ()
    return (f"The bars of {other:,} rows are not those of the run any more: they were adjusted, or left the cache.",)
