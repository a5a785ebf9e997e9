"""The scans that are measured, and the bars that all contestants read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.kernels.workload import synthetic
from technic_scanner.criteria import Panel
from technic_scanner.screening.bars import FloatArray

SECTORS = 11
SCANS: dict[str, str] = {
    "1": "close > sma(close, 200) and rsi(14) < 30 and volume > 2 * sma(volume, 20)",
    "2": "sma(close, 50) crosses above sma(close, 200) within 5 bars",
    "3": "let base = (highest(high, 15)[1] - lowest(low, 15)[1]) / close\n"
    "close > highest(high, 252)[1] and base < 12% and volume > 1.5 * sma(volume, 50)[1]",
    "4": "rank(roc(close, 126)) by sector > 0.9 and close > ema(close, 21)",
    "7": "let width = 4 * stdev(close, 20) / sma(close, 20)\n"
    "width = lowest(width, 120) within 3 bars and close crosses above highest(high, 20)[1]",
    "10": "ts_rank(volume, 32) * (1 - ts_rank(close + high - low, 16)) * (1 - ts_rank(close, 32)) > 0.4",
}


@dataclass(frozen=True, eq=False)
class Market:
    """Arrays (n, T) of one generated market; ``sector`` (n,) are numbers, ``panel`` the same for the language."""

    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    sector: np.ndarray
    panel: Panel

    def newest(self, bars: int) -> Market:
        """Return the newest ``bars`` sessions, as a user who wants the newest session alone cuts them."""
        cut = [getattr(self, name)[:, -bars:] for name in ("open", "high", "low", "close", "volume")]
        return Market(*cut, self.sector, self.panel)


def market(symbols: int, sessions: int) -> Market:
    """Return a generated market without missing bars."""
    bars, _ = synthetic(symbols, sessions)
    sector = np.arange(symbols) % SECTORS
    panel = Panel(bars, {"sector": tuple(f"sector {number}" for number in sector.tolist())})
    return Market(bars.open, bars.high, bars.low, bars.close, bars.volume, sector, panel)
