"""Names of columns in further spellings and languages are known, and what they hold is used."""

from __future__ import annotations

from pathlib import Path

import pytest

from technic_scanner.adapters.market_data.files.names import meaning
from tests.unit.adapters.market_data.files.reading import checked, written


def first_bar(folder: Path, text: str) -> dict[str, object]:
    """Return the first bar of the one file."""
    (file,) = checked(written(folder, {"ORBX.csv": text}))["files"]
    assert file["read"], file["refused"]
    bar: dict[str, object] = file["symbols"][0]
    return bar


@pytest.mark.parametrize(
    "name",
    ["Adj Price", "adj_price", "Adjusted Price", "Price Adj", "Price (Adj.)", "PriceAdjusted", "Adj Last",
     "Adj. Last Price", "Close Adj", "Close Adjusted Price", "Adjusted Closing Price", "Adj Close Price",
     "Adj. Price (USD)", "adjust_close", "Last Adj", "closeBackAdjusted", "PX_LAST_ADJ", "Split Adjusted Price"],
)  # fmt: skip
def test_an_adjusted_price_adjusts_in_every_spelling(tmp_path: Path, name: str) -> None:
    bar = first_bar(tmp_path, f"Date,Open,High,Low,Close,Volume,{name}\n2025-03-03,160,162,158,160,500,80\n")
    assert (bar["first_close"], bar["first_high"]) == (80, 81)


@pytest.mark.parametrize("name", ["unadjusted price", "Price unadj", "prev adj price", "adj factor"])
def test_what_is_not_adjusted_does_not_adjust(tmp_path: Path, name: str) -> None:
    assert meaning(name) != "adj_close"


@pytest.mark.parametrize(
    "names",
    ["Cours d'ouverture;Cours le plus haut;Cours le plus bas;Cours de clôture",
     "Ouverture;Plus haut;Plus bas;Fermeture",
     "Avauskurssi;Ylin kurssi;Alin kurssi;Päätöskurssi", "Otevření;Maximum;Minimum;Uzavření",
     "Öppning;Högst;Lägst;Stängning", "Oppning;Hogst;Lagst;Stangning", "Open;High;Low;Last Done",
     "Open;High;Low;Last Sale", "Open;High;Low;Market Price", "PX_OPEN;PX_HIGH;PX_LOW;PX_SETTLE",
     "mid.o;mid.h;mid.l;mid.c", "Prezzo di apertura;Prezzo massimo;Prezzo minimo;Prezzo di chiusura",
     "Precio de apertura;Precio máximo;Precio mínimo;Precio de cierre",
     "Åbningskurs;Højeste kurs;Laveste kurs;Lukkekurs"],
)  # fmt: skip
def test_the_prices_are_known_in_further_languages_and_spellings(tmp_path: Path, names: str) -> None:
    bar = first_bar(tmp_path, f"Date;{names};Volume\n2026-03-02;160;162;158;161;500\n")
    assert [bar[f"first_{what}"] for what in ("open", "high", "low", "close")] == [160, 162, 158, 161]


def test_a_close_goes_before_the_price_of_the_market_and_mids_before_bids(tmp_path: Path) -> None:
    text = "time,volume,mid.o,mid.h,mid.l,mid.c,bid.o,bid.h,bid.l,bid.c\n2026-03-02,5,10,12,9,11,9,11,8,10\n"
    assert first_bar(tmp_path, text)["first_close"] == 11
    text = "Date,Open,High,Low,Market Price,Close,Volume\n2026-03-02,10,12,9,10.5,11,5\n"
    assert first_bar(tmp_path / "market", text)["first_close"] == 11
