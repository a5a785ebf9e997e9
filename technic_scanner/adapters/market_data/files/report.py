"""The document that says what each file of a folder was read as, and what became of each symbol."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np

from technic_scanner.adapters.market_data.files.folder import EPOCH, FolderReading, sentence_of
from technic_scanner.adapters.market_data.files.reading import FileReading
from technic_scanner.adapters.market_data.long_bars import LongBars
from technic_scanner.progress.text import count_text
from technic_scanner.screening.bars import FIELDS

_NOTES_SHOWN = 50


def report_of(reading: FolderReading, folder: str, most_series: int | None = None) -> dict[str, Any]:
    """Return the document of ``technic-scanner files check --json``.

    The symbols of each file, of which a folder may have millions, are left out if there are more than ``most_series``.
    """
    series = sum(len(file.bars.symbols) for file in reading.files)
    with_symbols = most_series is None or series <= most_series
    files = [_file(file, symbols, with_symbols) for file, symbols in zip(reading.files, reading.symbols, strict=True)]
    whole = {entry["symbol"]: entry for entry in _series(reading.bars, reading.bars.symbols)}
    return {
        "folder": folder,
        "files": files,
        "symbols": whole,
        "notes": reading.notes(),
        "newest_session": newest_session(reading.bars),
    }


def newest_session(bars: LongBars) -> str | None:
    """Return the newest session as ISO text, None without bars."""
    return _day(int(bars.days.max())) if len(bars) else None


def _file(file: FileReading, symbols: tuple[str, ...], with_symbols: bool) -> dict[str, Any]:
    left_out, repaired = _counts(file)
    return {
        "path": file.ref.name,
        "read": file.refused is None,
        "refused": sentence_of(file),
        "frame": file.frame,
        "decimal_mark": file.mark,
        "date_order": file.order,
        "time_zone": file.zone,
        "adjusted": file.adjusted,
        "symbol_column": file.symbol_column,
        "columns": file.columns,
        "roles": {what: name for what, name in _roles(file).items() if name in file.own_columns},
        "rows": file.rows,
        "bars": len(file.bars),
        "left_out": left_out,
        "repaired": repaired,
        "symbol_count": len(np.unique(file.bars.codes)),
        "first": _day(int(file.bars.days.min())) if len(file.bars) else None,
        "last": _day(int(file.bars.days.max())) if len(file.bars) else None,
        "notes": _file_notes(file, symbols),
        "symbols": _series(file.bars, symbols) if with_symbols and file.refused is None else [],
    }


def _roles(file: FileReading) -> dict[str, str]:
    return file.roles if file.symbol_column is None else {**file.roles, "symbol": file.symbol_column}


def _counts(file: FileReading) -> tuple[int, int]:
    """Return the number of rows that were left out and that were repaired."""
    faults = [(fault, count) for found in file.repairs.by_symbol.values() for fault, count in found.items()]
    left_out = sum(count for fault, count in faults if fault.endswith("left out"))
    return left_out, sum(count for _, count in faults) - left_out


def _file_notes(file: FileReading, symbols: tuple[str, ...]) -> list[str]:
    shown = dict(zip(file.bars.symbols, symbols, strict=False))
    repaired = [f"{shown.get(raw, raw)}: {file.repairs.text(raw)}" for raw in file.repairs.by_symbol]
    notes = [f"{note}." for note in (*file.notes, *repaired)]
    more = len(notes) - _NOTES_SHOWN
    return [*notes[:_NOTES_SHOWN], *([f"… and {count_text(more, 'more such note')}."] if more > 0 else [])]


def _series(bars: LongBars, symbols: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return first and last bar of each symbol; ``bars`` are by symbol, then session."""
    if len(bars) == 0:
        return []
    starts = np.flatnonzero(np.append(True, np.diff(bars.codes) != 0))
    ends = np.append(starts[1:], len(bars)) - 1
    found = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        entry: dict[str, Any] = {
            "symbol": symbols[bars.codes[start]],
            "first": _day(int(bars.days[start])),
            "last": _day(int(bars.days[end])),
            "bars": end - start + 1,
        }
        for which, row in (("first", start), ("last", end)):
            entry |= {f"{which}_{name}": float(values[row]) for name, values in zip(FIELDS, bars.fields, strict=True)}
        found.append(entry)
    return sorted(found, key=lambda entry: str(entry["symbol"]))


def _day(number: int) -> str:
    return (EPOCH + timedelta(days=number)).isoformat()


def day_number(day: date) -> int:
    """Return days since 1970."""
    return (day - EPOCH).days
