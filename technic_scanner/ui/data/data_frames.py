"""Make the frames that the Data page shows from the report on the files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

_ORDERS = {"ymd": "year first", "dmy": "day first", "mdy": "month first", "ydm": "year, day, month"}


def files_frame(files: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return one row per file, the worst first: refused, then with most rows left out, then with most notes."""
    rows = [
        {
            "File": file["path"],
            "Read": "✓" if file["read"] else "✗",
            "Symbols": _symbols(file),
            "First": file["first"],
            "Last": file["last"],
            "Bars": file["bars"] if file["read"] else None,
            "Left out": file["left_out"] or None,
            "Repaired": file["repaired"] or None,
            "Frame": file["frame"] if file["read"] or file["frame"] != "day" else None,
            "Decimal mark": {".": "point", ",": "comma"}.get(file["decimal_mark"] or ""),
            "Dates": _ORDERS.get(file["date_order"] or ""),
            "Time zone": file["time_zone"],
            "Prices": file["adjusted"] if file["read"] else None,
            "What was found": file["refused"] or " ".join(file["notes"]) or None,
        }
        for file in worst_first(files)
    ]
    frame = pd.DataFrame(rows)
    for name in ("Bars", "Left out", "Repaired"):
        frame[name] = frame[name].astype("Int64")
    for name in ("First", "Last"):
        frame[name] = pd.to_datetime(frame[name])
    return frame


def worst_first(files: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the files in the order of ``files_frame``."""
    return sorted(files, key=lambda file: (file["read"], -file["left_out"], -len(file["notes"]), file["path"]))


def bars_frame(bars: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return the bars of a preview, one row each."""
    frame = pd.DataFrame(bars)
    return frame.rename(columns={name: name.capitalize() for name in frame.columns})


def _symbols(file: Mapping[str, Any]) -> str | None:
    named = [entry["symbol"] for entry in file["symbols"][:3]]
    more = file["symbol_count"] - len(named)
    if not named:
        return f"{more:,} symbols" if more else None
    return ", ".join(named) + (f" and {more:,} more" if more > 0 else "")
