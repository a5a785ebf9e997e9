"""A sentence names the first symbols and says that there are others."""

from __future__ import annotations

import pytest

from technic_scanner.domain.symbol_text import first_named


@pytest.mark.parametrize(
    ("symbols", "text"), [([], ""), (["A"], "A"), (["A", "B"], "A, B"), (("A", "B", "C"), "A, B and others")]
)
def test_as_many_as_fit_are_named(symbols: list[str], text: str) -> None:
    assert first_named(symbols, 2) == text
