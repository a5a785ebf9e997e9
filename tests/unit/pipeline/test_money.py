"""Scans of prices in several currencies: refused without rates, and the same positions with them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.universe import Security
from technic_scanner.errors import ConfigError
from technic_scanner.pipeline.engine import ScanFailed
from technic_scanner.pipeline.money import liquidity_rates, money_of
from technic_scanner.pipeline.result import ScanResult
from technic_scanner.screening.bars import Panel
from technic_scanner.testing.fakes import ScriptedSource, random_panel
from technic_scanner.testing.scans import SECTORS, SYMBOLS, Bench

EVERY_ROW = ScanConfig(direction="both", top_n=None)
EUROS = frozenset(SYMBOLS[::3])
RATE = 2.0
CONVERTED = replace(EVERY_ROW, account_currency="USD", currency_rates=("EUR=2",))


def listed(*codes: str | None) -> list[Security]:
    return [Security(f"S{number}", currency=code) for number, code in enumerate(codes)]


def refusals(config: ScanConfig, *codes: str | None) -> dict[str, str]:
    with pytest.raises(ConfigError) as caught:
        money_of(config, listed(*codes))
    return {problem.field: problem.message for problem in caught.value.problems}


def test_what_is_mixed_is_named_with_what_is_needed() -> None:
    mixed = refusals(ScanConfig(), "USD", "EUR", "USD", None)
    assert list(mixed) == ["account_currency"]
    assert mixed["account_currency"].startswith(
        "the symbols to scan have prices in USD (2), EUR (1) and an unknown currency (1); "
        "position sizes and min_dollar_volume need the account's currency"
    )
    lacking = refusals(ScanConfig(account_currency="USD", min_dollar_volume=0.0), "USD", "EUR", "JPY")
    assert list(lacking) == ["currency_rates"]
    assert lacking["currency_rates"].endswith(
        "position sizes need what one EUR, one JPY is worth in USD, for example EUR=1.25"
    )
    assert list(refusals(ScanConfig(account_currency="USD"), "USD", None)) == ["symbols"]
    assert list(refusals(ScanConfig(account_currency="USD"), "EUR")) == ["currency_rates"]


def test_one_currency_needs_no_word() -> None:
    assert money_of(ScanConfig(), listed(None, None)).worth(listed(None)).tolist() == [1.0]
    dollars = money_of(ScanConfig(), listed("USD", "USD"))
    assert (dollars.prices, dollars.account, dollars.worth(listed("USD")).tolist()) == ("USD", "USD", [1.0])
    pence = money_of(ScanConfig(), listed("GBX", "GBX"))
    assert (pence.prices, pence.account, pence.worth(listed("GBX")).tolist()) == ("GBX", "GBP", [0.01])


def test_liquidity_is_compared_in_one_currency_whatever_is_scanned() -> None:
    assert liquidity_rates(ScanConfig(), listed("USD", "USD", "USD")) == {}
    assert liquidity_rates(CONVERTED, listed("USD", "EUR")) == {"EUR": RATE, "USD": 1.0}
    assert np.isnan(list(liquidity_rates(ScanConfig(), listed("USD", "EUR")).values())).all()


def scan(config: ScanConfig, panel: Panel, euros: frozenset[str]) -> ScanResult:
    money = {symbol: "EUR" if symbol in euros else "USD" for symbol in SYMBOLS}
    return Bench(source=ScriptedSource(panel, dict(SECTORS), currencies=money)).scan(config)


def in_euros(panel: Panel) -> Panel:
    """Return the same market with some of its prices quoted in euros."""
    rate = np.where([symbol in EUROS for symbol in panel.symbols], RATE, 1.0)[:, None]
    fields = (getattr(panel, name) / rate for name in ("open", "high", "low", "close"))
    return Panel(panel.symbols, panel.sessions, *fields, panel.volume)


def test_a_market_quoted_in_two_currencies_is_judged_as_in_one() -> None:
    dollars, panel = scan(EVERY_ROW, random_panel(SYMBOLS), frozenset()), random_panel(SYMBOLS)
    both = scan(CONVERTED, in_euros(panel), EUROS)
    assert (dollars.context.currency, dollars.context.account_currency) == ("USD", "USD")
    assert (both.context.currency, both.context.account_currency) == ("", "USD")
    # What a price is rounded to is a hundredth of either unit, so stops and sizes differ by that.
    for name in ("CompositeScore", "TechRating", "AlphaScore"):
        assert both.table[name].to_pylist() == pytest.approx(dollars.table[name].to_pylist(), rel=1e-9)
    assert both.table["Symbol"].to_pylist() == dollars.table["Symbol"].to_pylist()
    for name in ("PositionValue", "RiskAmount"):
        assert both.table[name].to_pylist() == pytest.approx(dollars.table[name].to_pylist(), rel=0.05)
    for row in both.table.to_pylist():
        worth = RATE if row["Currency"] == "EUR" else 1.0
        assert row["Currency"] == ("EUR" if row["Symbol"] in EUROS else "USD")
        assert row["PositionValue"] == pytest.approx(row["PositionSize"] * row["Entry"] * worth)
        assert row["PositionValue"] <= 2_500.0
        assert f" {row['Currency']}" in row["Rationale"]


def test_the_minimum_dollar_volume_is_in_the_currency_of_the_account() -> None:
    panel = random_panel(SYMBOLS)
    config = replace(CONVERTED, min_dollar_volume=2e7)
    left = set(scan(replace(config, currency_rates=()), panel, frozenset()).table["Symbol"].to_pylist())
    both = scan(config, in_euros(panel), EUROS)
    assert 0 < len(left) < len(SYMBOLS)
    assert set(both.table["Symbol"].to_pylist()) == left
    small = [item for item in both.failures if item.reason == "dollar_volume_below_minimum" and item.symbol in EUROS]
    assert small
    assert all(item.detail.endswith("is below the minimum of 10,000,000 EUR.") for item in small)


def test_without_a_rate_nothing_is_fetched() -> None:
    source = ScriptedSource(random_panel(SYMBOLS), dict(SECTORS), currencies=dict.fromkeys(EUROS, "EUR"))
    with pytest.raises(ScanFailed) as caught:
        Bench(source=source).scan(EVERY_ROW)
    assert caught.value.error.code == "invalid_config"
    assert "EUR (14) and an unknown currency (26)" in caught.value.error.message
    assert source.fetched == []


def test_max_symbols_compares_volumes_in_one_currency() -> None:
    panel = random_panel(SYMBOLS)
    one = Bench(source=ScriptedSource(panel, dict(SECTORS)))
    one.scan(EVERY_ROW)
    two = Bench(
        source=ScriptedSource(
            in_euros(panel), dict(SECTORS), currencies={name: "EUR" if name in EUROS else "USD" for name in SYMBOLS}
        )
    )
    two.scan(CONVERTED)
    few = replace(EVERY_ROW, max_symbols=12, min_dollar_volume=0.0)
    kept = [set(bench.scan(config).all_rows()["Symbol"].to_pylist()) for bench, config in (
        (one, few), (two, replace(CONVERTED, max_symbols=12, min_dollar_volume=0.0)),
    )]  # fmt: skip
    assert kept[0] == kept[1]
    assert len(kept[0]) == 12
