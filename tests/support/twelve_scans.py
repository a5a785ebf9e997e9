"""Twelve scans that use most of the language: those that tests run through every door."""

TWELVE = (
    "close > sma(close,200) and rsi(14) < 30 and volume > 2*sma(volume,20)",
    "sma(close,50) crosses above sma(close,200) within 5 bars",
    """let base = (highest(high,15)[1] - lowest(low,15)[1]) / close
    close > highest(high,252)[1] and base < 12% and volume > 1.5*sma(volume,50)[1]
    rank by volume / sma(volume,50) top 25""",
    "rank(roc(close,126)) by sector > 0.9 and close > ema(close,21)",
    "close > close[1] for 5 bars",
    "count(close < close[1], 10) >= 7 and close > sma(close,200)",
    """let width = 4*stdev(close,20)/sma(close,20)
    width = lowest(width,120) within 3 bars and close crosses above highest(high,20)[1]""",
    """open/close[1] - 1 between 4% and 15% and close > open and close*volume > 10m
    and sector in ("Information Technology","Health Care")""",
    "correlation(close, volume, 20) < -0.6 and roc(close,20) > 0",
    """ts_rank(volume,32) * (1 - ts_rank(close + high - low,16)) * (1 - ts_rank(close,32)) > 0.4
    rank by ts_rank(close,32) desc top 20""",
    "rsi(14) crosses above 30 and rank(sma(close*volume,20)) > 0.5",
    """weekly.close > sma(weekly.close,30) and sma(weekly.close,30) > sma(weekly.close,30)[4]
    and close/market.close = highest(close/market.close, 60)""",
)
