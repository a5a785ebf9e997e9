"""What people write from the habit of other programs, and what is written here instead."""

from __future__ import annotations

import re

from technic_scanner.criteria.functions import FUNCTIONS

# What is written here -> how others spell it. Spellings are compared in lower case and without underscores.
_SPELLED: dict[str, str] = {
    "close": "c price last daily dailyclose closeprice lastprice",
    "open": "o dailyopen openprice",
    "high": "h dailyhigh",
    "low": "l dailylow",
    "volume": "v vol dailyvolume",
    "sma(close, 50)": "ma avg average mean simplemovingavg movingaverage movavg mov movingavg",
    "ema(close, 21)": "expaverage movavgexponential expma",
    "sma(volume, 20)": "avgvol averagevolume avgvolume volumeavg volumeaverage volma volumema adv vma",
    "relative_volume": "rvol relvol relvolume relativevol",
    "highest(high, 20)": "hhv highesthigh donchianhigh donchianupper maxhigh",
    "lowest(low, 20)": "llv lowestlow donchianlow donchianlower minlow",
    "highest(high, 252)": "high52w 52whigh yearhigh high52 week52high",
    "lowest(low, 252)": "low52w yearlow low52 week52low",
    "close[1]": "ref prev previous prior yesterday lag shift delay prevclose previousclose closeprev closeyesterday",
    "roc(close, 20) > 5%": "pctchange changepct percentchange perf performance return returns chg pctchg changepercent",
    "stoch_k(14)": "stoch stochastic slowk stochslow stochasticslow stochk",
    "stoch_d(14)": "slowd stochd",
    "sma(close, 20) + 2 * stdev(close, 20)": "bbupper upperbb bollingerupper upperband bbu upperbollinger bbandsupper",
    "sma(close, 20) - 2 * stdev(close, 20)": "bblower lowerbb bollingerlower lowerband bbl lowerbollinger bbandslower",
    "bollinger_pct_b(20, 2) or bollinger_width(20, 2)": "bb bbands bollinger bollingerbands bbpercent percentb pctb",
    "100 * (close - highest(high, 14)) / (highest(high, 14) - lowest(low, 14))": "williamsr williams wpr willr wr",
    "ema(close, 20) + 2 * atr(10)": "keltner keltnerupper kcupper keltnerchannel keltnerchannels kc",
    "ema(close, 20) - 2 * atr(10)": "keltnerlower kclower",
    "high - low, or range_pct as a share of the close": "range dailyrange barrange",
    "stdev(close, 20)": "std stddev standarddeviation",
    "percentile(roc(close, 252)) > 80": "rsrating rs rsrank relativestrength rsscore",
    "range_pct = lowest(range_pct, 7)": "nr7",
    "high < high[1] and low > low[1]": "inside insidebar insideday",
    "high > high[1] and low < low[1]": "outside outsidebar outsideday",
    "abs(open - close) < 0.1 * (high - low)": "doji",
    "plus_di(14)": "pdi diplus adxdipositive",
    "minus_di(14)": "mdi diminus adxdinegative",
    "macd_hist": "macdhistogram histogram macdh",
    "true_range": "tr truerange",
    "a crosses above b": "cross crossover crossabove crossesabove crossup crossedabove",
    "a crosses below b": "crossunder crossbelow crossesbelow crossdown crossedbelow",
    "bars_since(condition, 60)": "barssince barsago",
    "value_when(condition, close, 60)": "valuewhen",
    "if(condition, x, y)": "iif iff ifelse",
    "slope(close, 20)": "linregslope linearregslope linearregressionslope",
    "weekly.close": "weekly week w",
    "monthly.close": "monthly month",
    "market.close": "market index spy benchmark spx",
}  # fmt: skip
_INSTEAD = {spelling: ours for ours, spellings in _SPELLED.items() for spelling in spellings.split()}
_COMPANY = "Criteria read prices, volumes, groups and scores: nothing is known of the company."
_UNIVERSE = "Which symbols are scanned is chosen beside the criteria."
_SESSION = "A bar is a whole session: nothing within it is known."
_NOT_HELD: dict[str, str] = {
    _COMPANY: "marketcap mcap cap pe peratio eps float shares sharesoutstanding dividend dividendyield yield revenue "
    "earnings debt roe roa pb ps peg sales ebitda income employees",
    _UNIVERSE: "exchange country etf type isetf listing",
    _SESSION: "vwap time hour minute intraday premarket postmarket afterhours openingrange bid ask spread",
    "A condition is written, as in close > 1.": "true false",
}  # fmt: skip
_SENTENCES = {name: sentence for sentence, names in _NOT_HELD.items() for name in names.split()}
_WITH_NUMBER = re.compile(r"([a-z_]+?)_?(\d{1,4})")

_SPANS = "Spans are counted in bars: 5 are a week, 21 a month, 252 a year."
_UNITS = "Write 10m for ten million, 250k or 2bn."
# A word that cannot stand where it does, and a word before it that explains one.
_MISPLACED: dict[str, str] = {
    "Write crosses above or crosses below.": "crossed crossing crossover crossunder cross",
    "Write above for over, and below for under.": "over under",
    _SPANS: "day days session sessions candle candles week weeks month months",
    _UNITS: "million millions mln mm thousand billion lakh lakhs crore e3 e5 e6 e7 e9",
    "Write abs(x / y - 1) < 5% for a distance from y.": "of",
    "Write rank by x top 20 after the condition.": "sort sorted order top limit",
    "Write only the condition.": "where select from then",
    "Write within 3 bars, or for 3 bars.": "in",
    "Prices have no sign of a currency: write the number alone.": "dollars dollar usd eur rs inr",
}  # fmt: skip
_AFTER: dict[str, str] = {
    "Write close[1] for the close one bar ago.": "previous prior yesterday last prev",
    "Write weekly.close, with a dot.": "weekly",
    "Write monthly.close, with a dot.": "monthly",
    "Write close alone: bars are of days.": "daily today current latest",
    "Write only the condition.": "select scan filter where if find stocks",
    "Write sma(volume, 20) for an average of 20 bars.": "average avg mean moving",
    "Write gap > 4%, or gap < -4%.": "gap",
    "Write roc(close, 1) > 5%.": "percent pct",
    "Write highest(high, 252) for the highest of a year.": "week",
    "Write sma(close, 20) + 2 * stdev(close, 20) for the upper band, and - for the lower one.": "upper lower",
    "Write percentile(roc(close, 252)) > 80.": "relative",
    "Write rank by x top 20 after the condition.": "sort order",
    "Write macd > macd_signal.": "macd",
}  # fmt: skip
_OF_WORD = {word: sentence for sentence, words in _MISPLACED.items() for word in words.split()}
_OF_WORD_BEFORE = {word: sentence for sentence, words in _AFTER.items() for word in words.split()}


def name_advice(word: str) -> str:
    """Return what to write for a name that the language has not, as a sentence after a space; "" if nothing is."""
    plain = word.lower().replace("_", "")
    if plain in _SENTENCES:
        return f" {_SENTENCES[plain]}"
    numbered = _WITH_NUMBER.fullmatch(word.lower())
    if numbered is not None and numbered[1] in FUNCTIONS:
        return _call_advice(numbered[1], numbered[2])
    ours = _INSTEAD.get(plain, "")
    return ours and f" {'For example' if '(' in ours else 'Write'} {ours}."


def _call_advice(name: str, number: str) -> str:
    function = FUNCTIONS[name]
    if [item.name for item in function.literals] != ["n"] or len(function.operands) > 1:
        return ""
    series = "close, " if function.operands and not function.source else ""
    return f" Write {name}({series}{number})."


def place_advice(text: str, start: int, word: str) -> str:
    """Return what to write where ``word`` at ``start`` of ``text`` cannot stand, as ``name_advice`` does."""
    before = re.findall(r"[a-z_]+", text[max(0, start - 40) : start].lower())
    adjoining = before[-1] if before and re.search(r"[a-zA-Z_]\s+$", text[:start]) else ""
    sentence = _OF_WORD.get(word.lower()) or _OF_WORD_BEFORE.get(adjoining, "")
    return f" {sentence}" if sentence else ""
