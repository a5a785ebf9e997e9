"""Every function of the language on bars that are hard: prices that never move, ties at every step, and halts."""

from __future__ import annotations

import numpy as np
import pytest

from technic_scanner.criteria import Panel
from technic_scanner.criteria.functions import FACTOR, FUNCTIONS, MAX_WINDOW, WINDOW, Function
from technic_scanner.criteria.tree import YES_NO
from technic_scanner.screening.bars import FIELDS
from technic_scanner.screening.bars import Panel as Bars
from tests.unit.criteria.test_values import number

SESSIONS = 150
DAYS = np.asarray(np.busday_offset("2024-01-01", np.arange(SESSIONS + 6), roll="forward"))
UNKNOWN = np.nan
# The newest value where every price of 70 sessions is 10.1 and every volume 300, with windows of 5 bars.
ON_CONSTANT_PRICES: dict[str, float] = {
    "sma": 10.1, "ema": 10.1, "wma": 10.1, "highest": 10.1, "lowest": 10.1, "value_when": 10.1, "min": 10.1,
    "max": 10.1, "if": 10.1, "abs": 10.1, "log": np.log(10.1), "sqrt": np.sqrt(10.1), "sum": 50.5,
    "rsi": 0.0, "macd": 0.0, "macd_signal": 0.0, "macd_hist": 0.0, "stoch_k": 0.0, "stoch_d": 0.0, "change": 0.0,
    "roc": 0.0, "adx": 0.0, "plus_di": 0.0, "minus_di": 0.0, "slope": 0.0, "atr": 0.0, "true_range": 0.0,
    "range_pct": 0.0, "stdev": 0.0, "realised_vol": 0.0, "bollinger_width": 0.0, "mfi": 0.0, "obv_slope": 0.0,
    "r2": UNKNOWN, "bollinger_pct_b": UNKNOWN, "correlation": UNKNOWN, "beta": UNKNOWN, "pivot_high": UNKNOWN,
    "pivot_low": UNKNOWN, "zscore": UNKNOWN,
    "obv": 300.0, "count": 5.0, "bars_since": 0.0,
    "ts_rank": 0.6, "rank": 0.625, "percentile": 50.0, "demean": 0.0,
}  # fmt: skip
# What does not depend on the currency that prices are quoted in.
WITHOUT_UNIT = (
    "rsi", "stoch_k", "stoch_d", "roc", "adx", "plus_di", "minus_di", "r2", "range_pct", "realised_vol",
    "bollinger_pct_b", "bollinger_width", "mfi", "obv", "obv_slope", "count", "ts_rank", "correlation", "beta",
    "bars_since", "rank", "percentile", "zscore",
)  # fmt: skip
# The same for whole cents, where a move up often equals the move down: rounding decides then for ADX and ±DI, as in
# TA-Lib (test_dollars_and_cents_are_each_as_in_talib_and_differ_where_up_equals_down).
WITHOUT_TIES = tuple(name for name in WITHOUT_UNIT if name not in {"adx", "plus_di", "minus_di"})
BOUNDS: dict[str, tuple[float, float]] = {
    "r2": (0.0, 1.0), "ts_rank": (0.2, 1.0), "correlation": (-1.0, 1.0), "count": (0.0, 5.0), "bars_since": (0.0, 4.0),
    "rank": (0.0, 1.0),
    "rsi": (0.0, 100.0), "stoch_k": (0.0, 100.0), "stoch_d": (0.0, 100.0), "adx": (0.0, 100.0),
    "plus_di": (0.0, 100.0), "minus_di": (0.0, 100.0), "mfi": (0.0, 100.0), "percentile": (0.0, 100.0),
}  # fmt: skip


def call(function: Function) -> str:
    """Return a call of the function with windows of 5 bars where it has no default."""
    written = {YES_NO: "close >= open", WINDOW: "60" if function.name == "beta" else "5", FACTOR: "2"}
    operands = [
        f"{item.default:g}"
        if item.default is not None
        else "open"
        if item.name == "y"
        else written.get(item.kind, "close")
        for item in function.parameters
        if not (function.source and item is function.parameters[0])
    ]
    return f"{function.name}({', '.join(operands)})"


def panel(arrays: dict[str, np.ndarray], market: np.ndarray) -> Panel:
    """Return the panel of (4, T) arrays with a market of its own."""
    sessions = arrays["close"].shape[1]
    symbols = tuple(f"S{i}" for i in range(len(arrays["close"])))
    index = Bars(("M",), DAYS[:sessions], *(np.ascontiguousarray(market[None, :sessions]) for _ in FIELDS))
    return Panel(Bars(symbols, DAYS[:sessions], **arrays), market=index)


def tied() -> dict[str, np.ndarray]:
    """Return bars of 4 symbols on a coarse grid: most closes, highs and lows equal those of a bar before."""
    rng = np.random.default_rng(23)
    close = 10.0 + np.abs(np.cumsum(rng.integers(-1, 2, (4, SESSIONS)), axis=1)) % 4
    opened = close + rng.integers(-1, 2, close.shape)
    high, low = np.maximum(opened, close) + rng.integers(0, 2, close.shape), np.minimum(opened, close)
    volume = 100.0 * rng.integers(0, 3, close.shape)
    return {"open": opened, "high": high, "low": low, "close": close, "volume": volume}


def walking(*, cents: bool) -> dict[str, np.ndarray]:
    """Return bars of 4 symbols that walk, in whole cents of a dollar or in any fraction of one."""
    rng = np.random.default_rng(46)
    close = 30.0 + np.cumsum(rng.normal(0.0, 0.2, (4, SESSIONS)), axis=1)
    opened = close + rng.normal(0.0, 0.1, close.shape)
    high = np.maximum(opened, close) + rng.exponential(0.1, close.shape)
    low = np.minimum(opened, close) - rng.exponential(0.1, close.shape)
    prices = {"open": opened, "high": high, "low": low, "close": close}
    prices = {name: np.round(values, 2) for name, values in prices.items()} if cents else prices
    return {**prices, "volume": rng.integers(1_000, 90_000, close.shape).astype(np.float64)}


MARKET = 100.0 + np.abs(np.cumsum(np.random.default_rng(5).integers(-1, 2, SESSIONS + 6))) % 5
EVERY = pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)


@EVERY
def test_prices_that_never_move_have_a_stated_value(function: Function) -> None:
    still = {name: np.full((4, 70), 300.0 if name == "volume" else 10.1) for name in FIELDS}
    found = number(call(function), panel(still, np.full(70, 50.0)), 70)
    assert not np.isinf(found).any()
    np.testing.assert_allclose(found[:, -1], ON_CONSTANT_PRICES[function.name], rtol=1e-12, atol=1e-12)


@EVERY
def test_ties_stay_in_bounds_and_do_not_depend_on_the_currency(function: Function) -> None:
    bars = tied()
    found = number(call(function), panel(bars, MARKET), SESSIONS)
    assert (~np.isnan(found)).any()
    assert not np.isinf(found).any()
    known = found[~np.isnan(found)]
    least, most = BOUNDS.get(function.name, (-np.inf, np.inf))
    assert least - 1e-9 <= known.min()
    assert known.max() <= most + 1e-9
    if function.name in WITHOUT_UNIT:
        for unit in (2.0**-33, 2.0**20):
            other = {name: values * (1.0 if name == "volume" else unit) for name, values in bars.items()}
            np.testing.assert_array_equal(number(call(function), panel(other, MARKET), SESSIONS), found)


@pytest.mark.parametrize("unit", [1e-10, 1e6])
@pytest.mark.parametrize(("name", "cents"), [(n, False) for n in WITHOUT_UNIT] + [(n, True) for n in WITHOUT_TIES])
def test_ratios_are_the_same_in_every_unit_of_money(name: str, cents: bool, unit: float) -> None:
    bars = walking(cents=cents)
    other = {field: values * (1.0 if field == "volume" else unit) for field, values in bars.items()}
    text = call(FUNCTIONS[name])
    found, wanted = (number(text, panel(given, MARKET), SESSIONS) for given in (other, bars))
    assert (~np.isnan(wanted)).any()
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-9)


@EVERY
def test_a_halt_of_one_session_or_several_is_left_out(function: Function) -> None:
    # All four symbols are halted at once, so that those compared across symbols stay the same.
    bars = tied()
    halts = (0, 30, 30, 30, 90, SESSIONS)
    halted = {name: np.insert(values, halts, np.nan, axis=1) for name, values in bars.items()}
    at = np.flatnonzero(np.isnan(halted["close"][0]))
    market = np.insert(MARKET[:SESSIONS], halts, MARKET[list(halts)])
    found = number(call(function), panel(halted, market), SESSIONS + len(halts))
    wanted = number(call(function), panel(bars, MARKET), SESSIONS)
    assert np.isnan(found[:, at]).all()
    if function.name != "beta":  # its market moves on while the symbol is halted
        np.testing.assert_array_equal(np.delete(found, at, axis=1), wanted)


def test_every_function_is_stated_here() -> None:
    assert set(ON_CONSTANT_PRICES) == set(FUNCTIONS)
    assert set(WITHOUT_UNIT) | set(BOUNDS) <= set(FUNCTIONS)
    assert MAX_WINDOW > SESSIONS
