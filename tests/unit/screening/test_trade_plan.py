from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from technic_scanner.screening.indicator_names import COLUMN
from technic_scanner.screening.matrix import blank
from technic_scanner.screening.trade_plan import LIMITS, STOP_BASES, TradePlans, fit_account, plan
from tests.unit.screening.chart import rows

NAN = float("nan")
LONG, SHORT = np.array([1]), np.array([-1])
ACCOUNT = {
    "account_size": 100_000.0,
    "risk_pct": 1.0,
    "target_rr": 2.0,
    "max_position_pct": 25.0,
    "liquidity_share": 0.01,
    "size_multiplier": 1.0,
}


def one(side: int = 1, *, changes: dict[str, float] | None = None, **account: float) -> TradePlans:
    return plan(rows(changes or {}), np.array([side]), **(ACCOUNT | account))


def prices(result: TradePlans) -> tuple[float, float, float]:
    return result.entry[0], result.stop[0], result.target[0]


def test_a_long_worked_out_by_hand() -> None:
    # The swing low of 97 less 0.1 x ATR 2 = 96.80: 1.6 ATR away, within 1 to 3.
    result = one()
    assert prices(result) == (100.0, 96.8, 106.4)
    assert result.reward_risk[0] == 2.0
    assert result.stop_basis == ("swing",)
    # 1,000 at risk / 3.20 = 312 shares, but 25,000 / 100 = 250.
    assert result.shares.tolist() == [250]
    assert result.limited_by == ("max_position",)
    assert result.notional[0] == 25_000.0
    assert result.risk_amount[0] == pytest.approx(800.0)


def test_a_short_worked_out_by_hand() -> None:
    result = one(-1)
    assert prices(result) == (100.0, 102.2, 95.6)
    assert result.stop_basis == ("swing",)
    assert result.reward_risk[0] == 2.0


@pytest.mark.parametrize(
    ("changes", "stop", "basis", "source"),
    [
        ({"swing_low_10": 99.5}, 98.0, "least_range", "atr"),
        ({"swing_low_10": 90.0}, 94.0, "most_range", "atr"),
        ({"swing_low_10": NAN}, 96.0, "range_only", "atr"),
        ({"atr_14": 0.0, "swing_low_10": 100.0}, 99.75, "least_distance", "atr"),
        (
            {"atr_14": NAN, "swing_low_10": NAN, "realised_vol_20": NAN, "realised_vol_60": NAN},
            96.0,
            "range_only",
            "assumed",
        ),
    ],
)
def test_the_stop_says_what_set_it(changes: dict[str, float], stop: float, basis: str, source: str) -> None:
    result = one(changes=changes)
    assert (result.stop[0], result.stop_basis, result.range_source) == (stop, (basis,), (source,))


def test_without_atr_the_range_comes_from_volatility() -> None:
    result = one(changes={"atr_14": NAN, "swing_low_10": NAN})
    expected = 2.0 * math.sqrt(8.0 / math.pi) * 0.2 / math.sqrt(252) * 100.0
    assert result.range_source == ("realised volatility",)
    assert result.entry[0] - result.stop[0] == pytest.approx(expected, abs=0.01)
    older = one(changes={"atr_14": NAN, "swing_low_10": NAN, "realised_vol_20": NAN})
    assert older.entry[0] - older.stop[0] == pytest.approx(expected * 1.25, abs=0.01)


@pytest.mark.parametrize(
    ("account", "changes", "shares", "limit"),
    [
        ({"max_position_pct": 100.0}, {}, 312, "risk"),
        ({"max_position_pct": 100.0, "size_multiplier": 0.5}, {}, 156, "risk"),
        ({"max_position_pct": 100.0, "size_multiplier": 7.0}, {}, 312, "risk"),
        ({}, {}, 250, "max_position"),
        ({}, {"dollar_volume_20": 1e6}, 100, "liquidity"),
        ({"account_size": 300.0}, {}, 0, "below_one_share"),
        ({"size_multiplier": 0.0}, {}, 0, "below_one_share"),
    ],
)
def test_the_size_says_what_bound_it(
    account: dict[str, float], changes: dict[str, float], shares: int, limit: str
) -> None:
    result = one(changes=changes, **account)
    assert (result.shares.tolist(), result.limited_by) == ([shares], (limit,))


def test_unknown_liquidity_is_said_and_not_capped() -> None:
    result = one(changes={"dollar_volume_20": NAN})
    assert result.shares.tolist() == [250]
    assert result.liquidity_known.tolist() == [False]


def test_the_seed_of_the_notional_cap() -> None:
    """Risking 5 % with an ATR of 1 % once bought 31,231 on an account of 10,000."""
    result = one(changes={"atr_14": 1.0, "swing_low_10": 99.2}, account_size=10_000.0, risk_pct=5.0)
    assert result.notional[0] <= 2_500.0


def test_the_multiplier_can_differ_by_row() -> None:
    result = plan(
        rows({}, {}),
        np.array([1, 1]),
        **(ACCOUNT | {"max_position_pct": 100.0, "size_multiplier": np.array([1.0, 0.5])}),
    )
    assert result.shares.tolist() == [312, 156]


@pytest.mark.parametrize("close", [NAN, 0.0, -1.0, math.inf])
def test_a_row_without_a_price_gets_no_plan(close: float) -> None:
    result = one(changes={"close": close})
    assert result.limited_by == ("no_price",)
    assert result.shares.tolist() == [0]
    assert np.isnan([*prices(result), result.reward_risk[0]]).all()
    assert (result.notional[0], result.risk_amount[0]) == (0.0, 0.0)


def test_a_wild_short_keeps_its_target_above_zero_by_a_nearer_stop() -> None:
    result = one(-1, changes={"atr_14": 30.0, "swing_high_10": 160.0}, target_rr=3.0)
    entry, stop, target = prices(result)
    assert (entry, stop, target) == (100.0, 130.0, 10.0)
    assert result.stop_basis == ("room",)
    assert result.reward_risk[0] >= 3.0


def test_a_short_without_room_for_one_step_gets_the_ratio_that_fits_and_shows_it() -> None:
    changes = {"close": 1.0, "atr_14": 0.05, "swing_high_10": 1.05}
    result = one(-1, changes=changes, target_rr=100.0)
    assert prices(result) == (1.0, 1.01, 0.01)
    assert result.reward_risk[0] == pytest.approx(99.0)
    assert result.stop_basis == ("room",)


def test_a_wild_long_keeps_its_stop_above_zero() -> None:
    result = one(changes={"atr_14": 60.0, "swing_low_10": 1.0})
    assert result.stop[0] == pytest.approx(10.0)
    assert result.stop_basis == ("room",)


def test_prices_below_one_have_four_decimals_and_pennies_more() -> None:
    for close, decimals in ((0.5123, 4), (0.00123, 6)):
        scale = close / 100.0
        changes = {"close": close, "atr_14": 2.0 * scale, "swing_low_10": 97.0 * scale, "swing_high_10": 102.0 * scale}
        for side in (1, -1):
            entry, stop, target = prices(one(side, changes=changes))
            assert entry == pytest.approx(close, abs=0.51 * 10**-decimals)
            for value in (entry, stop, target):
                assert value == round(value, decimals)
            assert side * (entry - stop) > 0 < side * (target - entry)


def test_no_rows() -> None:
    result = plan(blank(0), np.zeros(0, dtype=np.int64), **ACCOUNT)
    assert result.entry.shape == (0,)
    assert result.limited_by == ()


maybe = st.one_of(st.just(NAN), st.floats(0.0, 3.0))
charts = st.fixed_dictionaries(
    {
        "close": st.one_of(st.floats(0.01, 5.0), st.floats(1.0, 700_000.0)),
        "atr_14": maybe,
        "realised_vol_20": maybe,
        "realised_vol_60": maybe,
        "swing_low_10": st.one_of(st.just(NAN), st.floats(0.01, 1.0)),
        "swing_high_10": st.one_of(st.just(NAN), st.floats(1.0, 3.0)),
        "dollar_volume_20": st.one_of(st.just(NAN), st.floats(0.0, 1e10)),
    }
)
accounts = st.fixed_dictionaries(
    {
        "account_size": st.floats(1.0, 1e9),
        "risk_pct": st.floats(0.001, 100.0),
        "target_rr": st.floats(0.1, 20.0),
        "max_position_pct": st.floats(0.1, 100.0),
        "liquidity_share": st.floats(0.0, 1.0),
        "size_multiplier": st.floats(0.0, 2.0),
    }
)


@given(st.lists(st.tuples(charts, st.sampled_from([1, -1])), min_size=1, max_size=5), accounts)
def test_the_invariants_of_every_plan(drawn: list[tuple[dict[str, float], int]], account: dict[str, float]) -> None:
    matrix = blank(len(drawn))
    for row, (chart, _) in zip(matrix, drawn, strict=True):
        for name, value in chart.items():
            scale = chart["close"] if name in ("atr_14", "swing_low_10", "swing_high_10") else 1.0
            row[COLUMN[name]] = value * scale
    side = np.array([s for _, s in drawn])
    result = plan(matrix, side, **account)
    numbers = np.array(
        [getattr(result, n) for n in ("entry", "stop", "target", "reward_risk", "notional", "risk_amount")]
    )
    assert np.isfinite(numbers).all()
    assert (result.entry > 0).all()
    assert (result.stop > 0).all()
    assert (result.target > 0).all()
    assert (side * (result.entry - result.stop) > 0).all()
    assert (side * (result.target - result.entry) > 0).all()
    assert (result.shares >= 0).all()
    limit = account["account_size"] * account["risk_pct"] / 100.0 * (1 + 1e-12)
    assert (result.risk_amount <= limit).all()
    np.testing.assert_allclose(result.risk_amount, result.shares * np.abs(result.entry - result.stop), rtol=1e-9)
    assert (result.notional <= account["account_size"] * account["max_position_pct"] / 100.0 * (1 + 1e-12)).all()
    known = result.liquidity_known
    dollars = matrix[known, COLUMN["dollar_volume_20"]]
    assert (result.notional[known] <= account["liquidity_share"] * dollars * (1 + 1e-12)).all()
    assert set(result.limited_by) <= set(LIMITS)
    assert set(result.stop_basis) <= set(STOP_BASES)
    # Only a short of a price of few steps has no room for the ratio.
    roomy = (side > 0) | (result.entry > 1.0)
    assert (result.reward_risk[roomy] >= account["target_rr"] * (1 - 1e-9)).all()


@given(charts, st.sampled_from([1, -1]), st.floats(0.1, 20.0))
def test_reward_is_no_further_than_a_step_beyond_what_was_asked(
    chart: dict[str, float], side: int, target_rr: float
) -> None:
    assume(chart["close"] >= 1.0)
    result = one(side, changes=chart, target_rr=target_rr)
    risk, reward = abs(result.entry[0] - result.stop[0]), abs(result.target[0] - result.entry[0])
    assert reward <= max(target_rr * risk + 0.01, 0.01) + 1e-6


@given(charts, st.floats(0.1, 5.0))
def test_more_risk_never_buys_fewer_shares(chart: dict[str, float], risk_pct: float) -> None:
    assert one(changes=chart, risk_pct=risk_pct).shares[0] <= one(changes=chart, risk_pct=2 * risk_pct).shares[0]


@given(
    st.lists(st.tuples(st.floats(0.02, 900.0), st.floats(0.001, 0.4), st.integers(0, 400)), min_size=1, max_size=12),
    st.floats(1.0, 50_000.0),
    st.floats(0.1, 100.0),
)
def test_plans_of_one_account_fit_it_in_rank_order(
    rows: list[tuple[float, float, int]], account_size: float, total_risk_pct: float
) -> None:
    entry, distance, shares = (np.array(column) for column in zip(*rows, strict=True))
    stop = entry * (1.0 - distance)
    alone = TradePlans(
        entry=entry, stop=stop, target=entry, reward_risk=entry, shares=shares.astype(np.int64),
        notional=shares * entry, risk_amount=shares * (entry - stop), limited_by=("risk",) * len(rows),
        stop_basis=("swing",) * len(rows), range_source=("atr",) * len(rows),
        liquidity_known=np.ones(len(rows), dtype=bool),
    )  # fmt: skip
    fitted = fit_account(alone, account_size=account_size, total_risk_pct=total_risk_pct)
    assert fitted.notional.sum() <= account_size * (1 + 1e-12)
    assert fitted.risk_amount.sum() <= account_size * total_risk_pct / 100.0 * (1 + 1e-12)
    value, risk = account_size, account_size * total_risk_pct / 100.0
    for k in range(len(rows)):
        assert 0 <= fitted.shares[k] <= alone.shares[k]
        cut = fitted.shares[k] < alone.shares[k]
        assert (fitted.limited_by[k] in ("account", "total_risk")) is bool(cut)
        one_more = fitted.shares[k] + 1
        too_much = one_more * entry[k] > value * (1 - 1e-9) or one_more * (entry[k] - stop[k]) > risk * (1 - 1e-9)
        assert not cut or too_much, "a share is left out only if it does not fit"
        value -= fitted.notional[k]
        risk -= fitted.risk_amount[k]


def test_plans_that_fit_are_left_alone() -> None:
    alone = plan(rows({}, {}), np.array([1, 1]), **(ACCOUNT | {"account_size": 1e6, "max_position_pct": 1.0}))
    fitted = fit_account(alone, account_size=1e6, total_risk_pct=100.0)
    assert fitted.shares.tolist() == alone.shares.tolist() == [100, 100]
    assert fitted.limited_by == alone.limited_by
    np.testing.assert_array_equal(fitted.risk_amount, alone.risk_amount)
