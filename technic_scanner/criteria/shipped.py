"""The scans that are shipped, in groups, each with a sentence on what it finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ShippedScan:
    """One shipped scan: its group, its name, what it finds, and its text."""

    group: str
    name: str
    finds: str
    text: str


_ROWS: tuple[tuple[str, str, str, str], ...] = (
    ("trend", "Golden cross", "The 50-bar average has crossed above the 200-bar average within five bars.",
     "sma(close, 50) crosses above sma(close, 200) within 5 bars"),
    ("trend", "Stacked averages", "Close above rising, ordered averages: an established uptrend.",
     "close > sma_20 and sma_20 > sma_50 and sma_50 > sma_200 and sma_200 > sma_200[20]"),
    ("trend", "Smooth climb", "A steady rise: a positive slope that explains four fifths of the moves of a quarter.",
     "trend_slope_63 > 30% and trend_r2_63 > 0.8"),
    ("trend", "Strong directional trend", "ADX above 25 and rising, with +DI on top.",
     "adx(14) > 25 and adx(14) > adx(14)[5] and plus_di(14) > minus_di(14)"),
    ("pullback", "Oversold in an uptrend", "RSI below 30 although the close is above its 200-bar average.",
     "close > sma(close, 200) and rsi(14) < 30"),
    ("pullback", "Dip to the 20-bar average", "In an uptrend, a low at the 20-bar average and a close above it.",
     "sma_50 > sma_200 and low <= sma_20 and close > sma_20"),
    ("pullback", "Three quiet down days", "Three lower closes on falling volume in an uptrend.",
     "close < close[1] for 3 bars and volume < volume[1] for 2 bars and close > sma(close, 50)"),
    ("pullback", "Lower band in an uptrend", "Close below the lower Bollinger band in an uptrend.",
     "bollinger_pct_b < 0 and sma_50 > sma_200"),
    ("breakout", "New 52-week high", "A close above the highest high of the year before, the first in ten bars.",
     "close crosses above highest(high, 252)[1] and count(close > highest(high, 252)[1], 10) = 1"),
    ("breakout", "Base breakout", "A close above the year's high out of a base of 15 bars that is at most 12% high.",
     """let base = (highest(high, 15)[1] - lowest(low, 15)[1]) / close
close > highest(high, 252)[1] and base < 12% and volume > 1.5 * sma(volume, 50)[1]
rank by volume / sma(volume, 50) top 25"""),
    ("breakout", "20-bar channel", "A close above the highest high of the 20 bars before, on twice the usual volume.",
     "close > prior_high_20 and relative_volume > 2"),
    ("breakout", "Above the last pivot", "A close that crosses the last confirmed pivot high.",
     "close crosses above pivot_high(5)"),
    ("volume", "Unusual volume", "Five times the usual volume on a move of more than 3%.",
     "relative_volume > 5 and abs(return_1) > 3%"),
    ("volume", "Accumulation", "On-balance volume at its 50-bar high while the price is not.",
     "obv = highest(obv, 50) and close < highest(close, 50)"),
    ("volume", "Volume dry-up", "The lowest volume of 20 bars within 5% of the year's high.",
     "volume = lowest(volume, 20) and high_252_distance > -5%"),
    ("volume", "Buying pressure", "Volume on up days is twice that on down days over ten bars.",
     "sum(if(close > close[1], volume, 0), 10) > 2 * sum(if(close < close[1], volume, 0), 10)"),
    ("volatility", "Squeeze release", "Bands at their narrowest of 120 bars, then a close above the 20-bar high.",
     """let width = 4 * stdev(close, 20) / sma(close, 20)
width = lowest(width, 120) within 3 bars and close crosses above highest(high, 20)[1]"""),
    ("volatility", "Narrow range of seven", "The smallest range of seven bars, within the bar before.",
     "range_pct = lowest(range_pct, 7) and high < high[1] and low > low[1]"),
    ("volatility", "Calming down", "Volatility of 20 bars is below half of that of 60 bars.",
     "realised_vol_20 < 0.5 * realised_vol_60"),
    ("volatility", "Wide range day", "A true range above three ATRs.", "true_range_expansion > 3"),
    ("reversal", "RSI turns up", "RSI has crossed back above 30.", "rsi(14) crosses above 30"),
    ("reversal", "Gap down and recover", "Opened 4% lower and closed above the open and the bar's middle.",
     "gap < -4% and close > open and close > (high + low) / 2"),
    ("reversal", "MACD turns below zero", "MACD crosses its signal upwards while it is negative.",
     "macd crosses above macd_signal and macd < 0"),
    ("reversal", "Capitulation", "Down a fifth in ten bars on record volume, closing in the upper half.",
     "roc(close, 10) < -20% and volume = highest(volume, 60) and close > (high + low) / 2"),
    ("relative strength", "Sector leaders", "The best tenth of each sector by half-year return, above the 21-bar EMA.",
     "rank(roc(close, 126)) by sector > 0.9 and close > ema(close, 21)"),
    ("relative strength", "New relative high", "The ratio to the market is at its 60-bar high before the price is.",
     "close / market.close = highest(close / market.close, 60) and close < highest(close, 60)"),
    ("relative strength", "Momentum 12-1", "The best fifth by the return from 12 months to one month ago.",
     "percentile(momentum_12_1) > 80"),
    ("weekly", "Weekly uptrend", "The weekly close is above its rising 30-week average.",
     "weekly.close > sma(weekly.close, 30) and sma(weekly.close, 30) > sma(weekly.close, 30)[4]"),
    ("weekly", "Weekly oversold", "The weekly RSI is below 35 with the month's close above its 10-month average.",
     "weekly.rsi(14) < 35 and monthly.close > sma(monthly.close, 10)"),
    ("weekly", "Inside week", "The last completed week lies within the one before.",
     "weekly.high < weekly.high[1] and weekly.low > weekly.low[1]"),
)  # fmt: skip

SHIPPED_SCANS: tuple[ShippedScan, ...] = tuple(ShippedScan(*row) for row in _ROWS)
GROUPS: tuple[str, ...] = tuple(dict.fromkeys(scan.group for scan in SHIPPED_SCANS))
