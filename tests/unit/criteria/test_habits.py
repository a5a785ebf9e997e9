"""What is said of texts as users of other screeners write them: what to write instead, and what is meant otherwise."""

from __future__ import annotations

import pytest

from technic_scanner import criteria
from technic_scanner.criteria import CriteriaError, habits
from technic_scanner.criteria.fields import PRICES
from technic_scanner.criteria.shipped import SHIPPED_SCANS
from tests.support.twelve_scans import TWELVE


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("rsi < 30", "as in rsi(14) < 30"),
        ("price > 5", "Write close."),
        ("close > ma(close, 50)", "For example sma(close, 50)."),
        ("sma(50) > sma(200)", "as in close > sma(close, 200)"),
        ("ema_21 < close", "Write ema(close, 21)."),
        ("rsi14 < 30", "Write rsi(14)."),
        ("Ref(close, 1) < close", "Write close[1]."),
        ("close > hhv(high, 20)", "highest(high, 20)"),
        ("market_cap > 1b", "nothing is known of the company"),
        ('exchange = "NASDAQ"', "chosen beside the criteria"),
        ("close > vwap", "A bar is a whole session"),
        ("sector = Technology", 'A text stands in quotes: "Technology".'),
        ("macd crosses above signal", "macd_signal"),
        ("rsi(14) crossed above 30", "crosses above"),
        ("close crosses over 30", "Write above for over"),
        ("close > previous close", "close[1]"),
        ("weekly close > 5", "Write weekly.close, with a dot."),
        ("close > 5 for 3 days", "counted in bars"),
        ("rsi(14) < 30 in last 3 bars", "within 3 bars"),
        ("volume > 1,000,000", "A number has no commas"),
        ("volume > 1 million", "Write 10m"),
        ("close > $5", "no sign of a currency"),
        ("atr% > 3", "behind a number"),
        ("close => 5", "Write >= for =>."),
        ("close =< 5", "Write <= for =<."),
        ("close > sma(close; 50)", "A comma stands between values."),
        ("x = rsi(14); x < 30", "let x = rsi(14);"),
        ('sector in ["Energy"]', "Round brackets"),
        ("close within 5% of high", "abs(x / y - 1) < 5%"),
        ("close > 5 sort by volume", "rank by x top 20"),
        ("select close where close > 5", "only the condition"),
    ],
)  # fmt: skip
def test_a_spelling_of_other_programs_is_answered_with_ours(text: str, part: str) -> None:
    with pytest.raises(CriteriaError) as caught:
        criteria.compile(text)
    assert any(part in place.message for place in caught.value.places), str(caught.value)


def test_limits_in_the_wrong_order_are_told() -> None:
    (hint,) = criteria.compile("close between 5 and 1 and gap between -1% and 1%").hints
    assert hint.message == "Nothing is between 5 and 1: the smaller number comes first."


def test_what_is_advised_for_a_name_is_of_the_language() -> None:
    for advice in {*habits._INSTEAD.values()} - set(PRICES):
        example = advice.partition(" or ")[0].rstrip(",")
        text = example.replace("condition", "close > 1").replace("a crosses", "close crosses").replace("x, y", "1, 2")
        text = f"{text.removesuffix(' b')} open" if text.endswith(" b") else text
        assert any(criteria.check(form)["ok"] for form in (text, f"{text} > 0")), advice


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("gap > 4", "4 per cent are 4%"),
        ("roc(close, 20) > 20", "20 per cent are 20%"),
        ("roc(close, 20)[1] < -5", "-5 per cent are -5%"),
        ("rank(close) > 80", "Write 0.8 or 80%."),
        ("let limit = 80; percentile(close) < 1 and ts_rank(close, 20) > limit", "from 0 to 1"),
        ("rsi(14) < 30%", "for 30% write 30"),
        ("weekly.rsi(14) crosses above 130", "beyond"),
        ("close > max(high, 20)[1]", "highest(high, 20)"),
    ],
)  # fmt: skip
def test_what_is_probably_meant_otherwise_is_told_and_is_no_fault(text: str, part: str) -> None:
    found = criteria.compile(text)
    assert len(found.hints) == 1
    assert part in found.hints[0].message
    assert 0 < found.hints[0].column <= len(text)


@pytest.mark.parametrize(
    "text",
    [*TWELVE, *(scan.text for scan in SHIPPED_SCANS), "roc(close, 252) > 100%", "min(open, close) > 5", "rsi(2) < 1"],
)
def test_nothing_is_told_of_what_is_meant_as_written(text: str) -> None:
    assert criteria.compile(text).hints == ()
