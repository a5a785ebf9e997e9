"""The column of shares is the volume, whatever it and the column of their value are called."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.adapters.market_data.files.reading import checked, written

PRICES = ((83.56, 83.94, 83.14, 83.67), (84.10, 85.02, 83.90, 84.71), (85.00, 85.60, 84.20, 84.33))
SHARES = (666_115, 512_900, 731_044)


def volumes(folder: Path, text: str) -> list[float]:
    """Return the first and the last volume of the one file."""
    (file,) = checked(written(folder, {"ORBX.csv": text}))["files"]
    assert file["read"], file["refused"]
    return [file["symbols"][0][f"{which}_volume"] for which in ("first", "last")]


def said(folder: Path) -> str:
    """Return the notes on the one file, or why it was refused."""
    (file,) = checked(folder)["files"]
    return " ".join([*file["notes"], file["refused"] or ""])


def table(names: str, *columns: tuple[object, ...], mark: str = ",") -> str:
    """Return a table of the three bars with further columns called ``names``."""
    rows = [
        mark.join(map(str, (f"2026-03-0{n + 2}", *prices, *(column[n] for column in columns))))
        for n, prices in enumerate(PRICES)
    ]
    return "\n".join([mark.join(["Date", "Open", "High", "Low", "Close", names]), *rows, ""])


def money(unit: float = 1.0) -> tuple[float, ...]:
    """Return the value of the shares, at a price between low and close."""
    return tuple(round(n * (p[2] + p[3]) / 2 * unit, 2) for n, p in zip(SHARES, PRICES, strict=True))


@pytest.mark.parametrize(
    ("value", "shares"),
    [("Volume", "Quantity"), ("Volume", "Shares"), ("Volume", "Qty"), ("Volumen", "Cantidad"), ("Volume", "Amount"),
     ("Total Volume", "Turnover"), ("Volume", "Quantidade"), ("Vol.", "Shares")],
)  # fmt: skip
@pytest.mark.parametrize("shares_first", [True, False])
def test_the_prices_tell_shares_from_money(tmp_path: Path, value: str, shares: str, *, shares_first: bool) -> None:
    text = table(f"{shares},{value}", SHARES, money()) if shares_first else table(f"{value},{shares}", money(), SHARES)
    assert volumes(tmp_path, text) == [SHARES[0], SHARES[-1]]
    assert "is its value in money" in said(tmp_path)


def test_a_volume_in_shares_beside_a_turnover_stays(tmp_path: Path) -> None:
    assert volumes(tmp_path, table("Volume,Quantity", SHARES, money())) == [SHARES[0], SHARES[-1]]


def test_shares_are_told_from_money_with_decimal_commas(tmp_path: Path) -> None:
    text = (
        "Ativo;Data;Abertura;Máximo;Mínimo;Fechamento;Volume;Quantidade\n"
        "ORBX3;03/03/2026;83,56;83,94;83,14;83,67;55.733.842,05;666.115\n"
        "ORBX3;13/03/2026;84,10;85,02;83,90;84,71;43.401.598,00;512.900\n"
    )
    assert volumes(tmp_path, text) == [666_115, 512_900]


def test_two_columns_that_could_be_the_volume_are_named_where_the_prices_do_not_tell(tmp_path: Path) -> None:
    assert volumes(tmp_path, table("Volume,Quantity", SHARES, (5, 9, 7))) == [SHARES[0], SHARES[-1]]
    assert "Volume and Quantity could both be the volume" in said(tmp_path)


@pytest.mark.parametrize(
    "name",
    ["turnoverVol", "TurnoverVolume", "turnover_shares", "Trd Qty", "TTLTRADEDQTY", "QTY_TRADED", "Contracts", "Pieces",
     "nb_titres", "Nombre de titres", "Ilosc", "Ilość", "Omsatt antal", "Antal", "Volyymi", "day_qty_eq", "Objem",
     "Množství", "Mnozstvi"],
)  # fmt: skip
def test_a_volume_by_another_name_is_not_lost(tmp_path: Path, name: str) -> None:
    assert volumes(tmp_path, table(name, SHARES)) == [SHARES[0], SHARES[-1]]


@pytest.mark.parametrize("name", ["Deliv_Qty", "No of trades", "Shares outstanding", "Bid qty", "Short volume"])
def test_other_numbers_of_shares_are_no_volume(tmp_path: Path, name: str) -> None:
    assert volumes(tmp_path, table(name, SHARES)) == [0, 0]
    assert "no column for volume" in said(tmp_path)


def test_a_number_of_shares_goes_before_the_turnover(tmp_path: Path) -> None:
    text = table("Omsättning,Antal", money(), SHARES)
    assert volumes(tmp_path, text) == [SHARES[0], SHARES[-1]]


@pytest.mark.parametrize("name", ["Umsatz", "Obrót", "Obrot", "Omsättning"])
def test_a_turnover_is_the_volume_only_if_its_numbers_are_whole(tmp_path: Path, name: str) -> None:
    assert volumes(tmp_path / "shares", table(name, SHARES)) == [SHARES[0], SHARES[-1]]
    assert "nothing tells whether it is money" in said(tmp_path / "shares")
    assert volumes(tmp_path / "money", table(name, tuple(value + 0.25 for value in money()))) == [0, 0]
    assert "its decimals show that it is money" in said(tmp_path / "money")
