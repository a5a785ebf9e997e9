"""Columns and years in further spellings: adjusted closes, units of volumes, names of vendors, years of Thailand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from technic_scanner.adapters.market_data.files.names import meaning
from technic_scanner.adapters.market_data.files.volume_units import unit_of
from tests.unit.adapters.market_data.files.reading import checked, written


@pytest.mark.parametrize(
    "name",
    [
        "Cours ajusté",
        "Chiusura rettificata",
        "Düzeltilmiş Kapanış",
        "Justerad stängning",
        "Cierre Ajust.",
        "Total Return Close",
        "Skorygowane zamknięcie",
        "Justeret lukkekurs",
        "Aangepaste slotkoers",
        "Slotkoers (aangepast)",
        "Закрытие (скорр.)",
        "Скорректированная цена закрытия".replace(" цена закрытия", " закрытие"),
    ],
)
def test_adjusted_closes(name: str) -> None:
    assert meaning(name) == "adj_close"


@pytest.mark.parametrize(
    ("name", "shares"),
    [
        ("Volume in 1000", 1e3),
        ("Volume/1000", 1e3),
        ("Volume_000", 1e3),
        ("Thousands of shares", 1e3),
        ("Volumen Mio", 1e6),
        ("Menge (in 1.000)", 1e3),
        ("Volume / 100", 1e2),
    ],
)
def test_units_of_volumes(name: str, shares: float) -> None:
    assert (meaning(name) or "volume", unit_of(name).shares) == ("volume", shares)


@pytest.mark.parametrize(
    "name", ["Volume", "Volume MLN", "Volume MIO", "Volume_600", "Volume 000660", "Volume/Turnover", "Shares", "Lots"]
)
def test_names_without_a_unit(name: str) -> None:
    assert unit_of(name).shares == 1.0


HEADERS = {
    "b3": "TradDt,FrstPric,MaxPric,MinPric,LastPric,FinInstrmQty",
    "refinitiv": "Date,OPEN_PRC,HIGH_1,LOW_1,TRDPRC_1,ACVOL_UNS",
    "datascope": "Trade Date,Open Price,High Price,Low Price,Last Trade Price,Volume",
    "milan": "Data,Prezzo Apertura,Prezzo Massimo,Prezzo Minimo,Prezzo Ultimo,Volume",
    "avanza": "Datum,Öppen,Högst,Lägst,Senast,Volym",
    "santiago": "Fecha,Apertura,Mayor,Menor,Cierre,Unidades",
    "bogotá": "Fecha,Precio Apertura,Precio Mayor,Precio Menor,Precio Cierre,Cantidad",
    "lima": "Fecha,Apertura,Máxima,Mínima,Cierre,Cantidad Negociada",
    "tel aviv": "תאריך,שער פתיחה,שער גבוה,שער נמוך,שער נעילה,נפח",
    "bangkok": "วันเดือนปี,เปิด,สูงสุด,ต่ำสุด,ล่าสุด,ปริมาณ",
    "hong kong": "日期,開市,高,低,收市,成交量",
}


def first(folder: Path, text: str) -> dict[str, Any]:
    report = checked(written(folder, {"ORBX.csv": text}))
    assert report["symbols"], report["notes"]
    entry: dict[str, Any] = report["symbols"]["ORBX"]
    return entry


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_headers_of_vendors(tmp_path: Path, header: str) -> None:
    entry = first(tmp_path, header + "\n2026-03-02,10.25,12.5,9.75,11.5,1500\n2026-03-03,11.25,13.5,10.75,12.5,1600\n")
    assert (entry["first_open"], entry["first_close"], entry["first_volume"]) == (10.25, 11.5, 1500.0)


@pytest.mark.parametrize("form", ["{d:02}/03/2569", "2569-03-{d:02}"])
def test_years_of_thailand(tmp_path: Path, form: str) -> None:
    rows = "".join(f"{form.format(d=day)},10.25,12.5,9.75,11.5,1500\n" for day in (2, 3, 4, 5, 6, 9, 10, 13))
    entry = first(tmp_path, "Date,Open,High,Low,Close,Volume\n" + rows)
    assert (entry["first"], entry["last"]) == ("2026-03-02", "2026-03-13")
