"""Parameter studies: every cell equals the study of that variant, and ranges are read or refused with their place."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from technic_scanner.criteria import CriteriaError
from technic_scanner.criteria.panel import Panel
from technic_scanner.screening.pick_returns import HORIZONS
from technic_scanner.studies import study, sweep
from technic_scanner.studies.ranges import MOST_VARIANTS, variants_of
from technic_scanner.studies.sweep_document import document_of_sweep
from tests.unit.studies.panels import made_panel

CROSS = "let fast = 5 # 3..7 step 2\nlet slow = 20  # 15..25 step 5\nsma(close, fast) > sma(close, slow)"


def _assert_same(text: str, panel: Panel, **more: object) -> None:
    found = sweep(text, panel, **more)
    for number, criteria in enumerate(found.variants.criteria):
        alone = study(criteria, panel, **more)
        assert found.entries[number] == len(alone)
        for horizon in HORIZONS:
            cell, wanted = found.cells[horizon][number], alone.horizons[horizon]
            assert (cell.n, cell.n_dates) == (wanted.n, wanted.n_dates)
            assert cell.mean_excess == (None if not cell.n else pytest.approx(wanted.mean_excess, abs=1e-12))
            assert cell.hit_rate == (None if not cell.n else pytest.approx(wanted.hit_rate, abs=1e-12))


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["first", "every"]))
def test_every_cell_is_the_study_of_that_variant(seed: int, entry: str) -> None:
    _assert_same(CROSS, made_panel(seed), entry=entry)


@pytest.mark.parametrize(
    "text",
    [
        "let n = 5 # 3..9 step 3\nrank(roc(close, n)) > 0.6 and close > sma(close, 10)",
        "let n = 5 # 3..9 step 3\nroc(close, n) > sector.roc(close, n) and sector in ('Energy', 'Utilities')",
        "let n = 2 # 1..3\nweekly.roc(close, n) > 0 and zscore(close) by sector > -1",
        "let p = 1% # 0.5..1.5 step 0.5\nclose > close[1] * (1 + p) within 3 bars",
        "let n = 3 # 2..4\nmarket.roc(close, n) > 0 and close > sma(close, n)",
        "let n = 900000 # 300000..900000 step 300000\nvolume < n and close > 0",
    ],
)
def test_conditions_across_symbols_and_of_weeks_are_the_same_too(text: str) -> None:
    panel = made_panel(9, symbols=20)
    market = panel.bars.rows(0, 1)
    _assert_same(text, Panel(panel.bars, panel.labels, market))


def test_the_window_and_members_are_those_of_the_study() -> None:
    panel = made_panel(12)
    members = np.ones(panel.bars.shape, dtype=bool)
    members[:4, :80] = False
    whole = Panel(panel.bars, panel.labels, members=members)
    _assert_same(CROSS, whole, start="2022-02-15", end="2022-06-15")


def test_many_chunks_add_up_to_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    panel = made_panel(2, symbols=40)
    one, many = sweep(CROSS, panel, threads=1), sweep(CROSS, panel, threads=5)
    for horizon in HORIZONS:
        np.testing.assert_allclose(one.grid(horizon), many.grid(horizon), rtol=0.0, atol=1e-15)


def test_the_grid_its_best_cell_and_neighbours() -> None:
    found = sweep(CROSS, made_panel(2, symbols=40))
    assert found.variants.shape == (3, 3)
    assert found.variants.criteria[1].canonical.splitlines()[:2] == ["let fast = 3", "let slow = 20"]
    grid = found.grid(5)
    best = found.best(5)
    assert grid.ravel()[best] == grid.max()
    middle = np.delete(grid.ravel(), 4)
    assert sorted(found.neighbours(4, 5)) == sorted(middle)
    assert sorted(found.neighbours(0, 5)) == sorted([grid[0, 1], grid[1, 0], grid[1, 1]])
    assert sorted(found.neighbours(8, 5)) == sorted([grid[2, 1], grid[1, 2], grid[1, 1]])


def test_a_variant_of_few_dates_is_not_the_best() -> None:
    """One entry that rises by half beats all means; it is the best only for who asks for no more dates than one."""
    panel = made_panel(3, holes=False)
    volume = np.ones(panel.bars.shape)
    volume[:, ::3] = 2.0
    volume[4, 60] = 9.0
    panel.bars.close[4, 61:] *= 1.5
    bars = panel.bars
    marked = Panel(type(bars)(bars.symbols, bars.sessions, bars.open, bars.high, bars.low, bars.close, volume))
    found = sweep("let least = 1 # 1..5 step 4\nvolume > least", marked)
    assert [cell.n_dates for cell in found.cells[1]] == [53, 1]
    assert found.grid(1).argmax() == 1
    assert (found.best(1), found.best(1, min_dates=1), found.best(1, min_dates=54)) == (0, 1, None)
    document = document_of_sweep(found, 1)
    assert (document["min_dates"], document["best"]["variant"], document["best"]["n_dates"]) == (30, 0, 53)
    assert any(note.startswith("1 of 2 variants have entries on fewer than 30 dates") for note in document["notes"])
    assert document_of_sweep(found, 1, min_dates=54)["best"] is None


def test_without_entries_nothing_is_best() -> None:
    found = sweep("let n = -5 # -6..-4\nclose < n", made_panel(2))
    assert found.entries.tolist() == [0, 0, 0]
    assert found.best() is None


def test_values_are_written_as_decimals() -> None:
    assert variants_of("let p = 0.1 # 0.1..0.5 step 0.1\nclose > p").ranges[0].values == (
        "0.1",
        "0.2",
        "0.3",
        "0.4",
        "0.5",
    )
    assert variants_of("let n = 1 # 1..10 step 4\nclose > n").ranges[0].values == ("1", "5", "9")
    assert variants_of("let v = 2m; # 1..2\nvolume > v").ranges[0].labels == ("1m", "2m")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("close > 5", "line 1, column 1: No number has a range"),
        ("let n = 5 # 3..9 by 2\nclose > n", "line 1, column 11: A range has the form"),
        ("close > 5 # 1..9", "line 1, column 11: A range stands behind a number"),
        ("let n = sma(close, 5) # 1..9\nclose > n", "A range stands behind a number"),
        ("let n = 5 # 9..3\nclose > n", "line 1, column 11: A range has the form"),
        ("let n = 5 # 3..9 step 0\nclose > n", "with a step above 0"),
        ("let n = 5 # 3..9\nlet m = 1 # 1…9 step 2\nclose > n + m", "line 2, column 11: A range has the form"),
        ("let n = 5 # 3%..9%\nclose > n", "A range has the form # 10..50 step 5, with plain numbers"),
        ("let n = 5 # from 3..9 step 2\nclose > n", "which take the unit of the first"),
        ("let n = 5 # 1..9999\nclose > n", f"more than {MOST_VARIANTS} values"),
        ("let n = 5 # 1..30\nlet m = 5 # 1..30\nclose > n + m", "900 variants"),
        ("let a = 1 # 1..2\nlet b = 1 # 1..2\nlet c = 1 # 1..2\nclose > a + b + c", "this is number 3"),
        ("let n = 5 # 0..9\nclose > sma(close, n)", "With n = 0"),
        ("let n = 5 # 3..9\nscore > n", "known in a scan of one day only"),
        ("let n = 5 # 3..9\nclose >", "line 2"),
    ],
)
def test_what_is_wrong_with_ranges_is_a_sentence_with_its_place(text: str, sentence: str) -> None:
    with pytest.raises(CriteriaError) as caught:
        variants_of(text)
    assert sentence in str(caught.value)


def test_a_range_in_a_text_or_another_comment_is_none() -> None:
    text = "# 1..9 is discussed here: let n = 5 # 3..9\nlet n = 5 # 3..5\nsymbol in ('# 1..2') or close > n"
    assert variants_of(text).shape == (3,)
