"""The names that stand alone: bars' own numbers, labels, what only a scan knows, and every indicator as a formula."""

from __future__ import annotations

from technic_scanner.domain.profiles import SUB_SCORES
from technic_scanner.screening.indicator_names import INDICATOR_TABLE
from technic_scanner.screening.scoring import INPUTS

PRICES: dict[str, str] = {
    "open": "Opening price.",
    "high": "Highest price.",
    "low": "Lowest price.",
    "close": "Closing price.",
    "volume": "Shares traded.",
}
MARKET_CLOSE = "market_close"
LABELS: dict[str, str] = {
    "symbol": "Ticker, as the source spells it.",
    "sector": "GICS sector; the names that other vendors use for them are understood.",
    "industry": "Industry.",
    "sub_industry": "Sub-industry.",
    "signal": "Strong Long, Long, Neutral, Short or Strong Short; known in a scan only.",
}
# Numbers of a whole scan; where there is none they are unknown.
SCAN_NUMBERS: dict[str, str] = {
    "tech_rating": "TechRating, 0 to 100; known in a scan only.",
    "alpha_score": "AlphaScore, 0 to 100; known in a scan only.",
    "score": "The blended score, 0 to 100; known in a scan only.",
}
SUB_SCORE_FIELDS: dict[str, str] = {f"{name}_score": name for name in SUB_SCORES}
SUB_SCORE_INPUTS: tuple[str, ...] = tuple(dict.fromkeys(name for names in INPUTS.values() for name in names))

_FORMULAS: dict[str, str] = {
    "return_1": "roc(close, 1)",
    "sma_20": "sma(close, 20)",
    "sma_50": "sma(close, 50)",
    "sma_200": "sma(close, 200)",
    "ema_12": "ema(close, 12)",
    "ema_26": "ema(close, 26)",
    "rsi_14": "rsi(14)",
    "macd": "macd(12, 26, 9)",
    "macd_signal": "macd_signal(12, 26, 9)",
    "macd_hist": "macd_hist(12, 26, 9)",
    "macd_hist_prev": "macd_hist(12, 26, 9)[1]",
    "atr_14": "atr(14)",
    "adx_14": "adx(14)",
    "plus_di_14": "plus_di(14)",
    "minus_di_14": "minus_di(14)",
    "bollinger_pct_b": "bollinger_pct_b(20, 2)",
    "bollinger_bandwidth": "bollinger_width(20, 2)",
    "stoch_k": "stoch_k(14, 3, 3)",
    "stoch_d": "stoch_d(14, 3, 3)",
    "mfi_14": "mfi(14)",
    "obv_slope": "obv_slope(20)",
    "roc_5": "roc(close, 5)",
    "roc_21": "roc(close, 21)",
    "roc_63": "roc(close, 63)",
    "roc_126": "roc(close, 126)",
    "roc_252": "roc(close, 252)",
    "momentum_12_1": "close[21] / close[252] - 1",
    "high_252_distance": "close / highest(high, 252) - 1",
    "low_252_distance": "close / lowest(low, 252) - 1",
    "prior_high_20": "highest(high, 20)[1]",
    "prior_low_20": "lowest(low, 20)[1]",
    "swing_high_10": "highest(high, 10)",
    "swing_low_10": "lowest(low, 10)",
    "realised_vol_20": "realised_vol(20)",
    "realised_vol_60": "realised_vol(60)",
    "dollar_volume_20": "sma(close * volume, 20)",
    "relative_volume": "volume / sma(volume, 20)[1]",
    "gap": "open / close[1] - 1",
    "true_range_expansion": "true_range() / atr(14)[1]",
    "trend_slope_63": "252 * slope(log(close), 63)",
    "trend_r2_63": "r2(log(close), 63)",
    "beta_252": "beta(252)",
    "relative_strength_63": "roc(close, 63) - roc(market_close, 63)",
}
BARS = "bars"
_MEANINGS = {name: f"{meaning[0].upper()}{meaning[1:]}." for name, _, meaning in INDICATOR_TABLE}
# name -> (formula in the language, meaning)
NAMED: dict[str, tuple[str, str]] = {name: (formula, _MEANINGS[name]) for name, formula in _FORMULAS.items()}


def meanings() -> dict[str, str]:
    """Return every name that may stand alone, with its meaning in a sentence."""
    scores = {name: f"The {score} sub-score, 0 to 100." for name, score in SUB_SCORE_FIELDS.items()}
    named = {name: f"{meaning} Is {formula}." for name, (formula, meaning) in NAMED.items()}
    close = "The market's close on the days of the symbol's own bars; unknown where the market has none."
    return {
        **PRICES,
        MARKET_CLOSE: close,
        **LABELS,
        BARS: "Bars that the symbol has so far.",
        **named,
        **scores,
        **SCAN_NUMBERS,
    }
