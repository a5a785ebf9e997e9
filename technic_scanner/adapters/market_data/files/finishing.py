"""Make the clean bars of one file from its rows: copies and coarse bars are left out, prices are adjusted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from technic_scanner.adapters.market_data.files import frames
from technic_scanner.adapters.market_data.files.adjusting import adjusted, row_order
from technic_scanner.adapters.market_data.files.coarse_bars import coarse_rows
from technic_scanner.adapters.market_data.files.names import PRICES
from technic_scanner.adapters.market_data.files.reading import FileReading, Rows
from technic_scanner.adapters.market_data.files.repeated import copies, one_per_session
from technic_scanner.adapters.market_data.long_bars import ABSURD, LongBars, clean, is_absurd
from technic_scanner.errors import SourceDataError
from technic_scanner.screening.bars import FIELDS, FloatArray

_PRICES = {*PRICES, *(f"adj_{name}" for name in PRICES)}


def without_copies(out: FileReading, rows: Rows) -> Rows:
    """Leave out rows that repeat another one exactly; bars within a day are left as they are."""
    if (rows.seconds >= 0).any():
        return rows
    again = copies(rows.bars)
    out.repairs.add(rows.bars, "repeating another row exactly left out", again)
    return rows.where(~again)


def without_absurd(out: FileReading, rows: Rows) -> Rows:
    """Leave out rows with a number that can be no price, before anything is computed with it."""
    absurd = np.zeros(len(rows), dtype=np.bool_)
    for name in _PRICES & rows.fields.keys():
        absurd |= is_absurd(rows.fields[name])
    out.repairs.add(rows.bars, ABSURD, absurd)
    return rows.where(~absurd)


def without_coarse(out: FileReading, rows: Rows) -> Rows:
    """Leave out bars of weeks or months where the others are of days."""
    if out.frame != frames.DAY:
        return rows
    coarse = coarse_rows(rows.bars)
    out.repairs.add(rows.bars, "a week or more from the next bar left out", coarse)
    return rows.where(~coarse)


def set_bars(out: FileReading, rows: Rows, *, as_it_is: bool = False) -> None:
    """Set the bars of ``rows`` in ``out``, with what was repaired; ``as_it_is`` adjusts nothing.

    The columns of ``rows`` are given up on the way, so that a long file is not in memory twice. Raises SourceDataError
    if the bars are of weeks or months.
    """
    fields, notes, out.adjusted = _adjusted(out, rows, as_it_is=as_it_is)
    out.notes += notes
    bars = LongBars(rows.symbols, rows.codes, rows.days, tuple(fields))
    rows.fields.clear()
    del fields
    if out.frame == frames.MINUTE:
        before = len(bars)
        moved = frames.over_midnight(bars.days, rows.seconds) if out.zone == "UTC" else None
        zone = f" by the days of {out.zone}" if out.zone else ""
        days, seconds = (bars.days, rows.seconds) if moved is None else moved
        bars = frames.sessions_of(replace(bars, days=days), seconds)
        if moved is not None:
            zone = "; those that go over midnight in UTC are whole, on the day of most of it"
        sessions = "1 session" if len(bars) == 1 else f"{len(bars):,} sessions"
        out.notes.append(f"these are bars of minutes or hours; {before:,} were put together to {sessions}{zone}")
    out.bars, repairs = clean(bars, one_per_session)
    out.repairs.merge(repairs)
    apart = frames.regular_days(out.bars) if out.frame == frames.DAY else None
    if apart is not None:
        raise SourceDataError(f"has bars that are {apart} days apart; a scan needs daily bars")
    if out.frame in (frames.WEEK, frames.MONTH):
        raise SourceDataError(f"has bars that are a {out.frame} or more apart; a scan needs daily bars")


def _adjusted(out: FileReading, rows: Rows, *, as_it_is: bool) -> tuple[list[FloatArray], list[str], str]:
    order = row_order(rows.bars)
    if as_it_is:
        plain = {name: rows.fields[name] for name in FIELDS}
        return (*adjusted(plain, order, rows.codes)[:2], "as files.toml says")
    fields, notes, how = adjusted(rows.fields, order, rows.codes)
    if how == "as they are" and "dividend" in out.roles and "split" not in out.roles:
        notes.append(
            "its column of dividends was not used, because nothing tells whether the prices contain them already"
        )
    return fields, notes, how
