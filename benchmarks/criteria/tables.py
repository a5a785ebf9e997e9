"""The scans over tables: polars with a row a bar (long) or a column a symbol (wide), and DuckDB's window functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.criteria.scans import Market

try:
    import duckdb
    import polars as pl
except ImportError:  # its rows are left out
    duckdb = pl = None  # type: ignore[assignment]

FIELDS = ("high", "low", "close", "volume")
Column = Callable[[str], Any]
Windowed = Callable[[Any], Any]


def long_frame(m: Market) -> Any:
    """Return the market as rows sorted by symbol and session."""
    n, sessions = m.close.shape
    columns = {name: np.ascontiguousarray(getattr(m, name)).ravel() for name in FIELDS}
    keys = {"symbol": np.repeat(np.arange(n), sessions), "session": np.tile(np.arange(sessions), n)}
    return pl.DataFrame(keys | {"sector": np.repeat(m.sector, sessions)} | columns)


def condition(scan: str, c: Column, w: Windowed) -> Any:
    """Return a scan as a polars expression; ``c`` gives a column, ``w`` says of which symbol a window is."""
    return _EXPRESSIONS[scan](c, w)


def _crosses(a: Any, b: Any, w: Windowed) -> Any:
    return (a > b) & (w(a.shift(1)) <= w(b.shift(1)))


def _one(c: Column, w: Windowed) -> Any:
    change = c("close").diff()
    gain = w(change.clip(lower_bound=0).ewm_mean(alpha=1 / 14, adjust=False))
    loss = w((-change).clip(lower_bound=0).ewm_mean(alpha=1 / 14, adjust=False))
    strong = 100 * gain / (gain + loss) < 30
    return (c("close") > w(c("close").rolling_mean(200))) & strong & (c("volume") > 2 * w(c("volume").rolling_mean(20)))


def _two(c: Column, w: Windowed) -> Any:
    fast, slow = c("close").rolling_mean(50), c("close").rolling_mean(200)
    crossed = (fast > slow) & (fast.shift(1) <= slow.shift(1))
    return w(crossed.cast(pl.Int8).rolling_max(5)) > 0


def _three(c: Column, w: Windowed) -> Any:
    base = (w(c("high").rolling_max(15).shift(1)) - w(c("low").rolling_min(15).shift(1))) / c("close")
    high, usual = w(c("high").rolling_max(252).shift(1)), w(c("volume").rolling_mean(50).shift(1))
    return (c("close") > high) & (base < 0.12) & (c("volume") > 1.5 * usual)


def _four(c: Column, w: Windowed) -> Any:
    group = ["session", "sector"]
    place = c("gain").rank().over(group) / c("gain").count().over(group)
    return (place > 0.9) & (c("close") > w(c("close").ewm_mean(span=21, adjust=False)))


def _seven(c: Column, w: Windowed) -> Any:
    width = 4 * c("close").rolling_std(20, ddof=0) / c("close").rolling_mean(20)
    narrow = (width == width.rolling_min(120)).cast(pl.Int8).rolling_max(3)
    top = c("high").rolling_max(20).shift(1)
    return (w(narrow) > 0) & (c("close") > w(top)) & (w(c("close").shift(1)) <= w(top.shift(1)))


def _ten(c: Column, w: Windowed) -> Any:
    def place(x: Any, n: int) -> Any:
        return w(x.rolling_rank(n)) / n

    one, two = place(c("volume"), 32), place(c("close") + c("high") - c("low"), 16)
    return one * (1 - two) * (1 - place(c("close"), 32)) > 0.4


_EXPRESSIONS: dict[str, Callable[[Column, Windowed], Any]] = {
    "1": _one, "2": _two, "3": _three, "4": _four, "7": _seven, "10": _ten,
}  # fmt: skip


def polars_long(frame: Any, scan: str, shape: tuple[int, int]) -> np.ndarray:
    """Return (n, T) truth."""
    # A window does not stand in another one, so that the gain is a column first.
    gain = (pl.col("close") / pl.col("close").shift(126).over("symbol") - 1).alias("gain")
    lazy = frame.lazy().with_columns(gain) if scan == "4" else frame.lazy()
    found = lazy.select(condition(scan, pl.col, lambda x: x.over("symbol")).alias("hit")).collect()
    return found["hit"].fill_null(value=False).to_numpy().reshape(shape)


def wide_frame(m: Market, symbols: int) -> Any:
    """Return the first ``symbols`` with a row a session and a column a symbol and field."""
    return pl.DataFrame({f"{name}{i}": row for name in FIELDS for i, row in enumerate(getattr(m, name)[:symbols])})


def polars_wide(frame: Any, scan: str, shape: tuple[int, int]) -> np.ndarray:
    """Return (n, T) truth: one expression a symbol. Ranks by sector are no expression of columns."""
    asked = [
        condition(scan, lambda name, i=i: pl.col(f"{name}{i}"), lambda x: x).fill_null(value=False).alias(str(i))
        for i in range(shape[0])
    ]
    return frame.lazy().select(asked).collect().to_numpy().T


_SQL: dict[str, str] = {
    "2": """
        SELECT max(crossed) OVER (PARTITION BY symbol ORDER BY session ROWS 4 PRECEDING) > 0 AS hit FROM (
          SELECT symbol, session, (fast > slow AND lag(fast) OVER w <= lag(slow) OVER w)::INT AS crossed FROM (
            SELECT symbol, session, if(session >= 49, avg(close) OVER (w ROWS 49 PRECEDING), NULL) AS fast,
              if(session >= 199, avg(close) OVER (w ROWS 199 PRECEDING), NULL) AS slow
            FROM bars WINDOW w AS (PARTITION BY symbol ORDER BY session))
          WINDOW w AS (PARTITION BY symbol ORDER BY session)) ORDER BY symbol, session""",
    "3": """
        SELECT session >= 252 AND close > max(high) OVER (w ROWS BETWEEN 252 PRECEDING AND 1 PRECEDING)
          AND (max(high) OVER (w ROWS BETWEEN 15 PRECEDING AND 1 PRECEDING)
            - min(low) OVER (w ROWS BETWEEN 15 PRECEDING AND 1 PRECEDING)) / close < 0.12
          AND volume > 1.5 * avg(volume) OVER (w ROWS BETWEEN 50 PRECEDING AND 1 PRECEDING) AS hit
        FROM bars WINDOW w AS (PARTITION BY symbol ORDER BY session) ORDER BY symbol, session""",
}  # fmt: skip
# Wilder's RSI and an EMA are recursive, which window functions are not; a rank within a window has none either.


def duck(frame: Any, scan: str, shape: tuple[int, int]) -> np.ndarray:
    """Return (n, T) truth."""
    with duckdb.connect() as connection:
        connection.register("bars", frame.to_arrow())
        found = connection.sql(_SQL[scan]).fetchnumpy()["hit"]
    return np.ma.filled(found, fill_value=False).astype(bool).reshape(shape)


DUCK_SCANS = frozenset(_SQL)
