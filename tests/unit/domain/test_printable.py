"""Characters that could steer a terminal or turn text around: found, and written out so that JSON reads them back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.domain.printable import is_printable, visible

STEERING = [
    "\x1b[31m",
    "\x9b31m",
    "\x07",
    "\r",
    "a\nb",
    "\x7f",
    "\u202eevil",
    "\u2066x",
    "a\u2028b",
    "a\u2029b",
    "\ud800",
]


@pytest.mark.parametrize("text", STEERING)
def test_what_steers_a_terminal_is_found_and_written_out(text: str) -> None:
    assert not is_printable(text)
    shown = visible(text)
    assert is_printable(shown)
    assert shown.isascii()
    assert json.loads(f'"{shown}"') == text


@given(st.text())
def test_the_rest_stays_as_it_is(text: str) -> None:
    assert is_printable(visible(text))
    assert visible(visible(text)) == visible(text)
    if is_printable(text):
        assert visible(text) == text


@pytest.mark.parametrize("text", ["", "Société Générale", "日本", "🚀 x", "שלום", "a\u00a0b", "BRK.B"])
def test_words_of_any_language_are_printable(text: str) -> None:
    assert is_printable(text)


def test_wanted_line_breaks_stay() -> None:
    assert visible("a\nb\x1bc", keep="\n") == "a\nb\\u001bc"
