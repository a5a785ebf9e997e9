"""The smallest files that were once read wrong, refused or lost, where the folder with them is at hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.adapters.market_data.files.reading import checked

CASES = Path(__file__).parents[6] / "shared" / "cases" / "files"
# By folder: (symbol, session) → close, volume, of the first and the last bar of each symbol.
RIGHT: dict[str, dict[tuple[str, str], tuple[float, float]]] = {
    "adj_dot_columns": {("AAPL", "2014-06-06"): (86.8044, 87484600), ("AAPL", "2014-06-09"): (88.1934, 75414997)},
    "bad_byte_in_one_long_file": {
        ("KO", "2026-02-18"): (79.4, 1000),
        ("PEP", "2026-02-18"): (79.4, 1000),
        ("SOCIÉTÉ", "2026-02-18"): (1, 100),
    },
    "cjk_code_column": {("600519", "2026-02-18"): (79.4, 1000)},
    "daily_files_day_first": {("KO", "2026-01-05"): (70.5, 1000), ("KO", "2026-01-13"): (71.5, 1000)},
    "decimal_comma_one_bad_cell": {("KO", "2026-02-16"): (79.4, 1000), ("KO", "2026-02-18"): (79.49, 1000)},
    "dotted_date_dash_time": {("EURUSD", "1971-01-04"): (0.5369, 1)},
    "dup_columns_crash": {
        ("KO", "2019-09-01"): (20, 10787),
        ("KO", "2019-09-02"): (31, 17215),
        ("XOM", "2026-02-18"): (150.5, 1000),
    },
    "excel_serial_date": {("KO", "2026-02-18"): (79.4, 1000)},
    "intraday_as_daily": {("ES", "2026-02-18"): (102, 60)},
    "last_before_close": {("ADANIPORTS", "2021-04-30"): (730.05, 12600934)},
    "long_name_column": {
        ("AAL", "2016-01-04"): (40.5, 1000),
        ("AAL", "2016-01-05"): (41.5, 1000),
        ("AAPL", "2016-01-04"): (100.5, 2000),
        ("AAPL", "2016-01-05"): (101.5, 2000),
    },
    "long_ts_code_disjoint_dates": {
        ("000001.SZ", "2022-01-04"): (16.5, 1000),
        ("000001.SZ", "2022-01-05"): (16.6, 1000),
        ("600519.SH", "2022-01-06"): (2005, 500),
        ("600519.SH", "2022-01-07"): (2006, 500),
    },
    "nbsp_thousands": {("MC", "2026-02-18"): (1390.2, 1000)},
    "old_yfinance_header_crash": {("AAPL", "2026-02-18"): (101.5, 2000), ("KO", "2026-02-18"): (79.4, 1000)},
    "parquet_time_microseconds": {("KO", "2025-01-02"): (61.8, 1000), ("KO", "2025-01-03"): (61.9, 1000)},
    "parquet_time_nanoseconds": {("A", "2025-09-29"): (123.75, 1486050), ("A", "2025-09-30"): (123.8, 1486051)},
    "parquet_unnamed_index": {("KO", "2026-02-18"): (79.4, 1000)},
    "quoted_decimal_comma": {("KO", "2026-02-17"): (79.4, 16.3e6), ("KO", "2026-02-18"): (79.49, 16.3e6)},
    "repairs_told_once": {("KO", "2026-02-17"): (79.4, 1000), ("KO", "2026-02-18"): (79.4, 1000)},
    "row_number_hash": {("KO", "2026-02-18"): (79.4, 1000)},
    "single_and_long_differ": {("KO", "2026-02-18"): (79.4, 1000)},
    "symbol_NA_long": {
        ("KO", "2026-02-18"): (79.4, 1000),
        ("NA", "2026-02-18"): (120.4, 1000),
        ("NAN", "2026-02-18"): (11.4, 1000),
    },
    "thousands_dot_decimal_comma": {("BRK", "2026-02-17"): (1390.2, 1e6), ("BRK", "2026-02-18"): (1589.8, 1e6)},
    "trailing_comma_rows": {("KO", "2026-02-17"): (79.4, 1000), ("KO", "2026-02-18"): (79.4, 1000)},
    "two_boards_one_symbol": {("SBER", "2026-02-18"): (71, 1000000)},
    "two_digit_year_us": {("KO", "2026-02-12"): (79, 1000), ("KO", "2026-02-18"): (79.49, 1000)},
    "unadjusted_split": {("AAPL", "2020-08-27"): (500.04, 38888096), ("AAPL", "2020-09-01"): (134.18, 152470142)},
    "unix_seconds_csv": {("TSLA", "2013-01-07"): (2.289331, 6628641), ("TSLA", "2013-01-08"): (2.24533, 19259794)},
    "unnamed_index_then_date": {
        ("ADANIPORTS", "2022-11-10"): (893.6, 672676),
        ("ADANIPORTS", "2022-11-11"): (894.4, 711133),
    },
    "unread_kinds_not_named": {("KO", "2026-02-18"): (79.4, 1000)},
    "utf16_csv": {("KO", "2026-02-18"): (79.4, 1000)},
    "weekly_as_daily": {},
    "yfinance_intraday_header": {("KO", "2026-02-18"): (79.4, 1000)},
}
SAID: dict[str, str] = {
    "bad_byte_in_one_long_file": "more.csv: it was read as cp1252",
    "decimal_comma_one_bad_cell": "KO: 1 row without a price left out",
    "intraday_as_daily": "bars of minutes",
    "long_ts_code_disjoint_dates": "lots of 100",
    "repairs_told_once": "KO: 1 row repeating a session left out",
    "single_and_long_differ": "in KO.csv and in all.csv with other values on 1 of 1 common sessions; KO.csv is used",
    "two_boards_one_symbol": "SBER has rows of several BOARDID a day (TQBR, SMAL); TQBR is used",
    "unadjusted_split": "AAPL 2020-08-31 (-74%) looks like an unadjusted 4:1 split",
    "unread_kinds_not_named": "prices.feather cannot be read",
    "weekly_as_daily": "a week or more apart",
    "yfinance_intraday_header": "bars of minutes",
}

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the folder with the cases is not at hand")


def ends(report: dict[str, Any]) -> dict[tuple[str, str], tuple[float, float]]:
    return {
        (symbol, entry[which]): (entry[f"{which}_close"], entry[f"{which}_volume"])
        for symbol, entry in report["symbols"].items()
        for which in ("first", "last")
    }


def test_every_folder_has_its_right_value_here() -> None:
    assert {folder.name for folder in CASES.iterdir() if folder.is_dir()} <= RIGHT.keys()


@pytest.mark.parametrize("case", sorted(RIGHT))
def test_a_case_is_read_right(case: str) -> None:
    report = checked(CASES / case)
    right = {key: (pytest.approx(close), pytest.approx(volume)) for key, (close, volume) in RIGHT[case].items()}
    assert ends(report) == right
    assert SAID.get(case, "") in " ".join(report["notes"])
    if case == "weekly_as_daily":
        (file,) = report["files"]
        assert (file["read"], file["frame"]) == (False, "week")
