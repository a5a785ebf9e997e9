"""Symbols as other programs' watchlists read them."""

import pytest

from technic_scanner.runs.exports.symbol_forms import FORMS, plain, thinkorswim, tradingview


@pytest.mark.parametrize(
    ("symbol", "for_tradingview", "for_thinkorswim"),
    [
        ("AAPL", "AAPL", "AAPL"),
        ("BRK.B", "BRK.B", "BRK/B"),
        ("BRK-B", "BRK.B", "BRK/B"),
        ("BRK/B", "BRK.B", "BRK/B"),
        ("SAP.DE", "XETR:SAP", "SAP.DE"),
        ("VOD.L", "LSE:VOD", "VOD.L"),
        ("BT-A.L", "LSE:BT.A", "BT-A.L"),
        ("0700.HK", "HKEX:700", "0700.HK"),
        ("ODD-XYZ", "ODD-XYZ", "ODD-XYZ"),
        ("A.ZZ", "A.ZZ", "A.ZZ"),
    ],
)
def test_each_form_has_its_own_spelling(symbol: str, for_tradingview: str, for_thinkorswim: str) -> None:
    assert (tradingview([symbol]), thinkorswim([symbol])) == (for_tradingview, for_thinkorswim)


def test_lists_keep_their_order() -> None:
    symbols = ["MSFT", "BRK-B", "AAPL"]
    assert plain(symbols) == "MSFT BRK-B AAPL"
    assert tradingview(symbols) == "MSFT,BRK.B,AAPL"
    assert thinkorswim(symbols) == "MSFT,BRK/B,AAPL"
    assert {name: form([]) for name, form in FORMS.items()} == dict.fromkeys(FORMS, "")
