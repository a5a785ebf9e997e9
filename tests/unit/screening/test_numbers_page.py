from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest

from technic_scanner.domain.profiles import PROFILE_WEIGHTS, SUB_SCORES
from technic_scanner.screening.alpha import FACTOR_WEIGHTS, FACTORS
from technic_scanner.screening.filters import REASON_CODES
from technic_scanner.screening.indicator_names import INDICATORS
from technic_scanner.screening.portfolio import METHODS
from technic_scanner.screening.regime import Regime, regime_policy
from technic_scanner.screening.scoring import INPUTS
from technic_scanner.screening.signals import CORE_SUPPORT, CORE_VOLATILITY, SIGNAL_AT, STRONG_AT, TIERS

PAGE = (Path(__file__).parents[3] / "docs" / "numbers.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """Return what stands under a heading, up to the next one."""
    return re.split(r"^#+ ", PAGE.split(f"# {title}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def table(text: str) -> list[list[str]]:
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip().strip("`") for cell in row] for row in rows[2:]]


@pytest.mark.parametrize("name", [*INDICATORS, *SUB_SCORES, *FACTORS, *METHODS, *REASON_CODES])
def test_every_name_is_on_the_page(name: str) -> None:
    assert f"`{name}`" in PAGE


def test_every_indicator_has_a_formula() -> None:
    described = {name for row in table(section("Indicators")) for name in re.findall(r"\w+", row[0])}
    assert described == set(INDICATORS)
    assert all(row[1] for row in table(section("Indicators")))


@pytest.mark.parametrize("name", SUB_SCORES)
def test_every_sub_score_names_exactly_the_inputs_it_reads(name: str) -> None:
    assert set(re.findall(r"`(\w+)`", section(name))) - {"relative_strength_63", "beta_252"} == set(INPUTS[name])


def test_the_profile_weights_are_those_of_the_code() -> None:
    rows = {row[0]: [float(Fraction(cell)) for cell in row[1:]] for row in table(section("TechRating"))}
    assert set(rows) == set(PROFILE_WEIGHTS)
    for profile, weights in rows.items():
        assert weights == pytest.approx(PROFILE_WEIGHTS[profile])


def test_the_factor_weights_are_those_of_the_code() -> None:
    assert {row[0]: float(row[1]) for row in table(section("Alpha"))} == dict(zip(FACTORS, FACTOR_WEIGHTS, strict=True))


def test_the_regime_table_is_that_of_the_code() -> None:
    rows = {row[0]: row[1] for row in table(section("Regime"))}
    for trend, name in (
        ("up", "up"),
        ("down", "down"),
        ("sideways", "sideways, unknown"),
        ("unknown", "sideways, unknown"),
    ):
        assert regime_policy(Regime(trend, "normal", "", "", ())).alpha_weight == pytest.approx(float(rows[name]))
    less = float(rows["and volatility high"].replace("−", "-").replace(" ", ""))
    high, normal = (regime_policy(Regime("up", v, "", "", ())).alpha_weight for v in ("high", "normal"))
    assert high - normal == pytest.approx(less)


def test_the_limits_of_signals_and_tiers_are_those_of_the_code() -> None:
    text = section("Signals and tiers")
    assert [row[0] for row in table(text)[:2]] == [f"≥ {STRONG_AT:.0f}", f"≥ {SIGNAL_AT:.0f}"]
    assert f"at least {CORE_SUPPORT} of 6" in text
    assert f"volatility sub-score ≥ {CORE_VOLATILITY:.0f}" in text
    assert all(f"**{tier}**" in text for tier in TIERS)


def test_every_source_that_is_cited_is_listed() -> None:
    body, listed = PAGE.split("## Sources")
    cited = {match for match in re.findall(r"([A-Z][\wïü]+)[^|.,;()]{0,40}? ((?:19|20)\d\d)", body) if match[0] != "On"}
    for author, year in cited:
        assert re.search(rf"^- {author}\b.* {year},|^- .*{author}.* {year},", listed, re.MULTILINE), (author, year)


def test_links_within_the_page_lead_somewhere() -> None:
    anchors = {
        re.sub(r"[^\w -]", "", h).strip().lower().replace(" ", "-")
        for h in re.findall(r"^#+ (.*)$", PAGE, re.MULTILINE)
    }
    assert set(re.findall(r"\(#([\w-]+)\)", PAGE)) <= anchors
