"""Random programs of the scan language, as text, for properties that hold of every one."""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st

FIELDS = ("open", "high", "low", "close", "volume", "rsi_14", "gap", "bars", "sma_20", "trend_score")
FRAMED = ("weekly.close", "monthly.high", "market.close", "weekly.now.low", "market.weekly.close", "sector.close",
          "weekly.rsi(3)", "weekly.atr(3)", "beta(5)")  # fmt: skip
LITERALS = ("0", "1.5", "8%", "10k", "0.25", "30", "2bn")
WINDOWED = ("sma", "ema", "wma", "highest", "lowest", "stdev", "sum", "roc", "change", "ts_rank")
IMPLIED = ("atr(5)", "adx(3)", "plus_di(4)", "stoch_k(5)", "mfi(4)", "obv", "true_range", "bollinger_pct_b(5)",
           "macd(3, 6, 2)", "pivot_high(2)", "realised_vol(4)")  # fmt: skip


class Writer:
    """Writes programs; ``own``: of the symbol's own daily bars alone."""

    def __init__(self, random: Random, *, own: bool = False) -> None:
        self._random = random
        self._leaves = (*FIELDS, *IMPLIED, *LITERALS) + (() if own else FRAMED)
        self._own = own

    def number(self, depth: int) -> str:
        """Return the text of a number."""
        random = self._random
        if depth == 0 or random.random() < 0.25:
            return random.choice(self._leaves)
        form = random.choice(
            # A bare number would be the period of rsi, whose series may be left out.
            ("rsi(({0} + close), {4})", "({0} {2} {1})", "({0} {2} {1})", "{3}({0}, {4})", "{3}({0}, {4})",
             "correlation({0}, {1}, {5})",
             "({0})[{4}]", "-{0}", "abs({0})", "min({0}, {1})", "if({6}, {0}, {1})", "count({6}, {4})",
             "bars_since({6}, {4})", "value_when({6}, {0}, {4})", "(rank({0}))", "(rank({0}) by sector)")[
                 : 14 if self._own else None]
        )  # fmt: skip
        n, more = random.randint(1, 12), random.randint(2, 9)
        parts = (self.number(depth - 1), self.number(depth - 1), random.choice("+-*/"), random.choice(WINDOWED))
        return form.format(*parts, n, more, self.condition(depth - 1) if "{6}" in form else "")

    def condition(self, depth: int) -> str:
        """Return the text of a condition."""
        random = self._random
        if depth > 0 and random.random() < 0.4:
            form = random.choice(
                ("({0} and {1})", "({0} or {1} or {0})", "not ({0})", "(({0}) within {2} bars)", "(({0}) for {2} bars)")
            )
            return form.format(self.condition(depth - 1), self.condition(depth - 1), random.randint(1, 12))
        forms = ("{0} {3} {1}", "{0} {3} {1}", "{0} between {1} and {2}", "{0} crosses {4} {1}", "{0} is known",
                 'sector in ("Energy", "tech")', 'sector != "Energy"')  # fmt: skip
        numbers = [self.number(max(depth - 1, 0)) for _ in range(3)]
        signs = random.choice((">", "<", ">=", "<=", "=", "!="))
        return random.choice(forms).format(*numbers, signs, random.choice(("above", "below")))

    def program(self) -> str:
        """Return a whole text: perhaps a let, a condition, perhaps an order and columns."""
        random = self._random
        let = f"let mine = {self.number(2)};\n" if random.random() < 0.4 else ""
        rank = f"\nrank by {self.number(2)} asc top 7" if random.random() < 0.4 else ""
        show = f'\nshow {self.number(2)} as "Mine"\nshow close' if random.random() < 0.4 else ""
        return f"{let}{self.condition(3)}{rank}{show}"


def programs() -> st.SearchStrategy[str]:
    """Return whole texts."""
    return st.integers(0, 2**40).map(lambda seed: Writer(Random(seed)).program())


def conditions(*, own: bool = False) -> st.SearchStrategy[str]:
    """Return texts of conditions; ``own``: of the symbol's own daily bars alone."""
    return st.integers(0, 2**40).map(lambda seed: Writer(Random(seed), own=own).condition(3))
