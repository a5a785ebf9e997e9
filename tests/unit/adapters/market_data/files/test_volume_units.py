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
