"""Rows and text turn into each other without loss."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from technic_scanner import criteria
from technic_scanner.criteria.printer import text_of
from technic_scanner.criteria.rows import Formula, Group, Row, Rows, item_text, rows_of, text_of_rows
from technic_scanner.criteria.rows.model import LABEL_OPERATORS, NUMBER_OPERATORS, values_of
from technic_scanner.criteria.shipped import SHIPPED_SCANS
from tests.unit.criteria.programs import programs

NUMBERS = ("close", "rsi(14)", "sma(close, 50)", "2 * sma(volume, 20)", "-30", "30", "8%", "weekly.close[1]")
LABELS = ("sector", "industry")
FORMULAS = ("not close > open", "not (close > open and rsi(14) < 30)", "(close > open or gap > 4%) within 3 bars")


def texts(values: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.sampled_from(values)


@st.composite
def rows(draw: st.DrawFn) -> Row:
    label = draw(st.booleans())
    operator = draw(texts(LABEL_OPERATORS if label else NUMBER_OPERATORS))
    count = values_of(operator)
    if count is None:
        values = tuple(draw(st.lists(texts(("Energy", "Utilities", "it's")), min_size=1, max_size=3)))
    else:
        values = tuple(draw(texts(('"Energy"', "industry") if label else NUMBERS)) for _ in range(count))
    held = draw(texts(("", "", "within", "for")))
    return Row(
        draw(texts(LABELS if label else NUMBERS)), operator, values, held, draw(st.integers(1, 9)) if held else 1
    )


ITEMS = st.recursive(
    rows() | texts(FORMULAS).map(Formula),
    lambda inner: st.builds(Group, texts(("and", "or")), st.lists(inner, min_size=2, max_size=3).map(tuple)),
    max_leaves=6,
)
SHEETS = st.builds(
    Rows,
    st.builds(Group, texts(("and", "or")), st.lists(ITEMS, min_size=2, max_size=4).map(tuple)),
    texts(("", "let width = 4 * stdev(close, 20)\nlet half = width / 2")),
    texts(("", "rank by volume top 25", 'show close as "Close"\nshow rsi(14)')),
    texts(("", "# mine")).map(lambda line: (line,) if line else ()),
)


@given(SHEETS)
def test_rows_become_text_and_the_same_rows_again(sheet: Rows) -> None:
    text = text_of_rows(sheet)
    assume(criteria.check(text)["ok"])  # not too many parts
    assert rows_of(text) == sheet


@given(programs())
def test_a_text_becomes_rows_and_the_same_program_again(text: str) -> None:
    assume(criteria.check(text)["ok"])
    written = text_of_rows(rows_of(text))
    assert written == criteria.compile(text).canonical


@pytest.mark.parametrize("scan", SHIPPED_SCANS, ids=lambda scan: scan.name)
def test_every_shipped_scan_has_rows(scan: object) -> None:
    assert criteria.compile(text_of_rows(rows_of(scan.text))) == criteria.compile(scan.text)


def test_a_text_with_a_fault_is_one_formula_that_holds_it_as_it_is() -> None:
    text = "let a = 3\n smaa(close, 3) > a and  # mine"
    sheet = rows_of(text)
    assert sheet == Rows(Group("and", (Formula(text),)))
    assert text_of_rows(sheet) == text.strip()
    assert rows_of("  ") == Rows()
    assert text_of_rows(Rows()) == ""


def test_comments_are_kept() -> None:
    text = 'close > open  # green\n# a "note"\nand sector in ("#1", "Energy")  # last'
    sheet = rows_of(text)
    assert sheet.comments == ("# green", '# a "note"', "# last")
    assert rows_of(text_of_rows(sheet)) == sheet
    assert criteria.compile(text_of_rows(sheet)) == criteria.compile(text)


@pytest.mark.parametrize(
    ("item", "text"),
    [
        (Row("rsi(14)", "<", ("30 or close > 0",)), "rsi(14) < (30 or close > 0)"),
        (Row("close", "between", ("5",)), "close between 5 and"),
        (Row("close", ">", ("",)), "close >"),
        (Row(), ""),
        (Row("sector", "in", ()), "sector in ()"),
        (Group("and", (Formula("a > 1 or b > 2"), Row(), Row("c", ">", ("3",)))), "(a > 1 or b > 2) and c > 3"),
        (Group("or", (Formula("a > 1 and b > 2"), Row("c", ">", ("3",)))), "a > 1 and b > 2 or c > 3"),
        (Group("and", (Group("or", (Row("a", ">", ("1",)), Row())), Row("c", ">", ("3",)))), "a > 1 and c > 3"),
        (Group("and", (Formula("a > 1 # x"), Row("c", ">", ("3",)))), "a > 1 # x\n and c > 3"),
    ],
)
def test_a_row_cannot_reach_beyond_its_place(item: Row | Group, text: str) -> None:
    assert item_text(item) == text


def test_a_condition_after_let_begins_a_line_of_its_own() -> None:
    sheet = Rows(Group("and", (Formula("not close > a"), Row("close", ">", ("1",)))), "let a = open")
    found = criteria.compile(text_of_rows(sheet))
    assert [text_of(clause) for clause in found.clauses] == ["not close > a", "close > 1"]
