"""Read StockCharts' advanced scans: clauses in square brackets, ``x`` for a crossing, ``5 days ago``, ``weekly``."""

from __future__ import annotations

import re
from typing import Any

from technic_scanner.criteria.imports.reader import CONDITIONS, ELSEWHERE, Reader, place_of, translated
from technic_scanner.criteria.imports.result import Imported, assembled, left_out
from technic_scanner.criteria.imports.splitting import Span, conjuncts, without_comments
from technic_scanner.criteria.imports.values import DAY, MONTH, WEEK, Value

NAMES: dict[str, str] = {
    "open": "open", "high": "high", "low": "low", "close": "close", "volume": "volume",
    "sma": "sma", "ema": "ema", "max": "max", "min": "min", "rsi": "rsi", "roc": "roc", "pctchange": "change_pct",
    "pct change": "change_pct", "macd line": "macd", "macd signal": "macd_signal", "macd hist": "macd_hist",
    "macd histogram": "macd_hist", "ppo line": "ppo", "upper bb": "upper_band", "mid bb": "middle_band",
    "middle bb": "middle_band", "lower bb": "lower_band", "bb width": "band_width", "%b": "pct_b", "atr": "atr",
    "adx line": "adx", "adx": "adx", "plus di": "plus_di", "+di line": "plus_di", "minus di": "minus_di",
    "-di line": "minus_di", "mfi": "mfi", "obv": "obv", "wm%r": "williams", "williams %r": "williams",
    "slow stoch %k": "slow_k", "slow stoch %d": "slow_d", "fast stoch %k": "fast_k", "fast stoch %d": "fast_d",
    "full stoch %k": "full_k", "full stoch %d": "full_d", "std deviation": "stdev", "std dev": "stdev",
}  # fmt: skip
_KNOWN = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in sorted(NAMES, key=len, reverse=True))
GRAMMAR = rf"""
{CONDITIONS}
?atom: NUMBER -> number
    | _BRACKET or_ _UNBRACKET
    | _OPEN or_ _CLOSE
    | timing* KNOWN [arguments] -> reference
    | timing* UNKNOWN+ [arguments] -> unknown
arguments: _OPEN [or_ (_COMMA or_)*] _CLOSE
timing: AGO | DAY | LAST | PERIOD
AGO.6: /\d+\s+(day|week|month)s?\s+ago/i
DAY.6: /(today|yesterday)('s)?\b/i
LAST.6: /(last|this)\s+(week|month)('s)?\b/i
PERIOD.5: /(daily|weekly|monthly)\b/i
_CROSSES_ABOVE.5: /x\b/i
_CROSSES_BELOW.9: /\u0000/
KNOWN.4: /({_KNOWN})(?![\w%])/i
_BRACKET: "["
_UNBRACKET: "]"
"""
_PERIODS = {"daily": DAY, "weekly": WEEK, "monthly": MONTH, "day": DAY, "week": WEEK, "month": MONTH}
_UNIVERSE = re.compile(
    r"\s*\[\s*(type|country|exchange|group|index|sector|industry|optionable|favorites\s+list|chartlist|portfolio)\b[^\[\]()<>]*\]\s*",
    re.IGNORECASE,
)
_JOINED = re.compile(r"\b(and|or|x)\b", re.IGNORECASE)
_ORDER = "an order is no condition: write rank by and a number behind the criteria"
_RANK = re.compile(r"(?im)^\s*rank\s+by\b.*$")


class StockChartsReader(Reader):
    """Reads one clause with its brackets."""

    grammar = GRAMMAR
    names = NAMES

    def _reference(self, tree: Any, period: str) -> Value:
        *timings, name, arguments = tree.children
        place = place_of(tree)
        words = [str(item.children[0]).lower() for item in timings]
        if max(sum(word in _PERIODS for word in words), sum(word not in _PERIODS for word in words)) > 1:
            raise place.refuse("several times before one value can be read in more than one way")
        named, bars = self._timed(place, words)
        period = period if named is None else named
        parts = () if arguments is None else [part for part in arguments.children if part is not None]
        values = self._numbers(parts, period)
        written = " ".join(str(name).lower().split())
        return self.ago(place, self.indicator(place, NAMES[written], values, period), bars)

    def _timed(self, place: Any, words: list[str]) -> tuple[str | None, int]:
        """Return the period that is named and how many of its bars ago."""
        period, unit, bars = None, None, 0
        for word in words:
            if word in {"daily", "weekly", "monthly"}:
                period = _PERIODS[word]
            elif word.startswith("today"):
                unit = "day"
            elif word.startswith("yesterday"):
                unit, bars = "day", 1
            elif word.startswith(("last", "this")):
                unit, bars = re.split(r"\s+|'", word)[1], int(word.startswith("last"))
            else:
                count, unit = word.split()[:2]
                unit, bars = unit.removesuffix("s"), int(count)
        if unit not in {None, "day"} and period is None:
            raise place.refuse(f"a value {unit}s ago is read where weekly or monthly says which bars are meant")
        if unit is not None and bars and _PERIODS[unit] != (period or DAY):
            raise place.refuse(f"a value of other bars, {unit}s ago, can be read in two ways")
        return period, bars


def read(text: str) -> Imported:
    """Return what a scan is in our language."""
    source = without_comments(text, r"//[^\n]*")
    missing = [left_out(text, *found.span(), _ORDER) for found in _RANK.finditer(source)]
    source = _RANK.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), source)
    spans, elsewhere = _sorted(source)
    missing += [left_out(text, *span, ELSEWHERE, elsewhere=True) for span in elsewhere]
    clauses, faults = translated(source, spans, StockChartsReader().clause)
    return assembled(clauses, [*missing, *faults])


def _sorted(source: str) -> tuple[list[Span], list[Span]]:
    """Return the clauses, and those that say what is scanned."""
    spans = conjuncts(source, 0, len(source))
    scope = [span for span in spans if _is_scope(source[slice(*span)])]
    return [span for span in spans if span not in scope], scope


def _is_scope(clause: str) -> bool:
    """Return whether all of a clause says what is scanned: one pair of brackets with nothing joined in it."""
    unquoted = re.sub(r"\"[^\"\n]*\"|'[^'\n]*'", "", clause)
    return _UNIVERSE.fullmatch(unquoted) is not None and _JOINED.search(unquoted) is None
