"""Symbols of pasted text: what is around them is tolerated, what is unknown is named, and nothing is taken twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.domain.symbols import alike
from technic_scanner.domain.watchlist import NOTE_LIMIT, WatchlistEntry
from technic_scanner.errors import ConfigError
from technic_scanner.runs.watchlists.pasted import LONGEST, read_text
from technic_scanner.runs.watchlists.text_forms import FORMS

SAMPLE = ("AAPL", "BRK.B", "MSFT", "ALL", "A", "005930")


def symbols(text: str, known: tuple[str, ...] | None = None) -> list[str]:
    return [entry.symbol for entry in read_text(text, known).entries]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("AAPL MSFT", ["AAPL", "MSFT"]),
        ("aapl, msft;xom|ko\tpg", ["AAPL", "MSFT", "XOM", "KO", "PG"]),
        ("\"AAPL\", 'MSFT', “XOM”, «KO»", ["AAPL", "MSFT", "XOM", "KO"]),
        ("BRK.B BRK-B brk/b BRK_B", ["BRK.B"]),
        ("1. AAPL\n2) MSFT\n- XOM\n• KO", ["AAPL", "MSFT", "XOM", "KO"]),
        ("$AAPL to the moon, $TSLA too!", ["AAPL", "TSLA"]),
        ("Apple Inc. (AAPL) 189.50 +1.2% on 2024-01-05", ["AAPL"]),
        ("Buy AAPL at 12.50 and sell all of it", ["AAPL"]),
        ("NASDAQ:AAPL,NYSE:BRK.B", ["AAPL", "BRK.B"]),
        ("7203.T 0700.HK VOD.L ^GSPC EURUSD=X", ["7203.T", "0700.HK", "VOD.L", "^GSPC", "EURUSD=X"]),
        ("12.50 1,600 2024-01-05 100% --- ...", []),
        ("\ufeffAAPL\r\nMSFT\r\n", ["AAPL", "MSFT"]),
        ("", []),
    ],
)
def test_what_is_around_symbols_is_left_out(text: str, found: list[str]) -> None:
    assert symbols(text) == found


def test_with_a_universe_unknown_names_are_told_at_once_and_words_are_not_taken_as_symbols() -> None:
    read = read_text("BUY AAPL, brk-b and FOOBAR at 12.50 (all of it): BRK/B, 005930, BAZ", SAMPLE)
    assert [entry.symbol for entry in read.entries] == ["AAPL", "BRK/B", "005930"]
    assert read.unknown == ("BUY", "FOOBAR", "BAZ")
    assert read.ignored == ("brk-b", "and", "at", "12.50", "all", "of", "it")
    assert symbols("brk-b all 12.50", SAMPLE) == ["BRK-B", "ALL"], "a text in small letters alone is symbols"


def test_a_table_is_read_by_its_column_of_symbols_whatever_stands_above_it() -> None:
    thinkorswim = (
        "Watchlist 'tech'\n\n\nSymbol,Description,Last,Net Chng\n"
        'AAPL,"APPLE INC COM, NASDAQ",189.50,+1.20\nBRK/B,BERKSHIRE,450.10,-2.00\n"MSFT",MICROSOFT,410,1\n,,,\n'
    )
    assert symbols(thinkorswim) == ["AAPL", "BRK/B", "MSFT"]
    noted = read_text('Name;"Ticker";Notes\nApple;AAPL;"before; earnings"\nBerkshire;BRK B;\n')
    assert noted.entries == (WatchlistEntry("AAPL", "before; earnings"), WatchlistEntry("BRK-B"))


def test_sections_exchanges_and_notes_are_kept() -> None:
    text = "###Big tech,NASDAQ:AAPL,NASDAQ:MSFT,###Other,NYSE:BRK.B"
    apple, microsoft, berkshire = read_text(text).entries
    assert apple == WatchlistEntry("AAPL", "", "Big tech", "NASDAQ")
    assert (microsoft.section, berkshire.section, berkshire.exchange) == ("Big tech", "Other", "NYSE")
    (noted,) = read_text("AAPL  # buy below  150\x07").entries
    assert noted.note == "buy below 150\\u0007"
    assert len(read_text(f"AAPL # {'x' * 900}").entries[0].note) == NOTE_LIMIT


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("XETR:SAP,LSE:VOD,TSE:7203,HKEX:700", ["SAP.DE", "VOD.L", "7203.T", "0700.HK"]),
        ("NASDAQ:AAPL,EURONEXT:ASML", ["AAPL", "ASML"]),  # Amsterdam, Brussels, Lisbon or Paris: not told
        ("LSE:VOD.L LSE:BT.A", ["VOD.L", "BT-A.L"]),
    ],
)
def test_symbols_of_tradingview_get_the_ending_of_their_exchange(text: str, found: list[str]) -> None:
    assert symbols(text) == found


def test_with_a_universe_the_exchange_decides_which_of_its_symbols_is_meant() -> None:
    assert symbols("XETR:SAP EURONEXT:ASML LSE:VOD", ("SAP", "SAP.DE", "ASML.AS", "VOD")) == [
        "SAP.DE",
        "ASML.AS",
        "VOD",
    ]
    assert read_text("XETR:SAP", ("AAPL",)).unknown == ("SAP",)


@pytest.mark.parametrize("text", ["A" * (LONGEST + 1), " ".join(f"S{number:05}X" for number in range(20_001))])
def test_what_is_too_long_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="text"):
        read_text(text)


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SYMBOL = st.text(LETTERS, min_size=1, max_size=5) | st.builds(
    "{}{}{}".format, st.text(LETTERS, min_size=2, max_size=4), st.sampled_from(".-/"), st.sampled_from("AB")
)
# A heading "Ticker" would make the text a table.
NOTE = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp")), max_size=40)
ENTRIES = st.lists(
    st.builds(
        WatchlistEntry,
        (SYMBOL | st.sampled_from(("SAP.DE", "VOD-L", "BT-A.L", "0700.HK", "7203.T", "RY.TO"))).filter(
            lambda symbol: symbol not in ("SYMBOL", "TICKER")
        ),
        NOTE.map(lambda note: " ".join(note.split())),
        st.sampled_from(("", "Big tech", "Übrige")),
        st.sampled_from(("", "NYSE")),
    ),
    unique_by=lambda entry: alike(entry.symbol),
)


@given(ENTRIES)
def test_every_form_is_read_again_with_the_same_symbols(entries: list[WatchlistEntry]) -> None:
    for form, write in FORMS.items():
        read = read_text(write(entries))
        assert [alike(entry.symbol) for entry in read.entries] == [alike(entry.symbol) for entry in entries], form
        assert read.unknown == () == read.ignored
    whole = sorted(entries, key=lambda entry: entry.section)
    assert list(read_text(FORMS["text"](whole)).entries) == whole


@given(st.text(max_size=200), st.none() | st.lists(SYMBOL, max_size=5).map(tuple))
def test_any_text_is_read_without_an_error_and_nothing_twice(text: str, known: tuple[str, ...] | None) -> None:
    read = read_text(text, known)
    names = [alike(entry.symbol) for entry in read.entries]
    assert len(set(names)) == len(names)
    assert all(entry.symbol == entry.symbol.upper() for entry in read.entries)
    if known is not None:
        assert set(names) <= set(map(alike, known))


def test_other_programs_get_share_classes_as_they_write_them() -> None:
    entries = [WatchlistEntry("BRK-B", "a note", "Big", "NYSE"), WatchlistEntry("VOD.L", section="Big")]
    assert FORMS["tradingview"](entries) == "###Big,NYSE:BRK.B,LSE:VOD\n"
    assert FORMS["thinkorswim"](entries) == "BRK/B\nVOD.L\n"
    assert FORMS["text"](entries) == "###Big\nNYSE:BRK-B  # a note\nVOD.L\n"
