"""Encode a run's table, or the timings of many runs, as file contents; all interfaces return the same bytes."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from technic_scanner.domain.renamed import with_new_names, with_old_names
from technic_scanner.runs.exports.workbook import to_excel
from technic_scanner.runs.model import MOMENTS, StageSample

__all__ = ["timings_csv", "to_csv", "to_excel", "to_parquet"]

# Characters that spreadsheets read as the start of a formula (OWASP, "CSV Injection"), and their full-width forms,
# which some spreadsheets convert to these.
FORMULA_START = r"^([=+\-@\t\r\n\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}])"
_FORMULA = re.compile(FORMULA_START.replace("x{FF", "uFF").replace("}", ""))


def to_csv(table: pa.Table) -> bytes:
    """Return the table as UTF-8 CSV: a header row, ``\\n`` line ends, text quoted, unknown values empty.

    Numbers are the shortest text that reads back as the same float. A text cell that a spreadsheet would run as a
    formula gets a leading apostrophe. Equal tables give equal bytes.
    """
    sink = io.BytesIO()
    pa_csv.write_csv(_spreadsheet_safe(table), sink)
    return sink.getvalue()


def to_parquet(table: pa.Table) -> bytes:
    """Return the table as one Parquet file with unchanged values. Equal tables give equal bytes."""
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def timings_csv(samples: Iterable[StageSample]) -> bytes:
    """Return one CSV row per run: full-precision seconds by stage, ISO times in UTC, status, predictions, config."""
    rows = tuple(samples)
    stages = _stage_names(rows)
    columns: dict[str, pa.Array] = {
        "run_id": pa.array([row.run_id for row in rows], pa.string()),
        "created_at": pa.array([row.created_at.isoformat() for row in rows], pa.string()),
        "status": pa.array([row.status.value for row in rows], pa.string()),
        "source": pa.array([row.source for row in rows], pa.string()),
        "comparability_key": pa.array([row.comparability_key for row in rows], pa.string()),
        "total_seconds": pa.array([row.total_seconds for row in rows], pa.float64()),
        "gap_seconds": pa.array([row.gap_seconds for row in rows], pa.float64()),
    }
    for stage in stages:
        seconds = [dict(row.stage_seconds).get(stage) for row in rows]
        columns[f"{stage}_seconds"] = pa.array(seconds, pa.float64())
    columns |= {
        "symbols_scanned": pa.array([row.symbols_scanned for row in rows], pa.int64()),
        "symbols_returned": pa.array([row.symbols_returned for row in rows], pa.int64()),
        "symbols_per_second": pa.array([row.symbols_per_second for row in rows], pa.float64()),
        "cache_hit_rate": pa.array([row.cache_hit_rate for row in rows], pa.float64()),
    }
    for moment in MOMENTS:
        predicted = [dict(row.predicted_seconds).get(moment) for row in rows]
        columns[f"predicted_total_seconds_at_{moment}"] = pa.array(predicted, pa.float64())
    columns["config"] = pa.array([_config_cell(row.config_json) for row in rows], pa.string())
    return to_csv(pa.table(columns))


def _stage_names(rows: Sequence[StageSample]) -> tuple[str, ...]:
    """Return the stages of all rows, in the order in which they first appear."""
    return tuple(dict.fromkeys(name for row in rows for name, _ in row.stage_seconds))


def _config_cell(text: str) -> str:
    """Return a stored config as compact JSON, renamed fields under both names; empty if it cannot be read."""
    try:
        stored = json.loads(text) if text else None
    except ValueError:
        stored = None
    if not isinstance(stored, dict):
        return ""
    values, _ = with_new_names(stored)
    return json.dumps(with_old_names(values), sort_keys=True, separators=(",", ":"))


def _spreadsheet_safe(table: pa.Table) -> pa.Table:
    columns = [_plain_column(column) for column in table.columns]
    names = [re.sub(_FORMULA, r"'\1", name) for name in table.column_names]
    return pa.table(columns, names=names)


def _plain_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return pc.replace_substring_regex(column, pattern=FORMULA_START, replacement=r"'\1", max_replacements=1)
    if pa.types.is_floating(column.type):
        return pc.if_else(pc.is_nan(column), None, column)
    return column
