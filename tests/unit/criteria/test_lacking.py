"""Criteria that read what a panel has of no symbol say so, each thing once, with the values that it makes unknown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from technic_scanner import criteria
from technic_scanner.criteria.panel import Panel

CLOSES = np.linspace(10.0, 20.0, 200).reshape(2, 100)


def panel(**more: object) -> Panel:
    return Panel.from_arrays(CLOSES, symbols=("A", "B"), **more)


def said(text: str, bars: Panel) -> tuple[str, ...]:
    return criteria.compile(text).judge(bars).lacking


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("relative_strength_63 > 0", "relative_strength_63 is"),
        ("beta_252 < 1 or beta(90) < 1", "beta_252 and beta(90) are"),
        ("roc(close, 5) > roc(market_close, 5)", "market_close is"),
        ("let strong = relative_strength_63 strong > 0 rank by strong", "relative_strength_63 is"),
        ("close > 1 rank by beta_252 show relative_strength_63", "beta_252 and relative_strength_63 are"),
    ],
)
def test_without_a_benchmark_what_is_compared_with_it_is_named(text: str, names: str) -> None:
    assert said(text, panel()) == (f"The source gives no bars of a benchmark: {names} unknown.",)
    assert said(text, panel(market=Panel.from_arrays(CLOSES[:1]).bars)) == ()


@pytest.mark.parametrize("text", ["close > 1", "market.close > 1", "momentum_score > 0", 'symbol = "A"'])
def test_of_what_can_be_known_nothing_is_said(text: str) -> None:
    assert said(text, panel()) == ()


def test_scores_and_signals_are_a_scans() -> None:
    text = 'tech_rating > 50 and signal = "Long" rank by score'
    assert said(text, panel()) == ("Only a scan gives scores and signals: tech_rating, signal and score are unknown.",)
    numbers = {"tech_rating": np.ones(2), "score": np.ones(2)}
    assert said(text, panel(numbers=numbers, labels={"signal": ("Long", "Short")})) == ()


def test_groups_are_lacking_where_no_symbol_has_one() -> None:
    text = 'sector.close > 1 and rank(close) by sector > 0.5 and sub_industry != "Banks"'
    of_sectors = "The source gives no sector of any symbol: sector.close and rank(close) by sector are unknown."
    of_sub_industries = "The source gives no sub-industry of any symbol: sub_industry is unknown."
    assert said(text, panel()) == (of_sectors, of_sub_industries)
    some = panel(labels={"sector": (None, "Energy"), "sub_industry": (None, None)})
    assert said(text, some) == (of_sub_industries,)


def test_a_panel_without_symbols_lacks_nothing() -> None:
    bars = panel()
    nobody = replace(bars, bars=bars.bars.rows(0, 0))
    assert said("relative_strength_63 > 0", nobody) == ()
