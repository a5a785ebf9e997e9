"""Indicator rows made by hand: a calm, rising chart that has every indicator, and its mirror image."""

from __future__ import annotations

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.indicator_names import COLUMN
from technic_scanner.screening.matrix import blank

RISING = {
    "bars": 400, "close": 100.0, "return_1": 0.01, "sma_20": 98.0, "sma_50": 96.0, "sma_200": 90.0, "ema_12": 99.0,
    "ema_26": 97.5, "rsi_14": 60.0, "macd": 1.5, "macd_signal": 1.0, "macd_hist": 0.5, "macd_hist_prev": 0.3,
    "atr_14": 2.0, "adx_14": 30.0, "plus_di_14": 30.0, "minus_di_14": 10.0, "bollinger_pct_b": 0.75,
    "bollinger_bandwidth": 0.08, "stoch_k": 80.0, "stoch_d": 70.0, "mfi_14": 65.0, "obv_slope": 0.25, "roc_5": 0.02,
    "roc_21": 0.04, "roc_63": 0.08, "roc_126": 0.12, "roc_252": 0.2, "momentum_12_1": 0.15,
    "high_252_distance": -0.02, "low_252_distance": 0.3, "prior_high_20": 101.0, "prior_low_20": 95.0,
    "swing_high_10": 102.0, "swing_low_10": 97.0, "realised_vol_20": 0.2, "realised_vol_60": 0.25,
    "dollar_volume_20": 5e7, "relative_volume": 1.5, "gap": 0.001, "true_range_expansion": 1.2,
    "trend_slope_63": 0.4, "trend_r2_63": 0.8, "beta_252": 1.1, "relative_strength_63": 0.02,
}  # fmt: skip

# Differences and returns change sign, prices are reflected about the close, bounded oscillators about their middle.
_NEGATED = (
    *("return_1", "macd", "macd_signal", "macd_hist", "macd_hist_prev", "obv_slope", "roc_5", "roc_21", "roc_63"),
    *("roc_126", "roc_252", "momentum_12_1", "gap", "trend_slope_63", "relative_strength_63"),
)
_REFLECTED = ("sma_20", "sma_50", "sma_200", "ema_12", "ema_26")
_SWAPPED = (("plus_di_14", "minus_di_14"),)
_HUNDRED = ("rsi_14", "stoch_k", "stoch_d", "mfi_14")


def rows(*changes: dict[str, float]) -> FloatArray:
    """Return one row per argument: the rising chart with those indicators changed."""
    matrix = blank(len(changes))
    for row, change in zip(matrix, changes, strict=True):
        for name, value in (RISING | change).items():
            row[COLUMN[name]] = value
    return matrix


def mirrored() -> FloatArray:
    """Return the rising chart upside down, about its close of 100."""
    chart = dict(RISING)
    chart |= {name: -RISING[name] for name in _NEGATED}
    chart |= {name: 200.0 - RISING[name] for name in _REFLECTED}
    chart |= {name: 100.0 - RISING[name] for name in _HUNDRED}
    chart |= {a: RISING[b] for pair in _SWAPPED for a, b in (pair, pair[::-1])}
    for high, low in (("prior_high_20", "prior_low_20"), ("swing_high_10", "swing_low_10")):
        chart |= {high: 200.0 - RISING[low], low: 200.0 - RISING[high]}
    year_high, year_low = 100.0 / 0.98, 100.0 / 1.3
    chart |= {
        "high_252_distance": 100.0 / (200.0 - year_low) - 1.0,
        "low_252_distance": 100.0 / (200.0 - year_high) - 1.0,
    }
    chart["bollinger_pct_b"] = 1.0 - RISING["bollinger_pct_b"]
    return rows(chart)
