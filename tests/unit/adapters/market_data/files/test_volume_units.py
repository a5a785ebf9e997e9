"""The unit that the name of a volume ends with is multiplied with, whatever the language and the brackets."""

from __future__ import annotations

from pathlib import Path

import pytest

from technic_scanner.adapters.market_data.files.names import meaning
from technic_scanner.adapters.market_data.files.volume_units import unit_of
from tests.unit.adapters.market_data.files.reading import checked, written

UNITS = {
    1e2: ["Volume (hundreds)", "Volume (lots of 100)", "Volume (x100)", "成交量(手)", "成交量（手）", "出来高(百株)"],
    1e3: [
        *(
            "Volume (thousands)",
            "Volume [thousands]",
            "Volume (000)",
            "Volume ('000)",
            "Volume (000's)",
            "Volume (1,000s)",
        ),
        *("Volume (thousand shares)", "Volume (000 shares)", "Volume (K shares)", "Vol. (x1000)", "Volume x1000"),
        *("Volume in thousands", "Volume, thousands", "volume_thousands", "Volumen in Tsd.", "Volumen (miles)"),
        *("Volume (milliers)", "Hacim (bin)", "Объём (тыс. шт)", "Объем, тыс.", "Wolumen (tys.)", "Volym (tusental)"),
        *(
            "出来高(千株)",
            "出来高（千株）",
            "Volume（千股）",
            "成交股數(千)",
            "成交仟股",
            "成交張數",
            "成交量(張)",
            "거래량(천주)",
        ),
    ],
    1e4: ["出来高(万株)", "成交量(万股)", "成交量（萬股）"],
    1e5: ["Volume (lakhs)", "Volume [lakhs]", "Volume (in Lacs)"],
    1e6: [
        *("Volume (millions)", "Volume [Mio]", "Volume (M)", "Volume (M shares)", "Volumen (Mio. Stück)", "volume_mn"),
        *("Volume, mln", "Volume (milhões)", "Объём (млн)", "成交量(万手)", "成交量(百万股)"),
    ],
    1e7: ["Volume (crore)", "Volume (Cr)", "Volume (crores)"],
    1e8: ["成交量(亿股)"],
    1e9: ["Volume (Bn)", "Volume (billions)", "Volumen (Mrd.)", "Объём (млрд)"],
}
NO_UNITS = [
    *("Volume", "Volume (24h)", "Volume (30)", "Volume (BTC)", "Volume (NASDAQ)", "Volume (shares)", "Volume(lot)"),
    *("成交量(股)", "売買高(株)", "Umsatz Stücke", "volume 2", "volume_k", "avg_volume_m", "high_k", "Volume (of 0)"),
]


@pytest.mark.parametrize(("shares", "name"), [(shares, name) for shares, names in UNITS.items() for name in names])
def test_a_unit_is_so_many_shares(shares: float, name: str) -> None:
    assert (unit_of(name).shares, meaning(name)) == (shares, "volume")


@pytest.mark.parametrize("name", NO_UNITS)
def test_what_is_no_unit_multiplies_nothing(name: str) -> None:
    assert unit_of(name).shares == 1.0


@pytest.mark.parametrize(
    "name", ["Volume (EUR)", "Volume [EUR]", "Volume (USD mn)", "Volume (mln EUR)", "成交量（元）", "Volume, USD"]
)
def test_an_amount_of_money_is_no_volume(name: str) -> None:
    assert unit_of(name).is_money
    assert meaning(name) == "turnover"


@pytest.mark.parametrize("name", ["Open", "high_mn", "close (thousands)", "Open（元）"])
def test_only_volumes_have_units(name: str) -> None:
    assert meaning(name) in (None, "open", "close")


@pytest.mark.parametrize(
    "name", ["Volume (thousands)", "Volume [thousands]", "volume_thousands", "Volume（千股）", "出来高(千株)"]
)
@pytest.mark.parametrize("symbols", ["", "Symbol,"])
def test_every_reader_multiplies(tmp_path: Path, name: str, symbols: str) -> None:
    row = f"{'ORBX,' if symbols else ''}2026-03-02,83.56,83.94,83.14,83.67,666\n"
    text = f"{symbols}Date,Open,High,Low,Close,{name}\n{row}{row.replace('-02,', '-03,')}"
    (file,) = checked(written(tmp_path, {"ORBX.csv": text}))["files"]
    assert file["symbols"][0]["last_volume"] == 666_000
    assert f"volumes were multiplied by 1,000, the unit in {name}" in " ".join(file["notes"])


ROW = "2026-03-02,83.56,83.94,83.14,83.67"


def volume_of(folder: Path, header: str, *cells: str, name: str = "ORBX.csv") -> float:
    """Return the volume of one bar under a header."""
    text = f"{header}\n" + "".join(f"2026-03-0{2 + n}{ROW[10:]},{cell}\n" for n, cell in enumerate(cells))
    (file,) = checked(written(folder, {name: text}))["files"]
    assert file["read"], file["refused"]
    return float(file["symbols"][0]["first_volume"])


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Date,Open (CR),High (CR),Low (CR),Close (CR),Volume (CR)", "CR.csv"),
        ("Date,Open (BN),High (BN),Low (BN),Close (BN),Volume (BN)", "all.csv"),
        ("Date,Open,High,Low,Close,Volume (BN)", "BN.csv"),
        ("Date,Open,High,Low,Close,Volume BN", "ORBX.csv"),
        ("Date,Open,High,Low,Close,Volume_LAC", "ORBX.csv"),
        ("Date,Open,High,Low,Close,Volume MLN", "ORBX.csv"),
        ("Date,Open,High,Low,Close,Volume_bin", "ORBX.csv"),
        ("Date,Open,High,Low,Close,Volume (of 2026)", "ORBX.csv"),
        ("Date,Open,High,Low,Close,Volume (B)", "ORBX.csv"),
    ],
)
def test_a_symbol_in_the_name_of_a_volume_is_no_unit(tmp_path: Path, header: str, name: str) -> None:
    assert volume_of(tmp_path, header, "1234567", "1234568", name=name) == 1_234_567


@pytest.mark.parametrize(
    "header",
    ["Tarih,Açılış,Maksimum,Minimum,Kapanış,Hacim (K)", "Date,Open,High,Low,Close (kapanış),Volume (K)"],
)
def test_a_letter_within_the_names_of_prices_makes_no_symbol_of_a_unit(tmp_path: Path, header: str) -> None:
    assert volume_of(tmp_path, header, "1234", "1240") == 1_234_000


@pytest.mark.parametrize("name", ["Volume (M)", "volume_mn", "Volume (Bn)", "Volume (K shares)", "出来高(千株)"])
def test_a_unit_in_the_cells_counts_once(tmp_path: Path, name: str) -> None:
    assert volume_of(tmp_path, f"Date,Open,High,Low,Close,{name}", "1.23M", "1.25M") == pytest.approx(1_230_000)


def test_a_volume_in_shares_goes_before_one_in_millions(tmp_path: Path) -> None:
    header = "Date,Open,High,Low,Close,volume_mn,Volume"
    assert volume_of(tmp_path, header, "1.23,1234567", "1.24,1240001") == 1_234_567
