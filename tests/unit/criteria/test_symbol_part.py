"""What is computed of each symbol beforehand, in parts: all values are those of one evaluation, to the bit."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given

from technic_scanner import criteria
from technic_scanner.criteria import symbol_part
from technic_scanner.criteria.evaluate_symbols import symbol_values
from technic_scanner.criteria.judging import Judgement, judge, judged_roots
from technic_scanner.criteria.panel import Panel
from technic_scanner.criteria.printer import text_of
from technic_scanner.criteria.symbol_part import Kept, Wanted, wanted_values
from tests.unit.criteria.bars import random_panel
from tests.unit.criteria.programs import programs

PANEL = random_panel()
SCORES = {name: np.linspace(10, 90, 12) for name in ("tech_rating", "alpha_score", "score")}
FULL = replace(PANEL, numbers=SCORES)


def kept_of(program: criteria.Criteria, panel: Panel, size: int = 5) -> tuple[tuple[Wanted, ...], Kept]:
    """What chunks of ``size`` symbols give, each of which knows its own bars and the market alone."""
    wanted = pickle.loads(pickle.dumps(wanted_values(judged_roots(program), panel.bars.close)))
    chunks = [panel.bars.rows(start, start + size) for start in range(0, len(panel.symbols), size)]
    parts = [symbol_values(wanted, Panel(chunk, {}, panel.market, panel.calendar)) for chunk in chunks]
    return wanted, Kept.of(wanted, np.vstack(parts))


def everything(judged: Judgement) -> list[bytes]:
    """All values of a judgement as bytes."""
    arrays = [judged.truth, judged.clauses, *judged.facts.values(), *judged.shown.values(), judged.order]
    return [repr(a).encode() if isinstance(a, tuple) or a is None else np.asarray(a).tobytes() for a in arrays]


@given(programs())
def test_the_parts_together_are_the_whole_to_the_bit(text: str) -> None:
    try:
        program = criteria.compile(text)
    except criteria.CriteriaError:
        assume(False)
    _, kept = kept_of(program, FULL)
    whole = judge(program, FULL, 1, at_last_bar=True)
    assert everything(judge(program, FULL, 1, at_last_bar=True, kept=kept)) == everything(whole)


def test_values_of_the_market_and_of_sectors_alone_are_read_on_as_many_own_bars() -> None:
    for text in ("correlation(sector.close, market.close, 6) > 0", "sma(market.close / sector.close, 20) > 0"):
        newest = criteria.compile(text).evaluate(FULL)
        assert (newest == 1.0).any(), text
        every = criteria.compile(text).evaluate(FULL, len(FULL.sessions))
        assert np.array_equal(newest[:, 0], every[:, -1], equal_nan=True), text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rsi(14) < 30 and close > sma(close, 20)",
         {"rsi(14)": 1, "sma(close, 20)": 1, "rsi(14) < 30": 1, "close > sma(close, 20)": 1,
          "rsi(14) < 30 and close > sma(close, 20)": 1}),
        ("rank(roc(close, 5)) by sector > 0.9", {"roc(close, 5)": "last bars"}),
        ("rank(close) > 0.5", {}),
        ("score > ema(close, 3)[2]", {"ema(close, 3)[2]": 1}),
        ("sma(tech_rating, 3) > 0 and (score > 0 or roc(close, 2) > 0) for 3 bars",
         {"roc(close, 2) > 0": 3, "roc(close, 2)": 1}),  # the second is a fact of the reason
        ("ema(if(sector is known, roc(close, 2), 0), 5) > 0", {}),  # every bar would have to be kept
        ("market.close > sector.close", {}),
    ],
)  # fmt: skip
def test_what_is_kept_of_a_symbol(text: str, expected: dict[str, object]) -> None:
    last = {int(np.flatnonzero(~np.isnan(row))[-1]) for row in PANEL.bars.close if not np.isnan(row).all()}
    wanted, _ = kept_of(criteria.compile(text), PANEL)
    found = {text_of(item.node): item.bars or "last bars" for item in wanted}
    assert found == expected
    assert all(set(item.columns) == last for item in wanted if item.columns)


def test_kept_values_are_not_computed_again() -> None:
    program = criteria.compile("rank(roc(close, 5)) > 0.5 and score > rsi(14)")
    wanted, kept = kept_of(program, FULL)
    assert {text_of(item.node) for item in wanted} == {"roc(close, 5)", "rsi(14)"}
    other = Kept({node: values + 1.0 for node, values in kept.bars.items()}, kept.sessions)
    judged, changed = (judge(program, FULL, 1, at_last_bar=True, kept=item) for item in (kept, other))
    [fact] = [node for node in judged.facts if text_of(node) == "rsi(14)"]
    np.testing.assert_array_equal(changed.facts[fact], judged.facts[fact] + 1.0)


def test_a_part_of_the_rows_has_the_values_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    program = criteria.compile("rank(roc(close, 5))[1] > 0.3 and zscore(ema(close, 9)) by sector < 2 and rsi(5) > 40")
    wanted = wanted_values(judged_roots(program), FULL.bars.close)
    rows = [0, 3, 4, 8]
    some = Panel(FULL.bars.take(rows), {name: tuple(texts[i] for i in rows) for name, texts in FULL.labels.items()})
    kept = Kept.of(wanted, symbol_values(wanted, FULL)[rows])
    expected = everything(judge(program, some, 1, at_last_bar=True))
    assert everything(judge(program, some, 1, at_last_bar=True, kept=kept)) == expected
    monkeypatch.setattr(symbol_part, "MOST_VALUES", 2)
    assert sum(item.width for item in wanted_values(judged_roots(program), FULL.bars.close)) <= 2
