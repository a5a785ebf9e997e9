"""Folders with a vendor's files from before and after it changed their form: one history per symbol, bar for bar."""
# ruff: noqa: E501 - the lines are those of the files

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.adapters.market_data.files.reading import checked, written

OLD_NSE = "SYMBOL,SERIES,OPEN,HIGH,LOW,CLOSE,LAST,PREVCLOSE,TOTTRDQTY,TOTTRDVAL,TIMESTAMP,TOTALTRADES,ISIN,\n"
NEW_NSE = (
    "TradDt,BizDt,Sgmt,Src,FinInstrmTp,FinInstrmId,ISIN,TckrSymb,SctySrs,XpryDt,FininstrmActlXpryDt,StrkPric,OptnTp,"
    "FinInstrmNm,OpnPric,HghPric,LwPric,ClsPric,LastPric,PrvsClsgPric,UndrlygPric,SttlmPric,OpnIntrst,ChngInOpnIntrst,"
    "TtlTradgVol,TtlTrfVal\n"
)
CHANGES: dict[str, dict[str, str]] = {
    # The day in words and last of twenty columns, then ISO 20022 names; the series between.
    "NSE bhavcopy": {
        "cm05JUL2024bhav.csv": f"{OLD_NSE}ORBX,EQ,10,12,9,11,11.05,10,1500,16500,05-JUL-2024,9,INE000000001,\n",
        "BhavCopy_NSE_CM_0_0_0_20240708_F_0000.csv": f"{NEW_NSE}2024-07-08,2024-07-08,CM,NSE,STK,1,INE000000001,ORBX,EQ,"
        ",,,,ORBX LTD,11,13,10,12,11.95,11,,12,,,1600,19200\n",
    },
    # Milliseconds, then microseconds.
    "Binance klines": {
        "ORBX-1d-2024-12.csv": "1735603200000,10,12,9,11,1500,1735689599999,16500,9,700,7700,0\n",
        "ORBX-1d-2025-01.csv": "1735689600000000,11,13,10,12,1600,1735775999999999,19200,9,700,7700,0\n",
    },
    # Whole days, then days with a time of Greenwich.
    "Tiingo": {
        "2024/ORBX.csv": "date,open,high,low,close,volume,adjClose\n2024-12-31,10,12,9,11,1500,11\n",
        "2025/ORBX.csv": "date,open,high,low,close,volume,adjClose\n2025-01-02T00:00:00.000Z,11,13,10,12,1600,12\n",
    },
    # The code with its exchange in one column and two.
    "EODHD bulk": {
        "2024-12-31.csv": "Code,Ex,Date,Open,High,Low,Close,Adjusted_close,Volume\nORBX,US,2024-12-31,10,12,9,11,11,1500\n",
        "2025-01-02.csv": "code,exchange_short_name,date,open,high,low,close,adjusted_close,volume\n"
        "ORBX,US,2025-01-02,11,13,10,12,12,1600\n",
    },
    # One file a day with the name of the day, before and after the vendor was renamed; nanoseconds in both.
    "Polygon and Massive": {
        "us_stocks_sip/day_aggs_v1/2024/12/2024-12-31.csv": "ticker,volume,open,close,high,low,window_start,transactions\n"
        "ORBX,1500,10,11,12,9,1735621200000000000,10\n",
        "massive/day_aggs/2025-01-02.csv": "ticker,open,high,low,close,volume,vwap,window_start,transactions\n"
        "ORBX,11,13,10,12,1600,11.9,1735794000000000000,11\n",
    },
}


@pytest.mark.parametrize("vendor", CHANGES)
def test_files_of_both_forms_are_one_history(tmp_path: Path, vendor: str) -> None:
    report = checked(written(tmp_path, CHANGES[vendor]))
    assert [file["refused"] for file in report["files"]] == [None, None]
    assert set(report["symbols"]) == {"ORBX"}
    bars = report["symbols"]["ORBX"]
    assert (bars["bars"], bars["last_close"], bars["last_volume"]) == (2, 12.0, 1600.0)
    assert bars["first"] < bars["last"]


def test_a_bar_on_a_day_that_is_no_session_is_kept(tmp_path: Path) -> None:
    # Tokyo's trading was halted all day on 2020-10-01: calendars have no session, files of some vendors have a bar.
    rows = [f"2020-{day},10,12,9,11,{volume}" for day, volume in (("09-30", 1500), ("10-01", 0), ("10-02", 1600))]
    report = checked(written(tmp_path, {"6501.csv": "\n".join(["Date,Open,High,Low,Close,Volume", *rows, ""])}))
    assert report["symbols"]["6501"]["bars"] == 3
