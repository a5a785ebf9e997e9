"""Show the first rows of one file beside the bars that were made of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pyarrow as pa

from technic_scanner.adapters.market_data.files.arrow_tables import read_feather, read_parquet
from technic_scanner.adapters.market_data.files.containers import FileRef
from technic_scanner.adapters.market_data.files.decoding import decoded
from technic_scanner.adapters.market_data.files.folder import EPOCH
from technic_scanner.adapters.market_data.files.one_file import read_file
from technic_scanner.adapters.market_data.files.reading import Hints
from technic_scanner.errors import SourceDataError
from technic_scanner.screening.bars import FIELDS

_LINES, _CHARACTERS = 25, 200


def preview_of(ref: FileRef, entry: dict[str, Any], hints: Hints) -> dict[str, Any]:
    """Return the first lines of a file, and the first bars that were made of it.

    ``entry`` is what the report says of the file; what other files told of its dates and numbers is taken from it.
    """
    told = replace(hints, order=hints.order or entry["date_order"], mark=hints.mark or entry["decimal_mark"])
    bars = read_file(ref, told).bars
    rows = [
        {
            "symbol": bars.symbols[bars.codes[row]],
            "session": (EPOCH + timedelta(days=int(bars.days[row]))).isoformat(),
            **{name: float(values[row]) for name, values in zip(FIELDS, bars.fields, strict=True)},
        }
        for row in range(min(len(bars), _LINES))
    ]
    try:
        lines = _lines(ref)
    except (SourceDataError, pa.ArrowException, OSError, ValueError) as error:
        lines = [str(error)]
    return {"path": ref.name, "lines": [line[:_CHARACTERS] for line in lines], "bars": rows}


def _lines(ref: FileRef) -> list[str]:
    data = ref.read()
    if ref.kind == "text":
        text, _, _ = decoded(data.to_pybytes())
        return text[: _LINES * 4_000].splitlines()[:_LINES]
    sheet = read_parquet(data) if ref.kind == "parquet" else read_feather(data)
    cells = [column.slice(0, _LINES - 1).to_pylist() for column in sheet.columns]
    return [", ".join(sheet.names), *(", ".join(map(str, row)) for row in zip(*cells, strict=True))]
