"""Scans of other programs: the right meaning where they are understood, a name and a place where they are not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner import criteria
from technic_scanner.criteria.imports import LANGUAGES, MAX_CHARACTERS, import_text
from tests.unit.criteria.imports import chartink_scans, stockcharts_scans, thinkscript_scans

SCANS = [
    (language, *row)
    for language, rows in (
        ("chartink", chartink_scans.SCANS),
        ("stockcharts", stockcharts_scans.SCANS),
        ("thinkscript", thinkscript_scans.SCANS),
    )
    for row in rows
]


def without_comments(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if not line.startswith("#"))


@pytest.mark.parametrize(("language", "scan", "ours"), SCANS)
def test_a_scan_in_a_form_that_is_understood_becomes_our_text(language: str, scan: str, ours: str) -> None:
    found = import_text(language, scan)
    assert found.complete
    assert without_comments(found.text) == ours == criteria.compile(ours).canonical
    assert criteria.compile(found.text) == criteria.compile(ours)


@pytest.mark.parametrize(
    ("language", "scan", "kept", "clause", "place", "reason"),
    [
        ("chartink", "( {cash} ( latest close > 5 and latest cci( 20 ) > 100 ) )", "close > 5",
         "latest cci( 20 ) > 100", (1, 33), "cci is not known here"),
        ("chartink", "( latest close > 5 and [0] 15 minute close > 3 )", "close > 5",
         "[0] 15 minute close > 3", (1, 24), "within a day"),
        ("chartink", "latest close > 5 and latest close > weekly sma( latest close , 30 )", "close > 5",
         "latest close > weekly sma( latest close , 30 )", (1, 22), "do not mix"),
        ("chartink", "latest close > 5 and latest close > 1 day ago sma( 1 day ago close , 20 )", "close > 5",
         "latest close > 1 day ago sma( 1 day ago close , 20 )", (1, 22), "two ways"),
        ("chartink", 'latest close > 5 and latest "close - open / 2" > 3', "close > 5",
         'latest "close - open / 2" > 3', (1, 22), "order of its own"),
        ("chartink", "latest close > 5 and quarterly close > 3", "close > 5", "quarterly close > 3", (1, 22),
         "quarterly bars"),
        ("stockcharts", "[close > 5]\nand [SCTR > 75]", "close > 5", "[SCTR > 75]", (2, 5), "SCTR is not known here"),
        ("stockcharts", "[close > 5] and [ [RSI(14) < 30] or [Chaikin Osc(3,10) > 0] ]", "close > 5",
         "[ [RSI(14) < 30] or [Chaikin Osc(3,10) > 0] ]", (1, 17), "Chaikin Osc is not known here"),
        ("stockcharts", "[close > 5] and [close > 1 week ago close]", "close > 5", "[close > 1 week ago close]",
         (1, 17), "which bars are meant"),
        ("stockcharts", "[close > 5] and [close > max(10, weekly high)]", "close > 5",
         "[close > max(10, weekly high)]", (1, 17), "do not mix"),
        ("stockcharts", "[close > 5] and [weekly close x SMA(50,close)]", "close > 5", "[weekly close x SMA(50,close)]",
         (1, 17), "different periods"),
        ("stockcharts", "[close > 5] and [SMA(5000,close) > 3]", "close > 5", "[SMA(5000,close) > 3]", (1, 17),
         "from 1 to 1260"),
        ("stockcharts", "[close > 5] and [close >]", "close > 5", "[close >]", (1, 17), "']' is not understood"),
        ("stockcharts", "[close > 5]\nrank by [volume]", "close > 5", "rank by [volume]", (2, 1), "an order"),
        ("thinkscript", "close > 5 and close(period = AggregationPeriod.WEEK) > 3", "close > 5",
         "close(period = AggregationPeriod.WEEK) > 3", (1, 15), "another period"),
        ("thinkscript", "rec x = x[1] + 1;\nplot s = close > 5 and x > 3;", "close > 5", "rec x = x[1] + 1", (1, 1),
         "x is not known here"),
        ("thinkscript", "plot s = close > 5 and MyStudy(3) > 1;", "close > 5", "MyStudy(3) > 1", (1, 24),
         "MyStudy is not known here"),
        ("thinkscript", "close > 5 and close[-1] > close", "close > 5", "close[-1] > close", (1, 15), "future"),
        ("thinkscript", "close > 5 and RSI(averageType = AverageType.SIMPLE) < 30", "close > 5",
         "RSI(averageType = AverageType.SIMPLE) < 30", (1, 15), "AverageType.WILDERS alone"),
        ("thinkscript", "close > 5 and BollingerBands() > 3", "close > 5", "BollingerBands() > 3", (1, 15),
         "one of its plots"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_named_with_its_place_and_the_rest_kept(
    language: str, scan: str, kept: str, clause: str, place: tuple[int, int], reason: str
) -> None:
    found = import_text(language, scan)
    assert not found.complete
    named = next(item for item in found.untranslated if not item.elsewhere)
    assert (named.clause, (named.line, named.column)) == (clause, place)
    assert reason in named.reason
    assert without_comments(found.text) == kept
    assert found.clauses == (kept,)
    assert clause in found.text, "the text itself says what is missing"


def test_a_part_of_an_or_is_never_dropped_alone() -> None:
    found = import_text("chartink", "( latest close > 5 or latest cci( 20 ) > 100 )")
    assert (found.text, found.clauses) == ("", ())
    assert [item.clause for item in found.untranslated] == ["latest close > 5 or latest cci( 20 ) > 100"]


def test_a_name_that_is_not_understood_takes_the_clauses_that_use_it_with_it() -> None:
    found = import_text("thinkscript", "def a = Foo(3);\ndef b = a + 1;\nplot s = close > 5 and b > 2;")
    assert [item.clause for item in found.untranslated] == ["def a = Foo(3)", "def b = a + 1", "b > 2"]
    assert found.clauses == ("close > 5",)


def test_what_is_scanned_is_told_apart_from_what_is_not_understood() -> None:
    found = import_text("stockcharts", "[type = stock] and [country is US] and [close > 5]")
    assert found.complete
    assert [(item.clause, item.elsewhere) for item in found.untranslated] == [
        ("[type = stock]", True), ("[country is US]", True)]  # fmt: skip


def test_weeks_that_are_running_count_as_they_do_there() -> None:
    """Their weekly close is that of the running week, and last week's that of the one before it."""
    close = np.arange(1.0, 13.0)[None]  # from a Monday on: two weeks and two days
    panel = criteria.Panel.from_arrays(close, open=close, high=close, low=close, volume=close)
    scan = "[weekly close = 12] and [last week's weekly close = 10] and [2 weeks ago weekly close = 5]"
    found = criteria.compile(import_text("stockcharts", scan).text)
    assert found.evaluate(panel).tolist() == [[1.0]]


def test_a_long_scan_and_an_unknown_language_are_refused() -> None:
    assert "20,000" in import_text("chartink", "x" * (MAX_CHARACTERS + 1)).untranslated[0].reason
    with pytest.raises(ValueError, match="tradingview"):
        import_text("tradingview", "close > 1")


WORDS = """( ) [ ] { } latest weekly close high 1 5 days ago and or not > < x sma( rsi(14) , 20 def plot = ; if then
else crosses above crossed RSI().RSI yesterday's " # // [1] within bars 3 rank by AverageType.SIMPLE"""
PIECES = st.lists(st.sampled_from(WORDS.split()), max_size=40).map(" ".join)


@given(st.sampled_from(LANGUAGES), PIECES | st.text(max_size=80))
def test_any_text_gives_a_text_of_ours_or_reasons_and_nothing_else(language: str, text: str) -> None:
    found = import_text(language, text)
    assert found.text or found.untranslated or not text.strip()
    if found.text:
        assert criteria.check(found.text)["ok"]
    lines = text.split("\n")
    for item in found.untranslated:
        assert 1 <= item.line <= len(lines)
        assert 1 <= item.column <= len(lines[item.line - 1]) + 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "text",
    ["(" * 9_000, "[" * 9_000, "not " * 4_000, "(a and " * 2_500, "-" * 15_000, '"' * 9_000],
    ids=["round", "square", "not", "and", "minus", "quotes"],
)
def test_deep_nesting_is_answered(language: str, text: str) -> None:
    assert import_text(language, text).untranslated
