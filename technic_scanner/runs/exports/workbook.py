"""Write a run's result as an Excel workbook: results, symbols not in the results, and the configuration."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.extras import import_optional
from technic_scanner.pipeline.columns import COLUMN_BY_NAME
from technic_scanner.runs.model import StoredResult
from technic_scanner.runs.plan_sums import plan_sums
from technic_scanner.runs.serialization import config_to_dict

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

# A workbook contains its creation time; a constant one makes the files of equal results byte-identical.
_CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 - the file format has no time zone
_FORMATS = {"0-100": "0.0", "currency": "#,##0.00", "x": "0.00", "shares": "#,##0", "bars": "#,##0"}
_WIDE = {"Name": 28, "Sector": 24, "Industry": 28, "SubIndustry": 28, "Rationale": 80, "Explanation": 60}
_CELL_LIMIT = 32_767


@dataclass(frozen=True, slots=True)
class Sheet:
    """One more sheet of a workbook: its name, its header and its rows."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def to_excel(stored: StoredResult, columns: Sequence[str] | None = None, more: Sequence[Sheet] = ()) -> bytes:
    """Return an .xlsx of three sheets: Results, Not in results, Configuration; and then of ``more``.

    ``columns`` chooses and orders the result columns (None: all); ConfigError names every unknown one. Text is written
    as text, never as a formula; unknown numbers are empty cells. Equal results give equal bytes. Raises
    MissingExtraError where XlsxWriter is not installed.
    """
    writer: Any = import_optional("xlsxwriter", "excel")
    chosen = _chosen(stored.table.column_names, columns)
    sink = io.BytesIO()
    with writer.Workbook(sink, {"in_memory": True}) as book:
        book.set_properties({"title": f"Scan {stored.run_id}", "created": _CREATED})
        bold = book.add_format({"bold": True, "bottom": 1})
        _results_sheet(book, bold, stored, chosen)
        _failures_sheet(book.add_worksheet("Not in results"), bold, stored)
        _config_sheet(book.add_worksheet("Configuration"), bold, stored)
        for sheet in more:
            _table(book.add_worksheet(sheet.name), bold, sheet.header, sheet.rows)
    return sink.getvalue()


def _chosen(known: Sequence[str], columns: Sequence[str] | None) -> tuple[str, ...]:
    if columns is None:
        return tuple(known)
    unknown = [name for name in columns if name not in known]
    if unknown:
        raise ConfigError(FieldProblem("columns", f"{name!r} is not a column of this result") for name in unknown)
    return tuple(dict.fromkeys(columns))


def _results_sheet(book: xlsxwriter.Workbook, bold: Format, stored: StoredResult, chosen: tuple[str, ...]) -> None:
    sheet = book.add_worksheet("Results")
    for index, name in enumerate(chosen):
        column = COLUMN_BY_NAME.get(name)
        pattern = _FORMATS.get(column.unit, "General") if column else "General"
        sheet.set_column(index, index, _WIDE.get(name, 13), book.add_format({"num_format": pattern}))
        sheet.write_string(0, index, name, bold)
        for row, value in enumerate(stored.table.column(name).to_pylist(), start=1):
            _write(sheet, row, index, value)
    sheet.freeze_panes(1, min(2, len(chosen)))
    if chosen:
        sheet.autofilter(0, 0, stored.table.num_rows, len(chosen) - 1)


def _failures_sheet(sheet: Worksheet, bold: Format, stored: StoredResult) -> None:
    rows = ((item.symbol, item.kind.value, item.stage, item.reason, item.detail) for item in stored.failures)
    sheet.set_column(0, 3, 18)
    sheet.set_column(4, 4, 80)
    _table(sheet, bold, ("Symbol", "Kind", "Stage", "Reason", "Detail"), rows)


def _config_sheet(sheet: Worksheet, bold: Format, stored: StoredResult) -> None:
    facts: list[tuple[str, Any]] = [
        ("run", stored.run_id),
        ("data", stored.source_label),
        ("newest session", None if stored.as_of is None else stored.as_of.isoformat()),
        ("outcome", stored.outcome.value),
        ("status", stored.status_text),
        *_sums(stored),
        *(("note", note) for note in stored.notes),
    ]
    config = {} if stored.readable_config is None else config_to_dict(stored.config)
    fields = ((name, _cell(value)) for name, value in config.items())
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 80)
    _table(sheet, bold, ("Field", "Value"), (*facts, *fields))


def _sums(stored: StoredResult) -> list[tuple[str, Any]]:
    """Return what the plans of the picks add up to."""
    sums = plan_sums(stored.table, stored.context.account_currency)
    if sums is None:
        return []
    config = stored.readable_config
    return [
        ("position value, sum", sums.position_value),
        ("risk, sum", sums.risk),
        ("currency of these sums", sums.currency or None),
        ("position sizes", None if config is None else config.position_sizing),
    ]


def _table(sheet: Worksheet, bold: Format, header: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    for index, name in enumerate(header):
        sheet.write_string(0, index, name, bold)
    for number, row in enumerate(rows, start=1):
        for index, value in enumerate(row):
            _write(sheet, number, index, value)
    sheet.freeze_panes(1, 0)


def _cell(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    if all(isinstance(item, str) for item in value):
        return ", ".join(value)
    return json.dumps(value)


def _write(sheet: Worksheet, row: int, column: int, value: Any) -> None:
    """Write one cell according to the type of its value; unknown values are left empty."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value)
    else:
        sheet.write_string(row, column, str(value)[:_CELL_LIMIT])
