"""What is not part of a translated scan is named, clause by clause, and nothing of it is guessed."""

from __future__ import annotations

import pytest

from technic_scanner.criteria.imports import import_text


@pytest.mark.parametrize(
    ("language", "scan", "kept", "named"),
    [
        ("thinkscript", "close > open; open > 3", ("open > 3",), ["close > open"]),
        ("thinkscript", "close > 5; plot x = open > 2;", ("open > 2",), ["close > 5"]),
        ("thinkscript", "plot x = open > 2; close > 5", ("open > 2",), ["close > 5"]),
        ("thinkscript", "plot a = close > 5; plot b = open > 3;", ("open > 3",), ["close > 5"]),
        ("thinkscript", 'AddLabel(yes, "x")\nplot a = close > 5; plot b = open > 3;', ("open > 3",),
         ['AddLabel(yes, "x") plot a = close > 5']),
        ("thinkscript", "declare lower\nplot a = close > 5; plot b = open > 3;", ("open > 3",),
         ["declare lower plot a = close > 5"]),
        ("thinkscript", "def a = close > 5; plot p = a; def a = open > 3;", (), ["a", "def a = open > 3"]),
        ("thinkscript", "Crosses(close, open, 5)", (), ["Crosses(close, open, 5)"]),
        ("thinkscript", "RSI(14, length = 20) > 3", (), ["RSI(14, length = 20) > 3"]),
        ("thinkscript", "close from 2.5 bars ago > 3", (), ["close from 2.5 bars ago > 3"]),
        ("thinkscript", "MovingAverage(length = 9, data = close, AverageType.SIMPLE) > 3", (),
         ["MovingAverage(length = 9, data = close, AverageType.SIMPLE) > 3"]),
        ("thinkscript", '"close" and open > 3', ("open > 3",), ['"close"']),
        ("thinkscript", 'RSI(price = "open") > 3', (), ['RSI(price = "open") > 3']),
        ("stockcharts", "[type = stock] [close > 5] and [open > 3]", ("open > 3",), ["[type = stock] [close > 5]"]),
        ("stockcharts", "[type = stock and close > 5] and [open > 3]", ("open > 3",), ["[type = stock and close > 5]"]),
        ("stockcharts", "[type = stock\nor close > 5] and [open > 3]", ("open > 3",), ["[type = stock or close > 5]"]),
        ("stockcharts", "[close > 5 days ago yesterday's close] and [open > 3]", ("open > 3",),
         ["[close > 5 days ago yesterday's close]"]),
        ("chartink", "latest open > 3 and latest close {> 5 and latest open} > 3", ("open > 3",),
         ["latest close {> 5 and latest open} > 3"]),
        ("chartink", "latest open > 3 and weekly latest close > 3", ("open > 3",), ["weekly latest close > 3"]),
        ("chartink", "latest open > 3 and latest close between 3 and 5", ("open > 3",),
         ["latest close between 3 and 5"]),
    ],
)  # fmt: skip
def test_what_is_left_out_is_named(language: str, scan: str, kept: tuple[str, ...], named: list[str]) -> None:
    found = import_text(language, scan)
    assert found.clauses == kept
    assert [item.clause for item in found.untranslated] == named
    assert not found.complete


@pytest.mark.parametrize(
    ("scan", "ours"),
    [
        ("close between 3 and 5", "close between 3 and 5"),
        ("close between (low) and high and volume > 3", "close between low and high and volume > 3"),
        ("not between(close, 3, 5) and open > 3", "not close between 3 and 5 and open > 3"),
        ("plot a = close > 5; plot b = a and open > 3;", "let a = close > 5\na and open > 3"),
        ("if close > 5 then 1 else 0 and volume > 3", "if(close > 5, 1, if(0 != 0 and volume > 3, 1, 0)) != 0"),
        ("def rsi = close + 1; def my_rsi = open + 1; plot s = rsi > my_rsi;",
         "let my_rsi = close + 1\nlet my_my_rsi = open + 1\nmy_rsi > my_my_rsi"),
    ],
)  # fmt: skip
def test_thinkscript_keeps_its_meaning(scan: str, ours: str) -> None:
    found = import_text("thinkscript", scan)
    assert (found.complete, found.text) == (True, ours)
