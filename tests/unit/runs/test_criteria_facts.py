"""What criteria ask of a run, and in which clause two of them differ."""

from __future__ import annotations

from technic_scanner.runs.criteria_facts import canonical_of, change_sentences, clause_changes, order_of


def test_the_clause_that_differs_is_named() -> None:
    before = "let far = 3%\nrsi(14) < 30 and close > sma(close, 200)"
    after = "let far = 5%  CLOSE > SMA(close,200) and rsi(14)<25 rank by gap top 3 show bars"
    gone, come = clause_changes(before, after)
    assert gone == ("let far = 3%", "rsi(14) < 30")
    assert come == ("let far = 5%", "rsi(14) < 25", "rank by gap top 3", "show bars")
    assert clause_changes("close>1 and volume>2", "close > 1  and volume > 2") == ((), ())
    assert clause_changes("", "close > 1") == ((), ("close > 1",))


def test_sentences_name_the_runs() -> None:
    texts = ("close > 1", "close > 2", "close>1", None)
    assert change_sentences(texts, "ABCD") == [
        "A → B: without close > 1; with close > 2",
        "A → D: without close > 1",
    ]


def test_texts_of_another_version_stay_texts() -> None:
    assert canonical_of("nothing (of today") == "nothing (of today"
    assert canonical_of("close>1") == "close > 1"
    assert clause_changes("nothing (of today", "close > 1") == (("nothing (of today",), ("close > 1",))
    assert order_of("nothing (of today") is None
    assert order_of("close > 1 rank by rsi(14) asc top 5") == "rsi(14), the smallest first, at most 5"
