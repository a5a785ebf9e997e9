"""The symbol is found in the names that vendors, browsers and people give to files, and above a table."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.adapters.market_data.files.reading import checked, written

BARS = "Date,Open,High,Low,Close,Volume\n2026-03-12,10,12,9,11,1500\n2026-03-13,11,13,10,12,1600\n"
HEAD = BARS.splitlines(keepends=True)[0]
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


@pytest.mark.parametrize(
    "before",
    [
        *("intraday_5min_", "intraday_1min_", "intraday_60min_", "intraday_extended_5min_", "intraday_"),
        *("daily_adjusted_", "daily_", "weekly_adjusted_", "weekly_", "monthly_adjusted_"),
    ],
)
@pytest.mark.parametrize("others", [(), ("ORBX",), ("intraday_1min_ORBX", "daily_KRND"), ("NASDAQ_ORBX, 1D",)])
def test_names_of_alpha_vantage_alone_and_among_others(tmp_path: Path, before: str, others: tuple[str, ...]) -> None:
    names = (f"{before}VKTR", *others)
    bars = HEAD + "".join(f"2026-03-{day:02d},10,12,9,11,1500\n" for day in (2, 3, 4))
    report = checked(written(tmp_path, {f"{name}.csv": bars for name in names}))
    assert "VKTR" in report["symbols"]
    assert not [symbol for symbol in report["symbols"] if "INTRADAY" in symbol or "DAILY" in symbol]


def test_a_daily_and_an_intraday_file_of_one_symbol_are_one(tmp_path: Path) -> None:
    daily = HEAD + "".join(f"2026-03-{day:02d},10,12,9,11,1500\n" for day in (2, 3, 4))
    hours = HEAD + "".join(
        f"2026-03-{day:02d} {hour}:00:00,{prices},750\n"
        for day in (2, 3, 4)
        for hour, prices in ((10, "10,12,9,10"), (11, "10,11,10,11"))
    )
    report = checked(written(tmp_path, {"daily_VKTR.csv": daily, "intraday_60min_VKTR.csv": hours}))
    assert list(report["symbols"]) == ["VKTR"]


def test_a_symbol_that_begins_with_a_word_is_left(tmp_path: Path) -> None:
    report = checked(written(tmp_path, {"DAILY.csv": HEAD + "2026-03-02,10,12,9,11,1500\n"}))
    assert list(report["symbols"]) == ["DAILY"]


def test_a_refused_file_does_not_tell_what_names_have_in_common(tmp_path: Path) -> None:
    files = {"NASDAQ_ORBX, 1D.csv": BARS, "NASDAQ_ZQM, 1D.csv": OTHER, "notes.csv": "a,b\n1,2\n"}
    assert set(checked(written(tmp_path, files))["symbols"]) == {"ORBX", "ZQM"}
