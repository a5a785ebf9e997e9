from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from technic_scanner.screening.kernel_index import mean_growth
from technic_scanner.screening.regime import (
    Macro,
    Regime,
    equal_weight_index,
    growth_inputs,
    market_regime,
    market_regimes,
    regime_policy,
)

NAN = float("nan")


def closes(*rows: list[float]) -> np.ndarray:
    return np.array(rows, dtype=np.float64).reshape(len(rows), -1)


def walk(drifts: list[tuple[int, float, float]], seed: int = 1) -> np.ndarray:
    """Closes from (sessions, daily drift, daily sd) pieces; each piece's noise has exactly that mean and sd."""
    rng = np.random.default_rng(seed)
    steps = []
    for sessions, drift, spread in drifts:
        noise = rng.normal(size=sessions)
        noise = (noise - noise.mean()) / noise.std()
        steps.append(drift + spread * noise)
    return 100.0 * np.exp(np.cumsum(np.concatenate(steps)))


def test_index_compounds_the_mean_return_since_the_last_close_of_those_that_traded() -> None:
    index = equal_weight_index(closes([100, 110, 110, NAN, 121], [50, 50, NAN, 60, 66]))
    np.testing.assert_allclose(index, [100, 105, 105, 105 * 1.2, 105 * 1.2 * 1.1])


def test_a_close_that_is_too_old_gives_no_return() -> None:
    steady = [100.0] * 9
    for gap, moved in ((4, True), (5, False)):
        halted = [10.0, 10.0, *[NAN] * gap, *[30.0] * (7 - gap)]
        assert bool(equal_weight_index(closes(steady, halted))[-1] > 100.0) is moved


def test_index_is_unknown_before_the_first_close() -> None:
    np.testing.assert_array_equal(equal_weight_index(closes([NAN, NAN, 5, 6])), [NAN, NAN, 100, 120])


def winsorised(returns: pd.Series) -> float:
    """The mean after the twentieth part at each end, rounded up, is set to the next value."""
    known = np.sort(returns.dropna().to_numpy())
    tail = -(-len(known) // 20) if len(known) >= 3 else 0
    known[:tail] = known[tail] if tail else known[:tail]
    known[len(known) - tail :] = known[len(known) - 1 - tail] if tail else []
    return float(known.mean()) if len(known) else 0.0


def test_index_agrees_with_pandas_on_many_symbols() -> None:
    rng = np.random.default_rng(3)
    close = 50 * np.exp(np.cumsum(rng.normal(0, 0.02, (700, 90)), axis=1))
    close[rng.random(close.shape) < 0.05] = np.nan
    close[::50, 40] *= 100.0
    frame = pd.DataFrame(close.T)
    moves = frame.ffill(limit=4).pct_change(fill_method=None).where(frame.notna())
    oracle = 100 * (1 + moves.apply(winsorised, axis=1)).cumprod()
    np.testing.assert_allclose(equal_weight_index(close), oracle.to_numpy(), rtol=1e-12)


@given(
    st.integers(1, 40), st.sampled_from([1, 2, 3, 7, 8, 9, 40, 128, 129, 300, 1000]), st.floats(0, 0.6), st.integers()
)
@settings(max_examples=80, deadline=None)
def test_index_has_the_bits_of_means_of_numpy(sessions: int, symbols: int, gaps: float, seed: int) -> None:
    rng = np.random.default_rng(abs(seed))
    close = np.round(5 * np.exp(np.cumsum(rng.normal(0, 0.03, (symbols, sessions)), axis=1)), 2)
    close[rng.random(close.shape) < gaps] = np.nan
    growth, present = np.empty(sessions), np.isfinite(close)
    mean_growth(*growth_inputs(close, present), growth)
    for t in range(sessions):
        earlier = close[:, max(t - 5, 0) : t]
        last = [next((x for x in row[::-1] if np.isfinite(x)), NAN) for row in earlier]
        moves = close[:, t] / np.array(last, dtype=np.float64)
        moves = moves[np.isfinite(moves)]
        tail = -(-len(moves) // 20) if len(moves) >= 3 else 0
        limits = np.sort(moves)[[tail, len(moves) - 1 - tail]] if tail else (-np.inf, np.inf)
        assert growth[t] == (np.clip(moves, *limits).mean() if len(moves) else 1.0)


def test_one_symbol_does_not_make_the_index() -> None:
    rng = np.random.default_rng(4)
    close = 50 * np.exp(np.cumsum(rng.normal(0, 0.01, (20, 60)), axis=1))
    wild = close.copy()
    wild[7, 30:] *= 1500.0
    ratio = equal_weight_index(wild) / equal_weight_index(close)
    assert abs(ratio - 1.0).max() < 0.01


def test_a_session_that_few_symbols_have_is_skipped() -> None:
    rng = np.random.default_rng(5)
    close = 50 * np.exp(np.cumsum(rng.normal(0, 0.01, (20, 60)), axis=1))
    sunday = np.insert(close, 31, NAN, axis=1)
    sunday[3, 31] = 5.0 * close[3, 30]
    index = equal_weight_index(sunday)
    assert index[31] == index[30]
    np.testing.assert_array_equal(np.delete(index, 31), equal_weight_index(close))


@pytest.mark.parametrize("shape", [(0, 0), (0, 5), (3, 0)])
def test_index_of_nothing_is_unknown(shape: tuple[int, int]) -> None:
    index = equal_weight_index(np.empty(shape))
    assert index.shape == (shape[1],)
    assert np.isnan(index).all()


@pytest.mark.parametrize(
    ("pieces", "trend", "volatility", "label"),
    [
        ([(300, 0.001, 0.01)], "up", "normal", "uptrend"),
        ([(300, -0.001, 0.01)], "down", "normal", "downtrend"),
        ([(280, 0.001, 0.01), (20, 0.0, 0.02)], "up", "high", "volatile uptrend"),
        ([(280, 0.001, 0.01), (20, 0.001, 0.005)], "up", "low", "calm uptrend"),
        ([(280, -0.002, 0.01), (20, -0.002, 0.03)], "down", "high", "volatile downtrend"),
        ([(275, 0.002, 0.01), (25, -0.012, 0.01)], "sideways", "normal", "sideways market"),
    ],
)
def test_trend_and_volatility(pieces: list[tuple[int, float, float]], trend: str, volatility: str, label: str) -> None:
    regime = market_regime(walk(pieces), "SPY")
    assert (regime.trend, regime.volatility, regime.market_regime) == (trend, volatility, label)


def test_the_facts_are_the_numbers_of_the_judgement() -> None:
    close = walk([(320, 0.0005, 0.012)])
    series = pd.Series(close)
    rolling = np.log(series).diff().rolling(20).std() * np.sqrt(252)
    facts = dict(market_regime(close, "SPY").facts)
    assert facts == {
        "index above its SMA 200 by": pytest.approx(close[-1] / series.tail(200).mean() - 1),
        "index SMA 50 above its SMA 200 by": pytest.approx(series.tail(50).mean() / series.tail(200).mean() - 1),
        "index volatility of 20 sessions": pytest.approx(rolling.iloc[-1]),
        "median of that over 252 sessions": pytest.approx(rolling.tail(252).median()),
    }


def test_too_short_is_unknown_and_says_nothing() -> None:
    regime = market_regime(walk([(70, 0.001, 0.01)]), "SPY")
    assert (regime.trend, regime.volatility, regime.market_regime) == ("unknown", "unknown", "unknown")
    assert all(value is None for _, value in regime.facts)
    assert market_regime(np.empty(0), "SPY").market_regime == "unknown"
    assert market_regime(np.full(500, NAN), "SPY").market_regime == "unknown"


def test_the_limits_of_history() -> None:
    assert market_regime(walk([(199, 0.001, 0.01)]), "SPY").trend == "unknown"
    assert market_regime(walk([(200, 0.001, 0.01)]), "SPY").trend == "up"
    assert market_regime(walk([(80, 0.001, 0.01)]), "SPY").volatility == "unknown"
    regime = market_regime(walk([(81, 0.001, 0.01)]), "SPY")
    assert regime.volatility == "normal"
    assert regime.market_regime == "unknown trend, normal volatility"


def test_an_index_that_never_moved_is_sideways_and_normal() -> None:
    regime = market_regime(np.full(300, 7.0), "SPY")
    assert (regime.trend, regime.volatility) == ("sideways", "normal")


def test_gaps_are_left_out() -> None:
    close = walk([(300, 0.001, 0.01)])
    gappy = np.insert(close, [5, 100, 250], NAN)
    assert market_regime(gappy, "SPY") == market_regime(close, "SPY")


def regime(trend: str, volatility: str) -> Regime:
    return Regime(trend, volatility, f"{volatility} {trend}", "SPY", ())


@pytest.mark.parametrize("sessions", [0, 1, 90, 250, 700])
def test_the_regimes_of_many_days_are_those_of_each_day(sessions: int) -> None:
    rng = np.random.default_rng(sessions)
    swing = 0.01 * (1.0 + np.sin(np.arange(sessions) / 40.0) ** 2)
    close = 100.0 * np.exp(np.cumsum(rng.normal(0.0, 1.0, sessions) * swing))
    close[rng.random(sessions) < 0.03] = np.nan
    close[rng.random(sessions) < 0.01] = 0.0
    ends = rng.integers(0, sessions + 1, 400)
    assert market_regimes(close, ends) == [market_regime(close[:end], "").market_regime for end in ends.tolist()]


def test_policy_by_regime() -> None:
    sizes = {}
    for trend in ("up", "down", "sideways", "unknown"):
        for volatility in ("low", "normal", "high", "unknown"):
            policy = regime_policy(regime(trend, volatility))
            assert 0.0 < policy.alpha_weight < 1.0
            sizes[trend, volatility] = policy.sizes(np.array([1, -1])).tolist()
    assert sizes["up", "normal"] == [1.0, 0.5]
    assert sizes["up", "high"] == [0.5, 0.25]
    assert sizes["down", "low"] == [0.5, 1.0]
    assert sizes["down", "high"] == [0.25, 0.5]
    assert sizes["sideways", "unknown"] == sizes["unknown", "unknown"] == [1.0, 1.0]
    weight = {t: regime_policy(regime(t, "normal")).alpha_weight for t in ("up", "down", "sideways")}
    assert weight == {"up": 0.40, "down": 0.25, "sideways": 0.30}
    assert regime_policy(regime("up", "high")).alpha_weight == pytest.approx(0.30)


def test_the_policy_says_what_it_does() -> None:
    said = regime_policy(market_regime(walk([(280, 0.001, 0.01), (20, 0.0, 0.02)]), "SPY")).sentence
    assert said == (
        "The market is in: volatile uptrend (SPY). Alpha weighs 30% of the score, position sizes are halved and short"
        " positions, being against the trend, are halved again. VIX is unknown; breadth is unknown."
    )
    said = regime_policy(market_regime(walk([(300, -0.001, 0.01)]), "SPY")).sentence
    assert said.endswith(
        "Alpha weighs 25% of the score, position sizes are unchanged and long positions, being against the trend,"
        " are halved. VIX is unknown; breadth is unknown."
    )
    said = regime_policy(market_regime(np.empty(0), "no benchmark")).sentence
    assert said == (
        "The regime is unknown (no benchmark). Alpha weighs 30% of the score and position sizes are unchanged."
        " VIX is unknown; breadth is unknown."
    )


@pytest.mark.parametrize(("vix", "size", "weight"), [(29.9, 1.0, 0.40), (30.0, 0.5, 0.30), (None, 1.0, 0.40)])
def test_a_high_vix_counts_as_high_volatility(vix: float | None, size: float, weight: float) -> None:
    policy = regime_policy(regime("up", "normal"), Macro(vix=vix))
    assert (policy.size_multiplier, policy.alpha_weight) == (size, pytest.approx(weight))
    twice = regime_policy(regime("up", "high"), Macro(vix=vix))
    assert (twice.size_multiplier, twice.alpha_weight) == (0.5, pytest.approx(0.30))


@pytest.mark.parametrize(
    ("trend", "breadth", "weight", "sizes"),
    [
        ("up", 0.5, 0.40, [1.0, 0.5]),
        ("up", 0.49, 0.30, [1.0, 1.0]),
        ("down", 0.5, 0.25, [0.5, 1.0]),
        ("down", 0.51, 0.30, [1.0, 1.0]),
        ("sideways", 0.1, 0.30, [1.0, 1.0]),
        ("unknown", 0.9, 0.30, [1.0, 1.0]),
    ],
)
def test_a_trend_that_most_do_not_share_counts_as_sideways(
    trend: str, breadth: float, weight: float, sizes: list[float]
) -> None:
    policy = regime_policy(regime(trend, "normal"), Macro(breadth=breadth))
    assert policy.alpha_weight == pytest.approx(weight)
    assert policy.sizes(np.array([1, -1])).tolist() == sizes


def test_the_policy_says_what_the_macro_context_changes() -> None:
    said = regime_policy(regime("up", "normal"), Macro(vix=34.24, breadth=0.38)).sentence
    assert said.endswith(
        "VIX at 34.2 counts as high volatility; a share of 38% of the symbols above their SMA 200 makes the uptrend"
        " count as sideways."
    )
    said = regime_policy(regime("up", "normal"), Macro(vix=14.0, breadth=0.7)).sentence
    assert said.endswith(
        "VIX at 14.0 changes nothing; a share of 70% of the symbols above their SMA 200 changes nothing."
    )
