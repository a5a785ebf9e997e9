"""Convert price files to bars: adjust them by "Adj Close", clean them, and report problems per symbol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from technic_scanner.adapters.market_data.files.columns import canonical, lacking, to_days, to_numbers
from technic_scanner.adapters.market_data.files.tables import read_table, skipped_rows
from technic_scanner.adapters.market_data.long_bars import LongBars, clean, counted
from technic_scanner.errors import SourceDataError
from technic_scanner.screening.bars import FIELDS, FloatArray, Panel


@dataclass(frozen=True, slots=True, eq=False)
class FileBars:
    """Clean bars of some symbols; ``rows`` is the row of each in ``panel``, ``faults`` its problems as text.

    ``faults`` of rows that belong to no known symbol are under the file's name.
    """

    panel: Panel
    rows: dict[str, int]
    faults: dict[str, str]


def read_bars(files: Sequence[Path], symbol: str | None) -> FileBars:
    """Return the bars of all ``files``; they belong to ``symbol``, or to those of a symbol column if that is None.

    Of two rows for one session that of the later file is used, and within a file the later one. Raises SourceDataError
    that names the file that cannot be used.
    """
    pieces = []
    faults: dict[str, str] = {}
    for file in files:
        bars, found = _read_file(file, symbol)
        pieces.append(bars)
        faults.update(found)
    bars, repairs = clean(LongBars.join(pieces))
    for name in repairs.by_symbol:
        faults[name] = ", ".join(filter(None, (faults.get(name), repairs.text(name))))
    panel = bars.panel()
    return FileBars(panel, {name: row for row, name in enumerate(panel.symbols)}, faults)


def _read_file(file: Path, symbol: str | None) -> tuple[LongBars, dict[str, str]]:
    table = read_table(file)
    meanings = canonical(table.column_names)
    if missing := lacking(meanings):
        raise SourceDataError(f"{file.name} has no column for {', '.join(missing)}.")
    days, dated = to_days(table[meanings["date"]])
    fields = [to_numbers(table[meanings[name]]) for name in FIELDS]
    if "adj_close" in meanings:
        fields = _adjusted(fields, to_numbers(table[meanings["adj_close"]]))
    if symbol is None:
        symbols, codes = _symbols_of(table[meanings["symbol"]])
    else:
        symbols, codes = (symbol,), np.zeros(len(days), dtype=np.int32)
    bars = LongBars(symbols, codes, days.astype(np.int32), tuple(fields))
    named = codes >= 0
    faults = {
        symbols[code]: counted(int(count), "without a readable date left out")
        for code, count in enumerate(np.bincount(codes[named & ~dated], minlength=len(symbols)))
        if count
    }
    if skipped := skipped_rows(table):
        torn = counted(skipped, "with too few or too many cells left out")
        whose = file.name if symbol is None else symbol
        faults[whose] = ", ".join(filter(None, (torn, faults.get(whose))))
    return bars.where(dated & named), faults


def _symbols_of(column: pa.ChunkedArray) -> tuple[tuple[str, ...], npt.NDArray[np.int32]]:
    """Return the distinct symbols in upper case, and the index of each row's symbol, −1 if it has none."""
    text = column.cast(pa.string())
    coded = pc.utf8_upper(pc.utf8_trim_whitespace(text)).dictionary_encode().combine_chunks()
    codes = np.asarray(coded.indices.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int32)
    symbols = tuple(coded.dictionary.to_pylist())
    if "" in symbols:
        codes[codes == symbols.index("")] = -1
    return symbols, codes


def _adjusted(fields: list[FloatArray], adjusted_close: FloatArray) -> list[FloatArray]:
    """Return the prices × adjusted close ÷ close, as yfinance's auto_adjust does, and the volume unchanged.

    A row without an adjusted close gets no price, because its neighbours are on another scale.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = adjusted_close / fields[3]
    return [*(prices * factor for prices in fields[:3]), adjusted_close, fields[4]]
