"""Read one long file of many symbols in blocks, where nothing in it is to decide: a CSV file or a Parquet file.

The result is that of ``one_file.py``, to which every other file is left. Only the columns are in memory, not the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from technic_scanner.adapters.market_data.files import frames
from technic_scanner.adapters.market_data.files.arrow_tables import ordered_names
from technic_scanner.adapters.market_data.files.containers import BLOCK_BYTES, FileRef
from technic_scanner.adapters.market_data.files.date_orders import FIRST_DAY
from technic_scanner.adapters.market_data.files.finishing import set_bars, without_absurd, without_coarse
from technic_scanner.adapters.market_data.files.names import REGISTERS, plain
from technic_scanner.adapters.market_data.files.plain_columns import (
    LONGEST_HEADER,
    is_numeric,
    may_group_thousands,
    may_have_other_marks,
    meanings_of,
    names_in,
    numbers,
    stored_days,
    values_of,
)
from technic_scanner.adapters.market_data.files.reading import FileReading, Rows
from technic_scanner.adapters.market_data.files.repeated import share_repeated
from technic_scanner.adapters.market_data.files.symbols import normal
from technic_scanner.adapters.market_data.files.vendor_rules import with_positive_prices
from technic_scanner.errors import SourceDataError

_BLOCK_ROWS, _BUFFER_BYTES = 1 << 16, 1 << 18
_FIRST_ROWS, _GROWTH = 1 << 16, 1.25
_EMPTY = ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "-"]
_SAVED_AS_NUMBERS = re.compile(r"^\s*(?:\d+\.0)?\s*$")
_ZIPPED = (".bz2", ".xz", ".zst")
Columns = Mapping[str, pa.Array]


def read_long(ref: FileRef, last: int, tick: Callable[[], object]) -> FileReading | None:
    """Return the reading of a plain long file, None for other files; ``last`` is the newest possible day.

    ``tick`` is called after each block; it may raise to stop.
    """
    if ref.member is not None or ref.parts or ref.kind == "feather":
        return None
    try:
        names = _text_names(ref) if ref.kind == "text" else ordered_names(pq.read_schema(ref.path))
        meanings = meanings_of(tuple(names), "symbol")
        if not meanings:
            return None
        blocks = _text_blocks(ref, names, meanings) if ref.kind == "text" else _stored_blocks(ref, meanings)
        rows = _FIRST_ROWS if ref.kind == "text" else pq.read_metadata(ref.path).num_rows
        loaded = _Loaded(meanings, rows, written=ref.kind == "text")
        for block in blocks:
            if not loaded.add(block):
                return None
            tick()
    except (OSError, pa.ArrowException, ValueError):
        return None
    out = FileReading(ref, mark="." if ref.kind == "text" else None, order="ymd" if ref.kind == "text" else None)
    out.columns, out.own_columns, out.symbol_column = ", ".join(names), tuple(names), meanings["symbol"]
    out.roles = {what: name for what, name in meanings.items() if what != "symbol"}
    return _finished(out, loaded, last)


def _finished(out: FileReading, loaded: _Loaded, last: int) -> FileReading | None:
    """Return the reading of loaded columns; None if something in them is to decide or refused."""
    rows = loaded.rows()
    register = len(rows.symbols) == 1 and plain(out.symbol_column or "") in REGISTERS
    if len(rows) == 0 or register or all(map(_SAVED_AS_NUMBERS.match, loaded.names)):
        return None
    if out.mark is not None and (
        may_group_thousands(rows.fields["volume"]) or bool(may_have_other_marks(rows.fields).any())
    ):
        return None
    outside = (rows.days < FIRST_DAY) | (rows.days > last)
    out.rows, out.lasting = len(rows), not bool(outside.any())
    out.repairs.add(rows.bars, "dated before 1900 or after tomorrow left out", outside)
    rows = without_absurd(out, with_positive_prices(rows.where(~outside), out))
    if len(rows) == 0 or share_repeated(rows.bars) or frames.frame_of(rows.bars, rows.seconds) != frames.DAY:
        return None
    try:
        set_bars(out, without_coarse(out, rows))
    except SourceDataError:
        return None
    return out


class _Loaded:
    """The columns of all blocks so far, in arrays for ``rows`` rows that grow in place."""

    def __init__(self, meanings: Mapping[str, str], rows: int, *, written: bool) -> None:
        self._written = written
        self._fields = {what: np.empty(rows) for what in meanings if what not in ("date", "symbol")}
        self._days, self._codes = np.empty(rows, np.int32), np.empty(rows, np.int32)
        self._count = 0
        self._number_of: dict[str, int] = {}
        self.names: dict[str, int] = {}

    def add(self, block: Columns) -> bool:
        """Take a block; False if it holds a date or a symbol that is not plain."""
        days = stored_days(block["date"])
        codes = self._codes_of(block["symbol"])
        if days is None or codes is None:
            return False
        stop = self._count + len(days)
        for array in self._arrays():
            if len(array) < stop:
                array.resize(max(int(_GROWTH * len(array)), stop), refcheck=False)  # mostly without a copy
        rows = slice(self._count, stop)
        self._days[rows], self._codes[rows] = days, codes
        for what, array in self._fields.items():
            array[rows] = numbers(block[what], written=self._written)
        self._count = stop
        return True

    def _arrays(self) -> list[npt.NDArray[Any]]:
        return [self._days, self._codes, *self._fields.values()]

    def _codes_of(self, column: pa.Array) -> npt.NDArray[np.int32] | None:
        coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
        if coded.null_count or not (pa.types.is_string(coded.type.value_type)):
            return None
        for raw in coded.dictionary.to_pylist():
            if raw not in self.names:
                symbol = normal(raw or "")
                if not symbol or '"' in raw or "\0" in raw:
                    return None
                self.names[raw] = self._number_of.setdefault(symbol, len(self._number_of))
        codes = np.array([self.names[raw] for raw in coded.dictionary.to_pylist()], dtype=np.int32)
        found: npt.NDArray[np.int32] = codes[values_of(coded.indices)]
        return found

    def rows(self) -> Rows:
        """Return all rows; the arrays are cut to their number."""
        for array in self._arrays():
            array.resize(self._count, refcheck=False)
        none = np.broadcast_to(np.int64(-1), self._count)
        return Rows(tuple(self._number_of), self._codes, self._days, none, self._fields, none)


def _text_names(ref: FileRef) -> list[str]:
    if ref.name.lower().endswith(_ZIPPED):
        return []
    with _opened(ref) as stream:
        header, end, _ = stream.read(LONGEST_HEADER).partition(b"\n")
    return names_in(header) if end else []


def _opened(ref: FileRef) -> pa.NativeFile:
    with ref.path.open("rb") as file:
        is_packed = file.read(2) == b"\x1f\x8b"
    return pa.input_stream(ref.path, compression="gzip" if is_packed else None)


def _text_blocks(ref: FileRef, names: Sequence[str], meanings: Mapping[str, str]) -> Iterator[Columns]:
    kinds = {
        name: {"date": pa.date32(), "symbol": pa.dictionary(pa.int32(), pa.string())}.get(what, pa.float64())
        for what, name in meanings.items()
    }
    with (
        _opened(ref) as stream,
        pacsv.open_csv(
            stream,
            # In this thread, as in plain_files.py.
            read_options=pacsv.ReadOptions(
                use_threads=False, column_names=list(names), skip_rows=1, block_size=BLOCK_BYTES
            ),
            parse_options=pacsv.ParseOptions(quote_char=False),
            convert_options=pacsv.ConvertOptions(column_types=kinds, null_values=_EMPTY, strings_can_be_null=False),
        ) as reader,
    ):
        for batch in reader:
            yield {what: batch.column(name) for what, name in meanings.items()}


def _stored_blocks(ref: FileRef, meanings: Mapping[str, str]) -> Iterator[Columns]:
    # Without a buffer of whole groups of rows, only what a block needs is in memory.
    with pq.ParquetFile(
        ref.path, read_dictionary=[meanings["symbol"]], pre_buffer=False, buffer_size=_BUFFER_BYTES
    ) as file:
        kinds = {name: file.schema_arrow.field(name).type for name in meanings.values()}
        numeric = [kinds[meanings[what]] for what in meanings if what not in ("date", "symbol")]
        if not all(map(is_numeric, numeric)):
            return
        for batch in file.iter_batches(_BLOCK_ROWS, columns=list(meanings.values()), use_threads=False):
            yield {what: batch.column(name) for what, name in meanings.items()}
