"""What a text means, and the error of one that means nothing."""

from __future__ import annotations

import functools
import operator
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from technic_scanner import criteria
from technic_scanner.criteria import CriteriaError
from technic_scanner.criteria.functions import FUNCTIONS
from technic_scanner.criteria.tree import ordered
from tests.support.twelve_scans import TWELVE
from tests.unit.criteria.programs import programs

_OPERATIONS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}


def faults(text: str) -> list[tuple[int, int, int, str]]:
    with pytest.raises(CriteriaError) as caught:
        criteria.compile(text)
    return [(place.line, place.column, place.length, place.message) for place in caught.value.places]


@pytest.mark.parametrize("text", TWELVE)
def test_the_twelve_scans_print_to_the_same_tree(text: str) -> None:
    found = criteria.compile(text)
    again = criteria.compile(found.canonical)
    assert again.tree == found.tree
    assert again.canonical == found.canonical
    assert again == found


@given(programs())
@settings(max_examples=150, deadline=None)
def test_a_printed_program_is_the_same_program(text: str) -> None:
    if not criteria.check(text)["ok"]:  # beyond a limit, since the strategy writes nothing else that is refused
        assert any(word in faults(text)[0][3] for word in ("cells", "nested", "parts"))
        return
    found = criteria.compile(text)
    again = criteria.compile(found.canonical)
    assert again.tree == found.tree
    assert again.canonical == found.canonical
    assert pickle.loads(pickle.dumps(found)).tree == found.tree


@pytest.mark.parametrize(
    ("text", "bars"),
    [
        ("rsi(14) < 30", 15), ("close > sma(close,200)", 200), ("close > highest(high,252)[1]", 253),
        ("close > 5", 1), ("macd > 0", 34), ("macd_hist_prev > 0", 35), ("adx(14) > 25", 28), ("stoch_d(14) > 5", 18),
        ("close > close[1] for 5 bars", 6), ("sma(close,50) crosses above sma(close,200) within 5 bars", 205),
        ("beta_252 > 1", 61), ("ema(close,12) > 0", 12), ("roc(close,126) > 0 or close > 3", 127),
        ("close is known", 1),
    ],
)  # fmt: skip
def test_bars_needed_are_known_before_the_run(text: str, bars: int) -> None:
    assert criteria.compile(text).bars_needed == bars


def test_whether_a_value_is_known_takes_the_history_of_the_value() -> None:
    for text, bars in (
        ("sma(close, 200) is known", 200),
        ("close[50] is known within 3 bars", 53),
        ("close is known", 1),
    ):
        asked = criteria.compile(text)
        assert asked.history_bars == bars
        assert asked.bars_needed <= 3


@pytest.mark.parametrize(
    ("text", "column", "length", "part"),
    [
        ("close", 1, 5, "this is a number"),
        ('close > 1 show close as "A" show open as "a"', 29, 16, "Two columns have the heading 'a'"),
        ("close > 1 show nosuch(1) show close", 16, 6, "There is no function 'nosuch'."),
        ("close > 1 show close show nosuch(1)", 27, 6, "There is no function 'nosuch'."),
        ("smaa(close, 3) > 1", 1, 4, "Did you mean 'sma'?"),
        ("close > cose", 9, 4, "Did you mean 'close'?"),
        ("sma(close) > 1", 1, 10, "sma takes 2 values, not 1"),
        ("close[-1] > 1", 7, 2, "look into the future"),
        ("close[x] > 1", 7, 1, "There is no name 'x'"),
        ("close[1261] > 1", 7, 4, "from 0 to 1260"),
        ("rsi < 30", 1, 3, "rsi is a function: write rsi("),
        ("close + (open > 3) > 1", 10, 8, "this is a yes/no"),
        ("close > ", 8, 1, "ends too early"),
        ("1 < close < 3", 11, 1, "between"),
        ("sma(close, 2.5) > 1", 12, 3, "whole number"),
        ("sma(close, open) > 1", 12, 4, "written as a whole number"),
        ("sma(close, 0) > 1", 12, 1, "from 1 to 1260"),
        ("rank(close) by foo > 1", 16, 3, "sector or industry"),
        ("sma(close, 5) by sector > 1", 18, 6, "across symbols"),
        ("sector > 5", 1, 6, "this is a label"),
        ("close > 5 && open > 3", 11, 1, "Write and for &"),
        ('sector = "abc', 10, 1, "closing quote"),
        ("close crosess above 5", 7, 7, "Did you mean 'crosses'?"),
        ("sector.volume > 3", 1, 13, "A sector has no volume"),
        ("daily.close > 3", 1, 11, "Before a name may stand"),
        ("weekly.sector = \"x\"", 1, 13, "belongs to the symbol"),
        ("macd(26, 12, 9) > 0", 1, 15, "fast average"),
        ("close > 1234567890123456", 9, 16, "15 digits"),
        ("", 1, 1, "Write a condition"),
        ("close > 5 for 0 bars", 15, 1, "from 1 to 1260"),
        ("let close = 3; open > 3", 5, 5, "a name of the language"),
        ("let a = 3; let a = 4; open > a", 16, 1, "given twice"),
    ],
)  # fmt: skip
def test_a_fault_has_its_place_and_a_sentence(text: str, column: int, length: int, part: str) -> None:
    line, at, wide, message = faults(text)[0]
    assert (line, at, wide) == (1, column, length), message
    assert part in message


def test_every_fault_is_named_at_once() -> None:
    found = faults("rsi < 30 and\n  cose > 1 and smaa(opn, 3) > close[-2]")
    assert [place[:2] for place in found] == [(1, 1), (2, 3), (2, 16), (2, 21), (2, 37)]


def test_the_caret_stands_under_the_fault() -> None:
    with pytest.raises(CriteriaError) as caught:
        criteria.compile("close > 3\nand opem > 1")
    assert caught.value.shown().splitlines()[1:] == ["  and opem > 1", "      ^^^^"]


@pytest.mark.parametrize(
    "text",
    [
        "not " * 900 + "close > 1",
        "(" * 1500 + "close" + ")" * 1500,
        "ts_rank(" * 9 + "close" + ", 1260)" * 9 + " > 0.5",
        "close > 1 and " * 250 + "close > 2",
        "close > 1 or\n" * 400,
        "+".join(["close"] * 150) + " > 1",
        "let a0 = close; " + "".join(f"let a{i + 1} = a{i} * 2; " for i in range(89)) + "a89 > 1",
    ],
    ids=["nots", "brackets", "windows", "clauses", "lines", "sum", "lets"],
)  # fmt: skip
def test_what_would_be_too_much_is_refused_before_the_run(text: str) -> None:
    assert faults(text)


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_is_criteria_or_has_faults_with_places(text: str) -> None:
    document = criteria.check(text)
    if not document["ok"]:
        lines = text.split("\n")
        for fault in document["errors"]:
            assert 1 <= fault["line"] <= len(lines)
            assert 1 <= fault["column"] <= len(lines[fault["line"] - 1]) + 1
            assert fault["length"] >= 1
            assert fault["message"]


def test_one_number_has_one_value_however_it_is_written() -> None:
    values = {criteria.compile(f"close > {text}").canonical for text in ("0.5", ".5", "0.50", "00.5")}
    assert values == {"close > 0.5"}
    assert criteria.compile("close > 57%").evaluate(criteria.Panel.from_arrays([0.57]))[0, 0] == 0.0
    assert criteria.compile("volume > 2b").canonical == "volume > 2bn"


def test_a_name_given_by_let_may_be_a_window() -> None:
    assert criteria.compile("let n = 20; close > sma(close, n)").bars_needed == 20


def test_every_function_has_an_example_that_it_stands_in() -> None:
    for function in FUNCTIONS.values():
        found = criteria.compile(function.example)
        nodes = ordered([found.tree.where])
        assert any(node.op in {"call", "across"} and node.value[0] == function.name for node in nodes), function.name


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(TypeError):
        criteria.compile(None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("rsi(14, close) > 3", "rsi takes its values in another order: rsi("),
        ("rsi(14, close, 2) > 3", "rsi takes 0 to 2 values, not 3: rsi("),
        ("rsi(close, 14, 2) > 3", "rsi takes 0 to 2 values, not 3: rsi("),
    ],
)
def test_the_number_of_values_is_that_which_was_written(text: str, sentence: str) -> None:
    assert criteria.check(text)["errors"][0]["message"].startswith(sentence)  # type: ignore[index]


@pytest.mark.parametrize("brackets", ["()", "[]"])
def test_brackets_are_counted_wherever_they_stand(brackets: str) -> None:
    opening, closing = tuple(brackets)
    for count in (61, 1_900):
        text = f"{opening * count}close > 1{closing * count}"
        fault = criteria.check(text)["errors"][0]  # type: ignore[index]
        assert (fault["column"], fault["length"]) == (61, 1)
        assert "nested more than 60 deep" in fault["message"]
    assert criteria.compile(f"{'(' * 60}close > 1{')' * 60}").canonical == "close > 1"
    assert criteria.check(f'close > 1 and sector in ("{"(" * 99}") # {"[" * 99}')["ok"]


@pytest.mark.parametrize("sign", ["+", "-", "*", "/"])
def test_a_long_chain_of_one_operator_is_not_nested(sign: str) -> None:
    text = f"{f' {sign} '.join(['close'] * 97)} > 1"
    found = criteria.compile(text)
    assert criteria.compile(found.canonical) == found
    panel = criteria.Panel.from_arrays([[1.0, 2.0, 0.5]])
    numbers = [functools.reduce(_OPERATIONS[sign], [close] * 97) > 1.0 for close in (1.0, 2.0, 0.5)]
    assert found.evaluate(panel, sessions=3).tolist() == [[float(number) for number in numbers]]
    assert found.explain(panel, 0)
    assert pickle.loads(pickle.dumps(found.tree)) == found.tree
    too_long = criteria.check(text.replace("close", f"close {sign} close", 60))["errors"][0]  # type: ignore[index]
    assert "parts, and 200 are allowed" in too_long["message"]
    nested = f"{f'close {sign} ('.join([''] * 62)}close{')' * 61} > 1"
    assert "nested more than 60 deep" in criteria.check(nested)["errors"][0]["message"]  # type: ignore[index]
