"""The TA-Lib call that gives the values of a function of the language; tests hold them equal bar by bar.

``x``, ``y``, ``n`` and the other names are the function's parameters; ``high``, ``low``, ``close``, ``volume`` and
``market`` (the benchmark's closes) are series. Functions without an entry have no equivalent there.
"""

from __future__ import annotations

RELEASE = "TA-Lib 0.8.2"
EQUIVALENTS: dict[str, str] = {
    "sma": "SMA(x, n)",
    "ema": "EMA(x, n)",
    "wma": "WMA(x, n)",
    "rsi": "RSI(x, n)",
    "macd": "MACD(x, fast, slow, signal)[0]",
    "macd_signal": "MACD(x, fast, slow, signal)[1]",
    "macd_hist": "MACD(x, fast, slow, signal)[2]",
    "stoch_k": "STOCH(high, low, close, n, smooth, 0, signal, 0)[0]",
    "stoch_d": "STOCH(high, low, close, n, smooth, 0, signal, 0)[1]",
    "change": "MOM(x, n)",
    "roc": "ROCP(x, n)",
    "adx": "ADX(high, low, close, n)",
    "plus_di": "PLUS_DI(high, low, close, n)",
    "minus_di": "MINUS_DI(high, low, close, n)",
    "slope": "LINEARREG_SLOPE(x, n)",
    "atr": "ATR(high, low, close, n)",
    "true_range": "TRANGE(high, low, close)",
    "stdev": "STDDEV(x, n, 1)",
    "mfi": "MFI(high, low, close, volume, n)",
    "obv": "OBV(close, volume)",
    "highest": "MAX(x, n)",
    "lowest": "MIN(x, n)",
    "sum": "SUM(x, n)",
    "correlation": "CORREL(x, y, n)",
    "beta": "BETA(market, close, n)",
    "log": "LN(x)",
    "sqrt": "SQRT(x)",
}
