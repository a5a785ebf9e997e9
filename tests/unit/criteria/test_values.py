"""Values of programs: three-valued logic, exactness, halts, no look-ahead, groups, weeks; over random programs too."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from technic_scanner import criteria
from technic_scanner.criteria import CriteriaError, Panel, operations
from technic_scanner.criteria.evaluate import evaluate
from technic_scanner.criteria.functions import FACTOR, FUNCTIONS, WINDOW, Function
from technic_scanner.criteria.tree import NUMBER, YES_NO
from technic_scanner.domain.profiles import SUB_SCORES
from technic_scanner.screening.bars import FIELDS
from technic_scanner.screening.bars import Panel as Bars
from technic_scanner.screening.indicator_names import COLUMN, INDICATORS
from technic_scanner.screening.indicators import last_indicators
from technic_scanner.screening.regime import equal_weight_index
from technic_scanner.screening.scoring import sub_scores
from tests.unit.criteria.bars import cut, random_panel
from tests.unit.criteria.programs import conditions

PANEL = random_panel()
SESSIONS = len(PANEL.sessions)


def number(text: str, panel: Panel = PANEL, sessions: int = SESSIONS) -> np.ndarray:
    """Return the values of a number."""
    return evaluate([criteria.compile(f"{text} > 0").tree.where.args[0]], panel, sessions)[0]


def truth(text: str, closes: list[float], sessions: int = 1) -> list[float]:
    return criteria.compile(text).evaluate(Panel.from_arrays(closes), sessions)[0].tolist()


@pytest.mark.parametrize(
    ("text", "closes", "expected"),
    [
        ("close > 2", [1, 3], 1.0),
        ("close > close[5] and close > 9", [1, 3], 0.0),  # false wins over unknown
        ("close > close[5] or close > 1", [1, 3], 1.0),  # and true in or
        ("close > close[5] and close > 1", [1, 3], np.nan),
        ("not close > close[5]", [1, 3], np.nan),
        ("close[5] is known", [1, 3], 0.0),
        ("close[5] is not known", [1, 3], 1.0),
        ("close / (close - 3) > 1", [1, 3], np.nan),  # a divisor of 0
        ("close / (close - 4) > 1", [1, 3], np.nan),  # and a negative one
        ("log(close - 3) < 0", [1, 3], np.nan),
        ("close crosses above 2", [2, 3], 1.0),
        ("close crosses above 2", [3, 3], 0.0),
        ("close crosses above 2", [3], np.nan),
        ("close crosses above 3", [2, 3], 0.0),
        ("close crosses below 2", [2, 1], 1.0),
        ("close > 2 within 2 bars", [3, 1], 1.0),
        ("close > 2 within 1 bar", [3, 1], 0.0),
        ("close > 2 for 2 bars", [3, 3], 1.0),
        ("close > 2 for 3 bars", [3, 3], np.nan),
        ("close > 2 for 3 bars", [1, 3], 0.0),
        ("close between 1 and 3", [3], 1.0),
        ("close = sma(close, 7)", [10.1] * 9, 1.0),  # the mean of equal values is exactly theirs
        ("stdev(close, 5) = 0", [10.1] * 9, 1.0),
        ("roc(close, 1) = 0.5", [2, 3], 1.0),
        ("stdev(close, 2) = 1", [2, 4], 1.0),
        ("bars = 3", [2, 4, 5], 1.0),
        ("if(close > close[1], 1, 2) = 1", [2, 4], 1.0),
        ("bars_since(close > 3, 5) = 2", [1, 4, 2, 2], 1.0),
        ("value_when(close > 3, close, 5) = 4", [1, 4, 2, 2], 1.0),
        ("count(close > 1, 3) = 2", [0, 4, 1, 2], 1.0),
        ("(close is known)[9]", [1, 2], np.nan),  # a bar that does not exist
        ("count(1 > 0, 5) = 5", [1, 2], np.nan),
        ("(1 between sma(close, 2) and 0) within 3 bars", [np.nan, 1, 2], np.nan),
        ("pivot_high(1) = 5", [1, 5, 2], 1.0),
    ],
)
def test_exact_meanings(text: str, closes: list[float], expected: float) -> None:
    panel = Panel.from_arrays(closes, high=closes, low=closes, open=closes)
    found = criteria.compile(text).evaluate(panel)[0, 0]
    assert found == expected or (np.isnan(found) and np.isnan(expected))


def test_every_indicator_and_sub_score_is_expressible() -> None:
    market = PANEL.market
    assert market is not None
    wanted = last_indicators(PANEL.bars, market.close[0])
    wanted = np.hstack([wanted, sub_scores(wanted)])
    has_bar = ~np.isnan(PANEL.bars.close[:, -1])
    names = [*INDICATORS, *(f"{name}_score" for name in SUB_SCORES)]
    for column, name in enumerate(names):
        found = number(name, sessions=1)[has_bar, 0]
        np.testing.assert_allclose(found, wanted[has_bar, column], rtol=1e-12, atol=1e-12, err_msg=name)
    assert COLUMN.keys() <= set(names)


@given(conditions())
@settings(max_examples=60, deadline=None)
def test_later_bars_change_nothing_and_the_newest_value_is_one_of_every_session(text: str) -> None:
    panel = random_panel(8, 60, seed=3)
    try:
        asked = criteria.compile(text)
    except CriteriaError:
        return
    every = asked.evaluate(panel, 60)
    assert np.isin(every[~np.isnan(every)], (0.0, 1.0)).all()
    for stop in (59, 41, 20):
        earlier = asked.evaluate(cut(panel, 0, stop), stop)
        np.testing.assert_array_equal(earlier, every[:, :stop])
    np.testing.assert_array_equal(asked.evaluate(panel)[:, 0], every[:, -1])
    np.testing.assert_array_equal(asked.evaluate(panel, 7, threads=1), every[:, -7:])


@pytest.mark.parametrize(
    "text",
    ["sma(close, 7)", "stdev(close, 20)", "wma(close, 9)", "slope(close, 11)", "correlation(close, volume, 20)",
     "roc(close, 5)", "sum(volume, 13)", "ts_rank(close, 9)", "bollinger_pct_b(20)", "mfi(14)",
     "realised_vol(20)", "obv_slope(20)", "highest(high, 10)[3]", "stoch_d(14)", "beta(60)",
     "sma(weekly.high, 4)", "highest(monthly.volume, 2)"],
)  # fmt: skip
def test_windows_have_the_same_bits_however_long_the_history_is(text: str) -> None:
    whole = number(text)[:, -50:]
    for start in (1, 37, 200):
        short = number(text, cut(PANEL, start, SESSIONS), 50)
        known = ~np.isnan(short)
        assert known.any()
        np.testing.assert_array_equal(short[known], whole[known])


def test_one_expression_has_the_same_bits_wherever_it_stands() -> None:
    alone = number("sma(close, 20)")
    inside = number("sma(close, 20) + 0 * ema(rsi(14), 5)")
    later = number("sma(close, 20)[4]")
    np.testing.assert_array_equal(inside[~np.isnan(inside)], alone[~np.isnan(inside)])
    whole = random_panel(whole=True)
    np.testing.assert_array_equal(number("sma(close, 20)[4]", whole)[:, 4:], number("sma(close, 20)", whole)[:, :-4])
    assert later.shape == alone.shape


def call_of(function: Function) -> str:
    """A call of every parameter: short windows, and conditions that are always true."""
    if function.name.startswith("macd"):
        return f"{function.name}(close, 3, 6, 2)"
    texts = {NUMBER: "close", YES_NO: "close > 0", WINDOW: "7", FACTOR: "2"}
    return f"{function.name}({', '.join(texts[item.kind] for item in function.parameters)})"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_value_is_unknown_before_the_bars_that_it_needs_and_known_then(name: str) -> None:
    asked = criteria.compile(f"{call_of(FUNCTIONS[name])} > 0")
    bars = asked.bars_needed
    panel = random_panel(40, bars + 1, seed=2, whole=True)
    enough = cut(panel, 0, bars)
    assert (~np.isnan(asked.evaluate(enough))).any()
    # Those two are known as soon as their condition was true, and this one always is.
    if bars > 1 and name not in {"bars_since", "value_when"}:
        assert np.isnan(asked.evaluate(cut(panel, 0, bars - 1))).all()


def test_ranks_in_long_windows_are_those_that_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    rounded = PANEL.bars.close.round(0)
    panel = Panel.from_arrays(rounded)
    counted = number("ts_rank(close, 40)", panel)
    monkeypatch.setattr(operations, "COUNTED_WINDOW", 1)
    np.testing.assert_array_equal(number("ts_rank(close, 40)", panel), counted)
    assert (~np.isnan(counted)).any()


@given(conditions(own=True))
@settings(max_examples=40, deadline=None)
def test_a_halted_session_is_no_session(text: str) -> None:
    rows = random_panel(3, 50, seed=5, whole=True).bars
    halted = {name: np.insert(getattr(rows, name), 30, np.nan, axis=1) for name in FIELDS}
    days = np.busday_offset("2019-01-02", np.arange(51), roll="forward")
    try:
        asked = criteria.compile(text)
    except CriteriaError:
        return
    with_halt = asked.evaluate(Panel(Bars(rows.symbols, days, **halted)), 51)
    assert np.isnan(with_halt[:, 30]).all()
    np.testing.assert_array_equal(np.delete(with_halt, 30, axis=1), asked.evaluate(Panel(rows), 50))


def test_ranks_are_among_the_known_symbols_of_the_session_and_group() -> None:
    closes = np.array([[1.0], [4.0], [2.0], [2.0], [np.nan], [9.0]])
    panel = Panel.from_arrays(closes, labels={"sector": ("Energy", "Energy", "Tech", "Tech", "Tech", None)})
    np.testing.assert_allclose(number("rank(close)", panel, 1)[:, 0], [0.2, 0.8, 0.5, 0.5, np.nan, 1.0])
    np.testing.assert_allclose(number("rank(close) by sector", panel, 1)[:, 0], [0.5, 1, 0.75, 0.75, np.nan, np.nan])
    np.testing.assert_allclose(number("percentile(close)", panel, 1)[:, 0], [10, 70, 40, 40, np.nan, 90])
    np.testing.assert_allclose(number("demean(close) by sector", panel, 1)[:, 0], [-1.5, 1.5, 0, 0, np.nan, np.nan])
    np.testing.assert_allclose(
        number("zscore(close) by sector", panel, 1)[:, 0], [-1, 1, np.nan, np.nan, np.nan, np.nan]
    )


def test_sectors_are_known_by_any_vendors_name() -> None:
    panel = Panel.from_arrays([[1.0]] * 3, labels={"sector": ("Information Technology", "Energy", None)})
    found = criteria.compile('sector in ("technology")').evaluate(panel)[:, 0]
    np.testing.assert_array_equal(found, [1.0, 0.0, np.nan])


def weekly_closes(frame: pd.DataFrame) -> pd.Series:
    return frame["close"].resample("W-FRI").last().dropna()


def test_without_a_calendar_a_week_is_complete_once_a_later_one_has_a_bar() -> None:
    days = pd.bdate_range("2024-01-01", "2024-03-15")
    frame = pd.DataFrame({"close": np.arange(len(days)) + 1.0}, index=days)
    found = number("weekly.close", Panel.from_frame(frame), len(days))[0]
    weeks = weekly_closes(frame)
    for day, value in zip(days, found, strict=True):
        before = weeks[weeks.index < day - pd.Timedelta(days=day.weekday())]
        assert (np.isnan(value) and before.empty) or value == before.iloc[-1]


def test_with_a_calendar_the_last_session_completes_its_week_and_month() -> None:
    # Good Friday 2024 was 29 March: Thursday was the last session of the week, of the month and of the quarter.
    days = pd.bdate_range("2024-02-01", "2024-04-12").drop("2024-03-29")
    frame = pd.DataFrame({"close": np.arange(len(days)) + 1.0, "volume": 2.0}, index=days)
    more = days.append(pd.bdate_range("2024-04-15", "2024-05-31")).to_numpy()
    panel = Panel.from_frame(frame, calendar=more)
    at = {day: i for i, day in enumerate(days.strftime("%Y-%m-%d"))}
    weekly, monthly = (number(f"{period}.close", panel, len(days))[0] for period in ("weekly", "monthly"))
    assert weekly[at["2024-03-28"]] == frame["close"]["2024-03-28"] == monthly[at["2024-03-28"]]
    assert weekly[at["2024-03-27"]] == frame["close"]["2024-03-22"]
    assert weekly[at["2024-04-05"]] == frame["close"]["2024-04-05"]
    assert monthly[at["2024-04-12"]] == frame["close"]["2024-03-28"]
    volume = number("weekly.volume", panel, len(days))[0]
    assert volume[at["2024-03-28"]] == 8.0
    assert volume[at["2024-04-11"]] == 10.0
    now = number("weekly.now.volume", panel, len(days))[0]
    assert now[at["2024-04-10"]] == 6.0


def test_weekly_functions_are_those_of_weekly_bars() -> None:
    panel = random_panel(4, 300, seed=8, whole=True)
    found = number("sma(weekly.high, 4) - weekly.close[1]", panel, 300)
    rising = number("weekly.rsi(5)", panel, 300)
    for row in range(4):
        frame = pd.DataFrame(
            {name: getattr(panel.bars, name)[row] for name in FIELDS}, index=pd.DatetimeIndex(panel.sessions)
        )
        weeks = frame.resample("W-FRI").agg({"open": "first", "high": "max", "low": "min", "close": "last"})
        weeks.iloc[0, weeks.columns.get_loc("high")] = (
            np.nan
        )  # it begins on a Wednesday: sessions before it may be missing
        wanted = weeks["high"].rolling(4).mean() - weeks["close"].shift(1)
        bars = Panel.from_arrays(weeks["close"].to_numpy())
        strength = number("rsi(5)", bars, len(weeks))[0]
        for place, day in enumerate(frame.index):
            done = np.flatnonzero(weeks.index < day - pd.Timedelta(days=day.weekday()))
            if len(done):
                np.testing.assert_allclose(found[row, place], wanted.iloc[done[-1]], rtol=1e-12, atol=1e-12)
                np.testing.assert_allclose(rising[row, place], strength[done[-1]], rtol=1e-12)


def test_the_market_is_read_on_its_own_bars() -> None:
    found = number("sma(market.close, 5)")
    assert PANEL.market is not None
    wanted = pd.Series(PANEL.market.close[0]).rolling(5).mean().to_numpy()
    has_bar = ~np.isnan(PANEL.bars.close)
    np.testing.assert_allclose(found[has_bar], np.broadcast_to(wanted, found.shape)[has_bar], rtol=1e-12)


def test_a_panel_is_made_from_a_frame_in_one_line() -> None:
    days = pd.bdate_range("2024-01-01", periods=3)
    frame = pd.DataFrame({"date": [*days, *days[:2]], "symbol": [*"AAA", *"BB"], "Close": [1.0, 2, 3, 5, 4]})
    frame = frame.assign(Open=1.0, High=9.0, Low=1.0, Volume=100.0, sector="Energy")
    panel = Panel.from_frame(frame)
    assert panel.symbols == ("A", "B")
    np.testing.assert_array_equal(
        criteria.compile("close > close[1]").evaluate(panel, 3), [[np.nan, 1, 1], [np.nan, 0, np.nan]]
    )
    assert criteria.compile('sector = "energy"').evaluate(panel).tolist()[0] == [1.0]
    indexed = Panel.from_frame(frame.set_index(["symbol", "date"]))
    np.testing.assert_array_equal(indexed.bars.close, panel.bars.close)


def test_without_a_market_that_of_the_language_is_the_index_of_the_symbols() -> None:
    panel = random_panel(symbols=20, whole=True)
    alone = replace(panel, market=None)
    index = equal_weight_index(panel.bars.close)
    found = number("market.close", alone, 5)
    assert found == pytest.approx(np.tile(index[-5:], (20, 1)))
    other = Bars(("I",), panel.sessions, *(index[None] * 2.0 for _ in range(5)))
    assert number("market.close", replace(alone, index=other), 5) == pytest.approx(2.0 * found)
    assert np.isnan(number("market.high", alone, 5)).all()
    for text in ("market_close", "beta(60)", "relative_strength_63"):
        assert np.isnan(number(text, alone, 5)).all()  # these are of a benchmark only


def test_reasons_name_the_first_clause_that_is_not_true_with_its_facts() -> None:
    days = pd.bdate_range("2024-01-01", periods=20)
    frame = pd.DataFrame({"close": np.arange(20) % 3 + 10.0}, index=days)
    asked = criteria.compile("close > 5 and rsi(14) < 30 and close > sma(close, 200)")
    panel = Panel.from_frame(frame)
    value = number("rsi(14)", panel, 1)[0, 0]
    assert asked.explain(panel, 0) == f"rsi(14) < 30 is false: rsi(14) = {value:.2f} on 2024-01-26"
    unknown = criteria.compile("close > 5 and close > sma(close, 200)").explain(panel, "S0")
    assert unknown == "close > sma(close, 200) is unknown: close = 11, sma(close, 200) is unknown on 2024-01-26"
    both = criteria.compile("close[19] > 3 and close[20] > 3 and close > 1000").explain(panel, 0)
    assert both == "close[20] > 3 is unknown: close[20] is unknown on 2024-01-26"  # though a later one is false
    judged = asked.judge(panel)
    assert judged.counts() == {"close > 5": 1, "rsi(14) < 30": 0, "close > sma(close, 200)": 0}
    assert judged.matches() == []
    assert judged.unknown == 0


def test_matches_are_ordered_by_rank_by() -> None:
    panel = Panel.from_arrays([[1.0], [3.0], [2.0], [0.5]], symbols=["A", "B", "C", "D"])
    judged = criteria.compile('close >= 1 rank by close top 2 show close * 2 as "Twice"').judge(panel)
    assert judged.matches() == ["B", "C"]
    assert judged.shown["Twice"].tolist() == [2.0, 6.0, 4.0, 1.0]
    assert criteria.compile("close >= 1 rank by close asc").judge(panel).matches() == ["A", "C", "B"]


def test_an_empty_panel_has_no_values() -> None:
    assert criteria.compile("close > 1").evaluate(Panel(Bars.empty())).shape == (0, 0)
