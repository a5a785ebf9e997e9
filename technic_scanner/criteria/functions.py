"""The one table of the language's functions: signature, meaning, example, and how many bars each looks back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from technic_scanner.criteria.tree import NUMBER, YES_NO

WINDOW, FACTOR = "bars", "literal number"
ANY = "any"
MAX_WINDOW = 1260
Params = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: its name, what it takes (a number, a yes/no, a literal), and its default if it has one."""

    name: str
    kind: str
    default: float | None = None

    @property
    def literal(self) -> bool:
        """Whether only a literal may stand here."""
        return self.kind in {WINDOW, FACTOR}

    @property
    def text(self) -> str:
        """The parameter as in a signature: ``n = 14``."""
        return self.name if self.default is None else f"{self.name} = {self.default:g}"


@dataclass(frozen=True, slots=True)
class Function:
    """One function.

    ``fields`` are read without being written (atr reads high, low and close); ``source`` stands in where the first
    operand is left out. ``back`` is the number of bars before the newest that one value reads, given the literals;
    ``known_after`` that number where a value is known earlier. ``recursive``: it reads every bar from the first stored
    one. ``heavy``: its cost grows with its window. ``across``: it compares symbols of one session.
    """

    name: str
    parameters: tuple[Parameter, ...]
    group: str
    help: str
    example: str
    fields: tuple[str, ...] = ()
    source: str = ""
    back: Callable[[Params], int] = lambda _: 0
    known_after: Callable[[Params], int] | None = None
    result: str = NUMBER
    recursive: bool = False
    heavy: bool = False
    across: bool = False
    variadic: bool = False

    @property
    def operands(self) -> tuple[Parameter, ...]:
        """The parameters that take series."""
        return tuple(item for item in self.parameters if not item.literal)

    @property
    def literals(self) -> tuple[Parameter, ...]:
        """The parameters that take literals, which stand after the series."""
        return tuple(item for item in self.parameters if item.literal)

    @property
    def signature(self) -> str:
        """The call as text: ``sma(x, n)``."""
        names = [f"{item.name} = {self.source}" if i == 0 and self.source else item.text
                 for i, item in enumerate(self.parameters)]  # fmt: skip
        more = ["…"] if self.variadic else []
        return f"{self.name}({', '.join(names + more)})" + (" by sector|industry" if self.across else "")


X, COND = Parameter("x", NUMBER), Parameter("condition", YES_NO)
N = Parameter("n", WINDOW)
N_14 = Parameter("n", WINDOW, 14)
BANDS = (X, Parameter("n", WINDOW, 20), Parameter("width", FACTOR, 2))
MACD = (X, Parameter("fast", WINDOW, 12), Parameter("slow", WINDOW, 26), Parameter("signal", WINDOW, 9))
STOCHASTIC = (Parameter("n", WINDOW, 14), Parameter("smooth", WINDOW, 3), Parameter("signal", WINDOW, 3))
RANGE = ("high", "low", "close")
BETA_LEAST = 60


def _before(p: Params) -> int:
    return int(p[0]) - 1


def _n(p: Params) -> int:
    return int(p[0])


def _macd_bars(p: Params) -> int:
    return int(p[1]) + int(p[2]) - 2


def _stoch_bars(p: Params) -> int:
    return int(sum(p)) - 3


_ROWS = (
    # averages
    Function("sma", (X, N), "average", "Simple moving average.", "close > sma(close, 200)", back=_before),
    Function("ema", (X, N), "average", "Exponential moving average, started with the mean of its first n values.",
             "close > ema(close, 21)", back=_before, recursive=True),
    Function("wma", (X, N), "average", "Weighted moving average; the newest value weighs n, the oldest 1.",
             "close > wma(close, 20)", back=_before, heavy=True),
    # momentum
    Function("rsi", (X, N_14), "momentum", "Relative strength index by Wilder, 0 to 100; 0 if x never moved.",
             "rsi(14) < 30", source="close", back=_n, recursive=True),
    Function("macd", MACD, "momentum", "Fast less slow EMA, both started at the same bar.", "macd(12, 26, 9) > 0",
             source="close", back=_macd_bars, recursive=True),
    Function("macd_signal", MACD, "momentum", "EMA of macd.", "macd(12, 26, 9) crosses above macd_signal(12, 26, 9)",
             source="close", back=_macd_bars, recursive=True),
    Function("macd_hist", MACD, "momentum", "macd less macd_signal.", "macd_hist(12, 26, 9) > 0 for 3 bars",
             source="close", back=_macd_bars, recursive=True),
    Function("stoch_k", STOCHASTIC, "momentum", "Slow stochastic %K, 0 to 100; known when %D is.",
             "stoch_k(14, 3, 3) < 20", RANGE, back=_stoch_bars),
    Function("stoch_d", STOCHASTIC, "momentum", "Mean of stoch_k.", "stoch_k(14) crosses above stoch_d(14)", RANGE,
             back=_stoch_bars),
    Function("change", (X, N), "momentum", "x less x n bars ago.", "change(close, 5) > 0", back=_n),
    Function("roc", (X, N), "momentum", "x / x n bars ago - 1, a fraction.", "roc(close, 126) > 20%", back=_n),
    # trend
    Function("adx", (N_14,), "trend", "Average directional index by Wilder, 0 to 100.", "adx(14) > 25", RANGE,
             back=lambda p: 2 * int(p[0]) - 1, recursive=True),
    Function("plus_di", (N_14,), "trend", "Positive directional indicator, 0 to 100.", "plus_di(14) > minus_di(14)",
             RANGE,
             back=_n, recursive=True),
    Function("minus_di", (N_14,), "trend", "Negative directional indicator, 0 to 100.",
             "minus_di(14) crosses below plus_di(14)", RANGE, back=_n, recursive=True),
    Function("slope", (X, N), "trend", "Slope a bar of the least-squares line through n values.",
             "slope(log(close), 63) > 0", back=_before, heavy=True),
    Function("r2", (X, N), "trend", "r squared of that line, 0 to 1; unknown if all values are equal.",
             "r2(log(close), 63) > 0.8", back=_before, heavy=True),
    # volatility
    Function("atr", (N_14,), "volatility", "Average true range by Wilder.", "atr(14) / close < 2%", RANGE, back=_n,
             recursive=True),
    Function("true_range", (), "volatility", "max(high, close[1]) - min(low, close[1]).",
             "true_range() > 2 * atr(14)[1]",
             RANGE, back=lambda _: 1),
    Function("range_pct", (), "volatility", "(high - low) / close.", "range_pct() < 1%", RANGE),
    Function("stdev", (X, N), "volatility", "Population standard deviation.", "stdev(close, 20) / close < 2%",
             back=_before,
             heavy=True),
    Function("realised_vol", (N,), "volatility", "Annualised sample deviation of n log returns (252 sessions a year).",
             "realised_vol(20) < realised_vol(60)", ("close",), back=_n, heavy=True),
    Function("bollinger_pct_b", BANDS, "volatility", "Place in Bollinger's bands: 0 at the lower, 1 at the upper one.",
             "bollinger_pct_b(20, 2) < 0", source="close", back=_before, heavy=True),
    Function("bollinger_width", BANDS, "volatility", "(upper - lower) / middle of Bollinger's bands.",
             "bollinger_width(20, 2) < 8%", source="close", back=_before, heavy=True),
    # volume
    Function("mfi", (N_14,), "volume", "Money flow index, 0 to 100; 0 without any flow.", "mfi(14) < 20",
             (*RANGE, "volume"), back=_n),
    Function("obv", (), "volume", "On-balance volume, started with the first bar's volume.",
             "obv() = highest(obv(), 50)",
             ("close", "volume"), recursive=True),
    Function("obv_slope", (N,), "volume", "Slope a bar of on-balance volume over n bars / mean volume of n bars.",
             "obv_slope(20) > 0.1", ("close", "volume"), back=_before, heavy=True),
    # windows
    Function("highest", (X, N), "window", "Largest of n values.", "close > highest(high, 252)[1]", back=_before),
    Function("lowest", (X, N), "window", "Smallest of n values.", "close < lowest(low, 20)[1]", back=_before),
    Function("sum", (X, N), "window", "Sum of n values.", "sum(volume, 5) > 10m", back=_before),
    Function("count", (COND, N), "window", "On how many of n bars the condition was true.",
             "count(close < close[1], 10) >= 7", back=_before),
    Function("ts_rank", (X, N), "window",
             "Rank of the newest of n values, above 0 to 1; equal ones share their mean rank.",
             "ts_rank(volume, 32) > 0.9", back=_before, heavy=True),
    Function("correlation", (X, Parameter("y", NUMBER), N), "window", "Pearson correlation of n pairs.",
             "correlation(close, volume, 20) < -0.6", back=_before, heavy=True),
    Function("beta", (N,), "window",
             "Covariance with the market / its variance, of up to n daily returns, at least 60 or all n.",
             "beta(252) < 0.8", ("close", "market_close"), back=_n, known_after=lambda p: min(int(p[0]), BETA_LEAST),
             heavy=True),
    Function("bars_since", (COND, N), "window",
             "Bars since the condition was last true within n bars; 0 is the newest.",
             "bars_since(close > highest(high, 20)[1], 60) < 5", back=_before),
    Function("value_when", (COND, X, N), "window", "x at the last bar within n bars on which the condition was true.",
             "close > value_when(volume > 2 * sma(volume, 20), high, 60)", back=_before),
    Function("pivot_high", (N,), "window",
             "The last high above those of the n bars before it and not below those of the n after, known after these.",
             "close crosses above pivot_high(5)", ("high",), back=lambda p: 2 * int(p[0]), recursive=True, heavy=True),
    Function("pivot_low", (N,), "window",
             "The last low below those of the n bars before it and not above those of the n after, known after these.",
             "close crosses below pivot_low(5)", ("low",), back=lambda p: 2 * int(p[0]), recursive=True, heavy=True),
    # arithmetic
    Function("abs", (X,), "arithmetic", "Absolute value.", "abs(gap) > 4%"),
    Function("log", (X,), "arithmetic", "Natural logarithm; unknown unless x is above 0.", "log(volume) > 14"),
    Function("sqrt", (X,), "arithmetic", "Square root; unknown if x is below 0.", "sqrt(volume) > 1000"),
    Function("min", (X, Parameter("y", NUMBER)), "arithmetic", "The smallest operand.",
             "min(open, close) > sma(close, 20)",
             variadic=True),
    Function("max", (X, Parameter("y", NUMBER)), "arithmetic", "The largest operand.",
             "max(open, close) < sma(close, 20)",
             variadic=True),
    Function("if", (COND, X, Parameter("y", NUMBER)), "arithmetic",
             "x where the condition is true, y where it is false.",
             "sum(if(close > close[1], volume, 0), 10) > 2 * sum(if(close < close[1], volume, 0), 10)"),
    # across symbols
    Function("rank", (X,), "across symbols", "Rank among all symbols of the session, above 0 to 1; the largest has 1.",
             "rank(roc(close, 126)) by sector > 0.9", across=True),
    Function("percentile", (X,), "across symbols", "Per cent of the symbols below x, counting half of the equal ones.",
             "percentile(roc(close, 63)) > 80", across=True),
    Function("zscore", (X,), "across symbols", "(x - mean) / population deviation among the symbols of the session.",
             "zscore(roc(close, 21)) > 2", across=True),
    Function("demean", (X,), "across symbols", "x less the mean of the symbols of the session.",
             "demean(roc(close, 21)) by sector > 5%", across=True),
)  # fmt: skip

FUNCTIONS: dict[str, Function] = {function.name: function for function in _ROWS}
# Functions of which one value alone says nothing.
LEAST_WINDOW = dict.fromkeys(("slope", "r2", "correlation", "realised_vol", "obv_slope"), 2)
GROUPS = ("sector", "industry")
MAX_OPERANDS = 8
