"""Rules for the files of single vendors, each recognised by names of columns that no other vendor has."""

from __future__ import annotations

import numpy as np

from technic_scanner.adapters.market_data.files.names import PRICES, plain
from technic_scanner.adapters.market_data.files.reading import FileReading, Rows

_LOT = 100.0
_CHINESE = {"S_INFO_WINDCODE", "ts_code", "成交量", "股票代码", "代码", "日期"}
_CRSP = {"prc", "dlyprc", "permno", "cfacpr"}
# Turnover ÷ (close × volume): in yuan beside lots of 100, and in thousands of yuan beside them (tushare).
_IN_LOTS = ((70.0, 140.0), (0.07, 0.14))
_IN_SHARES = ((0.7, 1.4), (0.0007, 0.0014))


def order_of_vendor(out: FileReading) -> str | None:
    """Return the order of dates that a vendor always has: only Nasdaq calls a column Close/Last."""
    return "mdy" if "closelast" in map(plain, out.own_columns) else None


def zone_of_vendor(out: FileReading) -> str | None:
    """Return the zone to which stamps in UTC must be taken: the flat files of Massive are of New York."""
    return "America/New_York" if "windowstart" in map(plain, out.own_columns) else None


def with_positive_prices(rows: Rows, out: FileReading) -> Rows:
    """Return the rows with CRSP's negative closes, which are means of bid and ask, as prices."""
    negative = rows.fields["close"] < 0
    if not negative.any() or not _CRSP.intersection(map(plain, out.own_columns)):
        return rows
    out.note_rows(
        int(negative.sum()), f"with a negative {out.roles['close']}, the mean of bid and ask, taken as prices"
    )
    return rows.replaced(close=np.abs(rows.fields["close"]))


def with_decimals(rows: Rows, out: FileReading) -> Rows:
    """Return the rows with prices that a vendor stores as whole numbers of a small part, as prices.

    Databento's are of 10⁻⁹, recognised by its column of record types; LEAN's of 10⁻⁴ have a form without a header.
    """
    names = set(map(plain, out.own_columns))
    divisor = 1e9 if names >= {"rtype", "publisherid"} else 1e4 if out.lean else 1.0
    prices = [rows.fields[name] for name in PRICES]
    if divisor == 1.0 or not all(bool((np.nan_to_num(p) % 1 == 0).all()) for p in prices) or not len(rows):
        return rows
    if not (np.isfinite(prices[0]).any() and float(np.nanmin(prices[0])) >= divisor / 1e4):
        return rows
    out.notes.append(f"prices are whole numbers, as this vendor stores them, and were divided by {divisor:,.0f}")
    return rows.replaced(**{name: rows.fields[name] / divisor for name in PRICES})


def with_shares(rows: Rows, out: FileReading) -> Rows:
    """Return the rows with volumes in shares, where a Chinese vendor's turnover shows that they are in lots of 100."""
    if not _CHINESE.intersection(out.own_columns) or "turnover" not in rows.fields or not len(rows):
        return rows
    with np.errstate(divide="ignore", invalid="ignore"):
        units = rows.fields["turnover"] / (rows.fields["close"] * rows.fields["volume"])
    unit = float(np.nanmedian(units)) if not np.isnan(units).all() else np.nan
    if any(low <= unit <= high for low, high in _IN_LOTS):
        out.notes.append("volumes are in lots of 100 shares, as the turnover shows, and were multiplied by 100")
        return rows.replaced(volume=rows.fields["volume"] * _LOT)
    if not any(low <= unit <= high for low, high in _IN_SHARES):
        out.notes.append(
            "volumes may be in lots of 100 shares, as this vendor gives them; the turnover does not tell, and they are "
            "used as they are"
        )
    return rows
