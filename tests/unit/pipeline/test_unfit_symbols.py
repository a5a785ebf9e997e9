"""Symbols and names that a source lists and no page can show: turned down with a reason, or written out."""

from __future__ import annotations

import pytest

from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.fields import MAX_SYMBOL_LENGTH, MAX_TEXT_LENGTH
from technic_scanner.domain.printable import is_printable
from technic_scanner.domain.universe import Security, Universe
from technic_scanner.pipeline.universe import UNFIT_SYMBOL, filter_securities


def universe(*securities: Security) -> Universe:
    return Universe("files", securities)


@pytest.mark.parametrize("symbol", ["X" * (MAX_SYMBOL_LENGTH + 1), "X" * 100_000, "A\x1b[2J", "A\u202eB", "A\nB", ""])
def test_what_is_no_symbol_is_turned_down_with_a_reason(symbol: str) -> None:
    found = filter_securities(universe(Security("AAA"), Security(symbol)), ScanConfig())
    assert [security.symbol for security in found.kept] == ["AAA"]
    assert dict(found.removed) == {UNFIT_SYMBOL: 1}
    (failure,) = found.failures
    assert (failure.reason, len(failure.symbol) <= MAX_SYMBOL_LENGTH, is_printable(failure.symbol)) == (
        UNFIT_SYMBOL,
        True,
        True,
    )


def test_names_and_groups_are_written_out_and_cut() -> None:
    strange = Security("AAA", name="Evil\x1b]0;x\x07 Inc", sector="Energy", industry="y" * 10_000)
    (kept,) = filter_securities(universe(strange), ScanConfig()).kept
    assert (kept.symbol, kept.sector, kept.name) == ("AAA", "Energy", "Evil\\u001b]0;x\\u0007 Inc")
    assert kept.industry is not None
    assert len(kept.industry) == MAX_TEXT_LENGTH


def test_ordinary_securities_are_the_same_objects() -> None:
    usual = Security("BRK.B", name="Berkshire", sector="Financials")
    (kept,) = filter_securities(universe(usual), ScanConfig()).kept
    assert kept is usual


@pytest.mark.parametrize("asked", ["BRK.B", "brk/b", "BRK B", "BRK_B", "BRK-B"])
def test_a_share_class_may_be_written_with_any_mark(asked: str) -> None:
    found = filter_securities(universe(Security("BRK-B"), Security("AAA")), ScanConfig(symbols=(asked.upper(),)))
    assert [security.symbol for security in found.kept] == ["BRK-B"]
    assert [failure.reason for failure in found.failures] == ["symbols"]


def test_a_symbol_that_is_listed_as_it_is_written_is_meant() -> None:
    listed = universe(Security("BRK-B"), Security("BRK.B"))
    found = filter_securities(listed, ScanConfig(symbols=("BRK.B",)))
    assert [security.symbol for security in found.kept] == ["BRK.B"]
