from __future__ import annotations

import re

import numpy as np
import pytest

from technic_scanner.screening.alpha import alpha, blend
from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.indicator_names import COLUMN, INDICATORS
from technic_scanner.screening.matrix import blank
from technic_scanner.screening.rationale import PlanFigures, Verdicts, sentences
from technic_scanner.screening.scoring import profile_weights, sub_scores, tech_rating
from technic_scanner.screening.signals import judge
from technic_scanner.screening.trade_plan import plan
from tests.unit.screening.chart import mirrored, rows

NAN = float("nan")
# Names of indicators and scales, not numbers of the row.
_WORDS = re.compile(r"\d+-day|\d+ to 1\b|20-day mean")


def explain(
    matrix: FloatArray, direction: str = "both", account_size: float = 100_000.0
) -> tuple[tuple[str, ...], set]:
    """Return the sentences and, per row, every number they may say."""
    sub = sub_scores(matrix)
    tech, _ = tech_rating(sub, profile_weights("short_term_swing"))
    scores = alpha(matrix)
    signals = judge(blend(tech, scores.score, 0.35 * scores.coverage), sub, direction)
    plans = plan(
        matrix, signals.side, account_size=account_size, risk_pct=1.0, target_rr=2.0, max_position_pct=25.0,
        liquidity_share=0.01,
    )  # fmt: skip
    allowed = []
    for i in range(len(matrix)):
        own = [*matrix[i], *(100.0 * matrix[i]), *sub[i], tech[i], scores.score[i], signals.rank_score[i]]
        own += [plans.stop[i], plans.target[i], plans.reward_risk[i], plans.shares[i]]
        allowed.append(
            {style % value for value in own if np.isfinite(value) for style in ("%.2f", "%.1f", "%.0f", "%.4g")}
        )
    verdicts = Verdicts(sub, tech, scores.score, signals.signal, signals.side)
    figures = PlanFigures(
        plans.stop, plans.target, plans.reward_risk, plans.shares.astype(np.float64), plans.limited_by
    )
    return sentences(matrix, verdicts, figures), allowed


def test_the_rising_chart_in_words() -> None:
    [said], _ = explain(rows({}))
    assert said == (
        "Long with TechRating 67.3 and alpha 50.0: trend (76) speaks for it most, oscillator (31) least."
        " Close 100.00 is above its 50-day (96.00) and 200-day (90.00) averages; 63-day return +8.0%, RSI 60,"
        " volume 1.5 times its 20-day mean."
        " Stop 96.80, target 106.40, 2.0 to 1; 250 shares, held down by the position cap."
    )


def test_a_short_is_explained_from_its_side() -> None:
    [said], _ = explain(mirrored())
    assert said.startswith("Short with TechRating 34.7")
    assert "trend (24) speaks for it most" in said
    assert "is not above its 50-day" in said
    assert "Stop 103.20, target 93.60" in said


def test_every_number_said_is_one_of_the_row() -> None:
    rng = np.random.default_rng(2)
    matrix = np.repeat(rows({}), 300, axis=0) * rng.uniform(0.7, 1.3, (300, len(INDICATORS)))
    matrix[rng.random(matrix.shape) < 0.2] = NAN
    matrix[:100, COLUMN["close"]] *= 0.002
    matrix[:, COLUMN["close"]] = np.nan_to_num(matrix[:, COLUMN["close"]], nan=55.0)
    said, allowed = explain(matrix)
    for text, own in zip(said, allowed, strict=True):
        numbers = re.findall(r"\d+(?:\.\d+)?(?:e-\d+)?", _WORDS.sub("", text))
        assert numbers
        for number in numbers:
            assert number in own or f"-{number}" in own, (number, text)
        assert "nan" not in text
        assert 1 <= len(re.findall(r"\.(?: |$)", text)) <= 3


@pytest.mark.parametrize(
    ("unknown", "said"),
    [
        (("sma_200",), "Close 100.00 is above its 50-day average (96.00); 63-day return +8.0%, RSI 60, volume 1.5"),
        (("sma_50", "rsi_14"), "Close 100.00 is above its 200-day average (90.00); 63-day return +8.0%, volume 1.5"),
        (("sma_50", "sma_200"), "least. 63-day return +8.0%, RSI 60, volume 1.5 times its 20-day mean. Stop"),
        (("roc_63", "rsi_14", "relative_volume"), "200-day (90.00) averages. Stop"),
        (("sma_50", "sma_200", "roc_63", "rsi_14", "relative_volume"), "least. Stop"),
    ],
)
def test_what_is_unknown_is_not_spoken_of(unknown: tuple[str, ...], said: str) -> None:
    [text], _ = explain(rows(dict.fromkeys(unknown, NAN)))
    assert said in text


def test_averages_on_different_sides() -> None:
    [text], _ = explain(rows({"sma_200": 110.0}))
    assert "Close 100.00 is above its 50-day average (96.00) and not above its 200-day average (110.00);" in text


def test_an_account_too_small_for_a_share_is_told_so() -> None:
    [text], _ = explain(rows({}), account_size=50.0)
    assert text.endswith("2.0 to 1; the account is too small for one share.")


def test_a_row_of_which_nothing_is_known() -> None:
    assert explain(blank(1))[0] == ("Neutral: none of its sub-scores is known.",)
    assert explain(blank(0))[0] == ()
