"""Labels that nothing has are told, and those that a universe may have are not."""

from __future__ import annotations

import pytest

from technic_scanner import criteria


@pytest.mark.parametrize(
    ("text", "part", "marked"),
    [
        (
            'sector = "Enrgy"',
            "no GICS sector, so that only a universe with sectors of its own has it. Did you",
            '"Enrgy"',
        ),
        ('sector in ("Energy", "Utilitys")', "'Utilities'", 'sector in ("Energy", "Utilitys")'),
        ('signal != "lng"', "Did you mean 'Long'?", '"lng"'),
        ('"strong buy" = signal', "Signals are Strong Short, Short", '"strong buy"'),
    ],
)
def test_a_label_that_nothing_has_is_told(text: str, part: str, marked: str) -> None:
    (hint,) = criteria.compile(text).hints
    assert part in hint.message
    assert text[hint.column - 1 : hint.column - 1 + hint.length] == marked


@pytest.mark.parametrize(
    "text",
    [
        'sector = "energy"',
        'sector in ("Technology", "healthcare")',
        'signal in ("strong long", "Long")',
        'industry = "Anything"',
        'symbol = "ABC"',
        "sector = industry",
    ],
)
def test_a_label_that_something_may_have_is_not(text: str) -> None:
    assert criteria.compile(text).hints == ()
