"""The symbol is found in the names that vendors, browsers and people give to files, and above a table."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.adapters.market_data.files.reading import checked, written

BARS = "Date,Open,High,Low,Close,Volume\n2026-03-12,10,12,9,11,1500\n2026-03-13,11,13,10,12,1600\n"
OTHER = BARS.replace("1500", "2500")


@pytest.mark.parametrize(
    ("names", "symbols"),
    [
        (["MacroTrends_Data_Download_ORBX"], {"ORBX"}),
        (["ORBX_yahoo", "ZQM_yahoo"], {"ORBX", "ZQM"}),
        (["HistoricalQuotes_ORBX"], {"ORBX"}),
        (["NASDAQ-ORBX, 1D", "NASDAQ-ZQM, 1D"], {"ORBX", "ZQM"}),
        (["ORBUSD_1440", "ZQMUSD_1440"], {"ORBUSD", "ZQMUSD"}),
        (["ORBX_full_1day_adjsplitdiv"], {"ORBX"}),
        (["US_ORBX", "US_ZQM"], {"ORBX", "ZQM"}),
        (["US_500"], {"US_500"}),
        (["ORBX_US_EQ", "ZQM_US_EQ"], {"ORBX", "ZQM"}),
        (["Quote-Equity-ORBX-EQ-01-01-2026-to-13-03-2026"], {"ORBX"}),
        (["ORBX.USUSD_Candlestick_1_D_BID_01.01.2020-13.03.2026"], {"ORBX.USUSD"}),
        (["%5EORB", "ORBX"], {"^ORB", "ORBX"}),
        (["ticker_ORBX", "ticker_ZQM"], {"ORBX", "ZQM"}),
        (["symbol=ORBX", "symbol=ZQM"], {"ORBX", "ZQM"}),
        (["ORBX_mine", "ZQM_mine", "KO_mine"], {"ORBX", "ZQM", "KO"}),
        (["ORBX.L", "ZQM.L"], {"ORBX.L", "ZQM.L"}),
        (["SIX-USD"], {"SIX-USD"}),
    ],
)
def test_what_all_names_have_in_common_is_no_part_of_the_symbol(
    tmp_path: Path, names: list[str], symbols: set[str]
) -> None:
    report = checked(written(tmp_path, {f"{name}.csv": BARS for name in names}))
    assert set(report["symbols"]) == symbols


@pytest.mark.parametrize(
    "copy",
    ["ORBX (1)", "ORBX - Copy", "ORBX - Kopie (2)", "ORBX - Copie", "ORBX - copia", "Copy of ORBX", "Kopie von ORBX",
     "Copia de ORBX"],
)  # fmt: skip
def test_a_copy_in_any_language_is_no_second_symbol(tmp_path: Path, copy: str) -> None:
    report = checked(written(tmp_path, {"ORBX.csv": BARS, f"{copy}.csv": BARS}))
    assert {symbol: entry["bars"] for symbol, entry in report["symbols"].items()} == {"ORBX": 2}


@pytest.mark.parametrize(
    ("above", "symbol"),
    [
        ("ORBX US Equity\n", "ORBX"),
        ("Security,ORBX US Equity\nStart Date,3/12/2026\nPeriod,D\n\n", "ORBX"),
        ("Symbol: ORBX\n", "ORBX"),
        ("# ticker = ORBX\n# currency = USD\n", "ORBX"),
        ("Stock Code: 0700\nStock Name: ORBIT\n", "0700"),
        ("종목코드,005930\n", "005930"),
        ("ORBX - Historical Price and Volume Data\nHistorical prices are adjusted for stock splits.\n\n", "ORBX"),
        ('"115年03月 2330 台積電           各日成交資訊"\n', "2330"),
        ("ORBX LN Equity\n", "ORBX LN"),
    ],
)
def test_the_symbol_above_the_table_is_used(tmp_path: Path, above: str, symbol: str) -> None:
    report = checked(written(tmp_path, {"grid1.csv": above + BARS}))
    assert list(report["symbols"]) == [symbol]
    assert "stands above the table" in " ".join(report["files"][0]["notes"])


@pytest.mark.parametrize(
    "above",
    [
        "Security,ORBX US Equity\n",
        "Security,Orbit Industries Inc.\n",
        "ISIN,DE0001234567\n",
        "Currency,USD\nPeriod,D\nMarket,XNAS\n",
        "Symbol: ORBX\nSymbol: ZQM\n",
    ],
)
def test_the_name_of_the_file_is_used_where_nothing_above_it_says_otherwise(tmp_path: Path, above: str) -> None:
    report = checked(written(tmp_path, {"ORBX.csv": above + BARS}))
    assert list(report["symbols"]) == ["ORBX"]


def test_a_column_of_symbols_goes_before_what_stands_above(tmp_path: Path) -> None:
    rows = "".join(f"{row},KO\n" for row in BARS.splitlines()[1:])
    report = checked(written(tmp_path, {"grid1.csv": f"Symbol: ORBX\nDate,Open,High,Low,Close,Volume,Symbol\n{rows}"}))
    assert list(report["symbols"]) == ["KO"]


@pytest.mark.parametrize(
    ("column", "value"),
    [("isin", "US0378331005"), ("company_id", "24937"), ("tickerid", "913256"), ("Issuer", "Orbex")],
)
def test_a_number_or_a_name_beside_the_bars_is_used_only_where_the_file_has_no_symbol_in_its_name(
    tmp_path: Path, column: str, value: str
) -> None:
    head, *rows = BARS.splitlines()
    text = "\n".join([f"{column},{head}", *(f"{value},{row}" for row in rows)]) + "\n"
    named, unnamed = tmp_path / "named", tmp_path / "unnamed"
    assert list(checked(written(named, {"ORBX.csv": text}))["symbols"]) == ["ORBX"]
    assert list(checked(written(unnamed, {"data.csv": text}))["symbols"]) == [value.upper()]
