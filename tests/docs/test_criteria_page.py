"""docs/criteria.md holds the tables of the language, and every example and shipped scan in it works."""

from __future__ import annotations

import numpy as np
import pytest

from technic_scanner import criteria
from technic_scanner.criteria.functions import FUNCTIONS
from technic_scanner.criteria.shipped import GROUPS, SHIPPED_SCANS, ShippedScan
from tests.unit.criteria.bars import random_panel
from tools.criteria_page import PAGE, with_tables

PANEL = random_panel(9, 300, seed=21)


def test_the_page_is_that_of_the_language() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert with_tables(page) == page, "run python -m tools.criteria_page"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_example_has_values(name: str) -> None:
    found = criteria.compile(FUNCTIONS[name].example).evaluate(PANEL, 5)
    assert found.shape == (9, 5)
    assert np.isin(found[~np.isnan(found)], (0.0, 1.0)).all()
    assert not np.isnan(found[7:]).all()


@pytest.mark.parametrize("scan", SHIPPED_SCANS, ids=lambda scan: scan.name)
def test_a_shipped_scan_judges_every_symbol_and_says_why(scan: ShippedScan) -> None:
    asked = criteria.compile(scan.text)
    judged = asked.judge(PANEL)
    assert set(judged.matches()) == {PANEL.symbols[row] for row in np.flatnonzero(judged.passes)}
    assert all(judged.explain(row) for row in range(9))
    np.testing.assert_array_equal(asked.evaluate(PANEL)[:, 0] == 1.0, judged.passes)


def test_thirty_scans_are_shipped_in_eight_groups() -> None:
    assert len({scan.name for scan in SHIPPED_SCANS}) == 30
    assert len(GROUPS) == 8
