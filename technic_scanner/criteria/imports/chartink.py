"""Read Chartink's scans: ``( {cash} ( latest close > 1 day ago sma( latest close , 20 ) and … ) )``."""

from __future__ import annotations

import re
from typing import Any

from technic_scanner.criteria.imports.reader import CONDITIONS, ELSEWHERE, Reader, place_of, translated
from technic_scanner.criteria.imports.result import Imported, assembled, left_out
from technic_scanner.criteria.imports.splitting import conjuncts
from technic_scanner.criteria.imports.values import DAY, MONTH, WEEK, Place, Value, whole

NAMES: dict[str, str] = {
    "open": "open", "high": "high", "low": "low", "close": "close", "volume": "volume",
    "sma": "sma", "ema": "ema", "wma": "wma", "max": "max", "min": "min", "sum": "sum", "rsi": "rsi",
    "macd line": "macd", "macd signal": "macd_signal", "macd histogram": "macd_hist",
    "upper bollinger band": "upper_band", "lower bollinger band": "lower_band", "avg true range": "atr",
    "adx": "adx", "adx di positive": "plus_di", "adx di negative": "minus_di", "mfi": "mfi",
    "williams %r": "williams", "slow stochastic %k": "slow_k", "slow stochastic %d": "slow_d",
    "fast stochastic %k": "fast_k", "fast stochastic %d": "fast_d",
}  # fmt: skip
_KNOWN = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in sorted(NAMES, key=len, reverse=True))
GRAMMAR = rf"""
{CONDITIONS}
?atom: NUMBER -> number
    | _OPEN or_ _CLOSE
    | timing* KNOWN [arguments] -> reference
    | timing* COUNT _OPEN or_ _COMMA NUMBER _WHERE or_ _CLOSE -> counted
    | timing* PLAIN arguments -> plain_function
    | timing* UNKNOWN+ [arguments] -> unknown
    | timing* QUOTED -> quoted
arguments: _OPEN [or_ (_COMMA or_)*] _CLOSE
timing: LATEST | AGO | PERIOD | MINUTES
LATEST.5: /latest\b/i
AGO.6: /\d+\s+(day|week|month|quarter|year|candle)s?\s+ago/i
PERIOD.5: /(daily|weekly|monthly|quarterly|yearly)\b/i
MINUTES.7: /\[\s*=?\s*-?\d+\s*\]\s*\d+\s*(minute|hour)s?/i
_WHERE.5: /where\b/i
COUNT.4: /count(?=\s*\()/i
PLAIN.4: /(abs|square\s+root)(?=\s*\()/i
QUOTED: /"[^"\n]*"/
_CROSSES_ABOVE.6: /crossed\s+above\b/i
_CROSSES_BELOW.6: /crossed\s+below\b/i
KNOWN.4: /({_KNOWN})(?![\w%])/i
"""
_PERIODS = {"daily": DAY, "weekly": WEEK, "monthly": MONTH, "day": DAY, "week": WEEK, "month": MONTH}
_GROUP = re.compile(r"\{[\w\s&.,/-]*\}")


class ChartinkReader(Reader):
    """Reads one clause."""

    grammar = GRAMMAR
    names = NAMES

    def _quoted(self, tree: Any, _: str) -> Value:
        raise place_of(tree).refuse("arithmetic in quotes is evaluated in an order of its own")

    def _reference(self, tree: Any, period: str) -> Value:
        *timings, name, arguments = tree.children
        place = place_of(tree)
        period, bars = self._timed(place, timings, period)
        parts = () if arguments is None else [part for part in arguments.children if part is not None]
        values = self._numbers(parts, period)
        written = NAMES[" ".join(str(name).lower().split())]
        if written.startswith("macd") and len(values) == 3:
            values = [values[1], values[0], values[2]]  # the slow average is written first
        return self.ago(place, self.indicator(place, written, values, period), bars)

    def _counted(self, tree: Any, period: str) -> Value:
        *timings, _, length, once, condition = tree.children
        place = place_of(tree)
        period, bars = self._timed(place, timings, period)
        if str(once) != "1":
            raise place.refuse("count is read in the form count( n , 1 where … )")
        found = self._condition(condition, period)
        count = whole(place, self.value(length, period), "the number of bars that are counted")
        if period != DAY:
            raise place.refuse("count is read of days")
        return self.ago(place, Value(f"count({found.text}, {count})", period), bars)

    def _plain_function(self, tree: Any, period: str) -> Value:
        *timings, name, arguments = tree.children
        place = place_of(tree)
        period, bars = self._timed(place, timings, period)
        values = self._numbers([part for part in arguments.children if part is not None], period)
        if len(values) != 1:
            raise place.refuse(f"{name} takes one value")
        function = "abs" if str(name).lower() == "abs" else "sqrt"
        return self.ago(place, Value(f"{function}({values[0].text})", values[0].period, values[0].back), bars)

    def _timed(self, place: Place, timings: list[Any], period: str) -> tuple[str, int]:
        """Return the period of a reference and how many of its bars ago."""
        bars = 0
        if len(timings) > 1 and not any(str(item.children[0]).startswith("[") for item in timings):
            raise place.refuse("several times before one value can be read in more than one way")
        for word in (str(item.children[0]).lower() for item in timings):
            if word.startswith("["):
                raise place.refuse("bars within a day are not known here")
            if word == "latest":
                period = DAY
            elif word in _PERIODS:
                period = _PERIODS[word]
            elif word.endswith("ago"):
                count, unit = word.split()[:2]
                period, bars = self._unit(place, unit.removesuffix("s"), period), int(count)
            else:
                raise place.refuse(f"{word} bars are not known here")
        return period, bars

    @staticmethod
    def _unit(place: Place, unit: str, period: str) -> str:
        if unit == "candle":
            return period
        if unit not in _PERIODS:
            raise place.refuse(f"{unit}s are not known here")
        return _PERIODS[unit]


def read(text: str) -> Imported:
    """Return what a scan is in our language."""
    groups = [found.span() for found in _GROUP.finditer(text)]
    source = _GROUP.sub(lambda found: " " * len(found.group()), text)
    missing = [left_out(text, *span, ELSEWHERE, elsewhere=True) for span in groups]
    clauses, faults = translated(source, conjuncts(source, 0, len(source)), ChartinkReader().clause)
    return assembled(clauses, [*missing, *faults])
