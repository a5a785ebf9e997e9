"""Files of results and timings: exact numbers, equal bytes, no formulas."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace
from datetime import UTC, date, datetime

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.run import RunStatus
from technic_scanner.errors import ConfigError
from technic_scanner.pipeline.columns import COLUMN_NAMES
from technic_scanner.runs.exports.export import timings_csv, to_csv, to_excel, to_parquet
from tests.support.runs.make import picks, result_table, sample, stored_result


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))


def sheet_of(data: bytes, name: str = "Results") -> list[tuple[object, ...]]:
    return list(openpyxl.load_workbook(io.BytesIO(data))[name].iter_rows(values_only=True))


def test_the_header_row_is_the_result_columns() -> None:
    assert tuple(rows_of(to_csv(picks()))[0]) == COLUMN_NAMES
    assert rows_of(to_csv(picks("AAPL")))[1][:2] == ["1", "AAPL"]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_numbers_read_back_as_the_same_float(values: list[float]) -> None:
    cells = rows_of(to_csv(pa.table({"x": pa.array(values, pa.float64()), "end": ["e"] * len(values)})))[1:]
    assert [float(cell[0]) for cell in cells] == values


@given(st.lists(st.text(st.characters(exclude_categories=("Cs",))), min_size=1))
def test_text_reads_back_except_for_the_apostrophe_before_formulas(values: list[str]) -> None:
    cells = rows_of(to_csv(pa.table({"x": values, "end": ["e"] * len(values)})))[1:]
    for cell, value in zip((row[0] for row in cells), values, strict=True):
        assert cell[:1] not in tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20") or cell == ""
        assert cell in (value, f"'{value}")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_a_text_cell_that_a_spreadsheet_would_run_is_neutralised(start: str) -> None:
    text = f'{start}HYPERLINK("x")'
    assert rows_of(to_csv(pa.table({"Name": [text]})))[1] == [f"'{text}"]


def test_negative_numbers_are_not_text_and_stay_numbers() -> None:
    assert rows_of(to_csv(pa.table({"x": [-1.5], "n": [-2]})))[1] == ["-1.5", "-2"]


def test_unknown_values_are_empty_cells() -> None:
    table = pa.table({"a": [math.nan, None], "b": pa.array([None, "x"], pa.string()), "c": pa.array([None, 1])})
    assert rows_of(to_csv(table))[1:] == [["", "", ""], ["", "x", "1"]]


def test_dictionary_text_is_neutralised_too() -> None:
    assert rows_of(to_csv(pa.table({"x": pa.array(["=1", "b"]).dictionary_encode()})))[1:] == [["'=1"], ["b"]]


def test_equal_tables_give_equal_bytes_however_they_are_chunked() -> None:
    whole = picks("A", "B", "C")
    parts = pa.concat_tables([whole.slice(0, 1), whole.slice(1)])
    assert to_csv(whole) == to_csv(parts)
    assert to_parquet(whole) == to_parquet(picks("A", "B", "C"))


def test_parquet_keeps_every_value_and_type() -> None:
    table = result_table({"Symbol": "=A", "TechRating": 0.1, "PositionSize": 3})
    assert pq.read_table(io.BytesIO(to_parquet(table))).equals(table)


def test_excel_holds_typed_numbers_and_text_that_is_no_formula() -> None:
    table = result_table({"Symbol": "=1+1", "TechRating": 61.25, "PositionSize": 12, "Entry": math.nan})
    header, row = sheet_of(to_excel(stored_result(table=table)))
    cells = dict(zip(header, row, strict=True))
    assert (cells["Rank"], cells["Symbol"], cells["TechRating"], cells["PositionSize"]) == (1, "=1+1", 61.25, 12)
    assert cells["Entry"] is None
    book = openpyxl.load_workbook(io.BytesIO(to_excel(stored_result(table=table))))
    assert book["Results"].cell(2, 2).data_type == "s"


def test_excel_takes_the_chosen_columns_in_their_order() -> None:
    data = to_excel(stored_result(), ["Signal", "Symbol", "Signal"])
    assert sheet_of(data) == [("Signal", "Symbol"), ("Long", "AAPL"), ("Long", "MSFT")]


def test_excel_names_every_unknown_column() -> None:
    with pytest.raises(ConfigError) as caught:
        to_excel(stored_result(), ["Symbol", "Nope", "Neither"])
    assert len(caught.value.problems) == 2


def test_excel_carries_the_configuration_and_what_was_left_out() -> None:
    asked = date(2010, 8, 22)  # a Sunday
    config = ScanConfig(sectors=("Energy", "Materials"), profile_weights=(("trend", 2.0),), as_of_date=asked)
    data = to_excel(stored_result(config=config))
    fields = {row[0]: row[1] for row in sheet_of(data, "Configuration")}
    assert fields["run"] == "run-0001"
    assert (fields["newest session"], fields["as_of_date"]) == ("2010-08-20", "2010-08-22")
    assert "as of" not in fields
    assert fields["sectors"] == "Energy, Materials"
    assert fields["profile_weights"] == '[["trend", 2.0]]'
    assert fields["sector_neutral"] is False
    assert [row[0] for row in sheet_of(data, "Not in results")] == ["Symbol", "XRX", "T"]


def test_excel_of_an_empty_result_has_its_header() -> None:
    assert sheet_of(to_excel(stored_result(table=picks()))) == [COLUMN_NAMES]


def test_equal_results_give_equal_workbooks() -> None:
    assert to_excel(stored_result()) == to_excel(stored_result())


def test_timings_have_full_precision_utc_status_and_config() -> None:
    one = sample(
        1,
        (0.1 + 0.2, 2.0, 7.0, 0.5),
        config_json='{"source": "sample", "max_symbols": 5}',
        predicted_seconds=(("start", None), ("10", 1 / 3)),
    )
    other = replace(sample(2), status=RunStatus.CANCELLED, created_at=datetime(2026, 3, 4, 1, 2, 3, 4, tzinfo=UTC))
    header, first, second = rows_of(timings_csv([one, other]))
    cells = dict(zip(header, first, strict=True))
    assert float(cells["universe_loading_seconds"]) == 0.1 + 0.2
    assert cells["created_at"] == "2026-03-04T13:00:00+00:00"
    assert cells["predicted_total_seconds_at_start"] == ""
    assert float(cells["predicted_total_seconds_at_10"]) == 1 / 3
    assert cells["config"] == '{"max_symbols":5,"source":"sample"}'
    later = dict(zip(header, second, strict=True))
    assert (later["status"], later["created_at"]) == ("cancelled", "2026-03-04T01:02:03.000004+00:00")


@pytest.mark.parametrize("stored", ["lookback_days", "lookback_sessions"])
def test_timings_name_a_renamed_field_alike_whichever_version_stored_it(stored: str) -> None:
    header, row = rows_of(timings_csv([sample(1, config_json=json.dumps({stored: 120}))]))
    assert row[header.index("config")] == '{"lookback_days":120,"lookback_sessions":120}'


def test_timings_of_runs_with_other_stages_leave_cells_empty() -> None:
    header, first, second = rows_of(timings_csv([sample(1), replace(sample(2), stage_seconds=(("extra", 1.5),))]))
    assert first[header.index("extra_seconds")] == ""
    assert second[header.index("extra_seconds")] == "1.5"
    assert second[header.index("universe_loading_seconds")] == ""


def test_timings_of_no_runs_are_a_header() -> None:
    assert len(rows_of(timings_csv([]))) == 1
