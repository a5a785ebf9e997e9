"""Files of what the results table shows."""

import io

import pandas as pd

from technic_scanner.runs.exports.export import to_csv
from technic_scanner.ui.results import shown_exports
from tests.ui.results.test_ui_result_page import table, whole


def test_the_file_has_the_rows_the_order_and_the_columns_of_the_table(seeded, open_page) -> None:
    run = whole(seeded)
    app = open_page("results", run=run.run_id, r_view="Plan")
    app.selectbox(key="r_sort").set_value("Symbol").run()
    app.number_input(key="r_score").set_value(66.0).run()
    shown = table(app)
    result = seeded.services.service.result(run.run_id).table
    assert 0 < len(shown) < result.num_rows
    frame = result.to_pandas()
    wanted = frame[frame["Symbol"].isin(shown["Symbol"])].sort_values("Symbol")
    content = to_csv(shown_exports.shown_rows(result, wanted, ["Symbol", "Close", "RiskAmount"]))
    read = pd.read_csv(io.BytesIO(content), keep_default_na=False)
    assert read["Symbol"].tolist() == shown["Symbol"].tolist()
    assert list(read.columns) == ["Symbol", "Close", "RiskAmount"]
    assert read["Close"].tolist() == wanted["Close"].tolist(), "in full precision"
    names = [one.proto.label for one in app.get("download_button")]
    assert {"CSV for Excel", "Excel", "Parquet"} <= set(names)
    plan = f"{len(shown)} rows, {len([name for name in shown if name in result.column_names])} columns"
    assert any(caption.value.startswith(plan) for caption in app.caption)


def test_all_rows_and_columns_can_be_had_instead(seeded, open_page) -> None:
    run = whole(seeded)
    app = open_page("results", run=run.run_id, r_score="66")
    app.segmented_control(key="export_what").set_value("All rows, all columns").run()
    result = seeded.services.service.result(run.run_id).table
    size = f"{result.num_rows} rows, {result.num_columns + 2} columns"
    assert any(caption.value.startswith(size) for caption in app.caption)


def test_rows_in_another_order_are_the_files_too(seeded) -> None:
    result = seeded.services.service.result(whole(seeded).run_id).table
    assert to_csv(shown_exports.shown_rows(result, result.to_pandas(), result.column_names)) == to_csv(result)
    turned = result.to_pandas().iloc[::-1]
    assert shown_exports.shown_rows(result, turned, ["Rank"]).column("Rank").to_pylist() == [*turned["Rank"]]


def test_excel_gets_a_byte_order_mark(seeded) -> None:
    result = seeded.services.service.result(whole(seeded).run_id).table
    content = shown_exports._marked_csv(result.select(["Symbol"]))
    assert content.decode("utf-8-sig").splitlines()[0] == '"Symbol"'
    assert content.startswith(b"\xef\xbb\xbf")
