"""Read many plain files of one symbol each at once: CSV with ISO dates and points, or Parquet; nothing to decide.

The symbol is in a file's name or in that of its folder, such as symbol=KO. A file that is not plain in every cell is
left to ``one_file.py``, which gives the same for those that are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from technic_scanner.adapters.market_data.files import frames
from technic_scanner.adapters.market_data.files.adjusting import has_split, row_order
from technic_scanner.adapters.market_data.files.arrow_tables import ordered_names
from technic_scanner.adapters.market_data.files.coarse_bars import coarse_keys
from technic_scanner.adapters.market_data.files.containers import FileRef
from technic_scanner.adapters.market_data.files.date_orders import FIRST_DAY
from technic_scanner.adapters.market_data.files.names import REGISTERS, meaning
from technic_scanner.adapters.market_data.files.names import plain as plain_name
from technic_scanner.adapters.market_data.files.plain_columns import (
    LONGEST_HEADER,
    are_out_of_range,
    is_numeric,
    may_group_thousands,
    may_have_other_marks,
    meanings_of,
    names_in,
    numbers,
    stored_days,
    values_of,
)
from technic_scanner.adapters.market_data.files.reading import FileReading
from technic_scanner.adapters.market_data.files.symbols import normal, without_copy_mark
from technic_scanner.adapters.market_data.long_bars import LongBars, Repairs, clean
from technic_scanner.errors import SourceDataError
from technic_scanner.screening.bars import FIELDS, FloatArray

_BATCH_BYTES = 8 * 1024 * 1024
_THREADS = 2
_LONGEST_MEAN_STEP_DAYS = 4.0  # sparser bars may be of weeks
_FEWEST_BARS = 3


@dataclass(frozen=True, slots=True, eq=False)
class _Plain:
    """One file: its names of columns, its number of rows, and the text below its header or its stored columns."""

    ref: FileRef
    names: tuple[str, ...]
    rows: int
    body: bytes = b""
    stored: pa.Table | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Columns:
    """The columns of some files one under another; ``file_of`` is the file of each row."""

    days: npt.NDArray[np.int32]
    fields: dict[str, FloatArray]
    file_of: npt.NDArray[np.int32]
    written: bool


def read_plain(refs: Sequence[FileRef], last: int, step: Callable[[int], None]) -> dict[str, FileReading]:
    """Return the readings of those of ``refs`` that are plain, by name; ``last`` is the newest possible day.

    ``step`` is told how many files were looked at; it may raise to stop.
    """
    found: dict[str, FileReading] = {}
    looked_at = 0
    with ThreadPoolExecutor(_THREADS) as pool:
        waiting = _batches(refs)
        running = [pool.submit(_read_batch, batch, last) for batch in islice(waiting, _THREADS)]
        while running:
            readings, files = running.pop(0).result()
            running += [pool.submit(_read_batch, batch, last) for batch in islice(waiting, 1)]
            found.update((reading.ref.name, reading) for reading in readings)
            looked_at += files
            step(looked_at)
    return found


def _batches(refs: Sequence[FileRef]) -> Iterator[list[FileRef]]:
    batch: list[FileRef] = []
    size = 0
    for ref in refs:
        is_folder = not ref.parts or (ref.kind == "parquet" and _symbol_part(ref) is not None)
        others = ref.kind == "feather" or ref.member is not None or frames.is_in_name(ref.stem)
        if others or not is_folder or ref.size > _BATCH_BYTES:
            continue
        batch.append(ref)
        size += ref.size
        if size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _read_batch(refs: list[FileRef], last: int) -> tuple[list[FileReading], int]:
    """Return the readings of the plain files among ``refs``, and the number of all."""
    try:
        return _plain_readings(refs, last), len(refs)
    except Exception:  # noqa: BLE001 - each of these files is read by itself, and one that is at fault is refused there
        return [], len(refs)


@np.errstate(all="ignore")
def _plain_readings(refs: list[FileRef], last: int) -> list[FileReading]:
    by_header: dict[tuple[object, ...], list[_Plain]] = {}
    for ref in refs:
        plain = _plain(ref) if ref.kind == "text" else _stored(ref)
        if plain is not None:
            schema = None if plain.stored is None else plain.stored.schema
            by_header.setdefault((plain.names, schema), []).append(plain)
    return [reading for files in by_header.values() for reading in _read_alike(files, last)]


def _plain(ref: FileRef) -> _Plain | None:
    """Return the rows of a file whose first line names all columns of bars and no others; None for other files."""
    try:
        data = ref.path.read_bytes() if not ref.name.lower().endswith((".bz2", ".xz", ".zst")) else b""
        data = ref.read().to_pybytes() if data[:2] == b"\x1f\x8b" else data
    except (OSError, SourceDataError):
        return None
    header, _, body = data[:LONGEST_HEADER].partition(b"\n")
    names = tuple(names_in(header))
    start = len(header) + 1
    body = data[start:] if data.endswith(b"\n") else data[start:] + b"\n"
    # Blank lines show where the parser finds fewer rows than lines.
    if not meanings_of(names) or not body.isascii() or b'"' in body or b"\0" in body:
        return None
    return _Plain(ref, names, body.count(b"\n"), body)


def _stored(ref: FileRef) -> _Plain | None:
    """Return the table of a Parquet file with numbers and dates alone; None for other files."""
    try:
        table = pq.ParquetFile(pa.BufferReader(ref.read())).read(use_threads=False)
    except (SourceDataError, pa.ArrowException, OSError, ValueError):
        return None
    names = _plain_names(table.schema)
    return _Plain(ref, names, table.num_rows, stored=table) if names else None


@lru_cache(maxsize=256)
def _plain_names(schema: pa.Schema) -> tuple[str, ...]:
    """Return the names of a schema's columns, the index first; none if they are not plain."""
    names = tuple(ordered_names(schema))
    numeric = [schema.field(name).type for what, name in meanings_of(names).items() if what != "date"]
    return names if numeric and all(map(is_numeric, numeric)) else ()


def _symbol_part(ref: FileRef) -> tuple[str, str] | None:
    """Return the name and value of the only part of a file's folders, if it holds the symbol: symbol=KO."""
    if len(ref.parts) != 1:
        return None
    ((key, value),) = ref.parts
    return (key, value) if meaning(key) == "symbol" and plain_name(key) not in REGISTERS and normal(value) else None


def _read_alike(files: list[_Plain], last: int) -> list[FileReading]:
    """Return the readings of files with one header; if one of them is not plain, each is looked at by itself."""
    columns = _parsed(files) if files[0].ref.kind == "text" else _put_together(files)
    if columns is None:
        if len(files) == 1:
            return []
        half = len(files) // 2
        return [*_read_alike(files[:half], last), *_read_alike(files[half:], last)]
    good = _whole_files(columns, len(files), last)
    if not good.all():
        files = [file for file, is_good in zip(files, good, strict=True) if is_good]
        columns = _kept(columns, good)
    return _readings(files, columns) if files else []


def _parsed(files: list[_Plain]) -> _Columns | None:
    meanings = {name: what for what, name in meanings_of(files[0].names).items()}
    kinds = {name: pa.date32() if what == "date" else pa.float64() for name, what in meanings.items()}
    data = b"".join(file.body for file in files)
    try:
        table = pacsv.read_csv(
            pa.py_buffer(data),
            # One thread: with several Arrow threads the inference of types has crashed the process (pyarrow 26.0.1).
            read_options=pacsv.ReadOptions(
                use_threads=False, column_names=list(files[0].names), block_size=max(len(data), 1)
            ),
            parse_options=pacsv.ParseOptions(quote_char=False),
            convert_options=pacsv.ConvertOptions(column_types=kinds, null_values=[], strings_can_be_null=False),
        )
    except pa.ArrowInvalid:
        return None
    rows = [file.rows for file in files]
    if table.num_rows != sum(rows) or any(column.null_count for column in table.columns):
        return None
    arrays = {meanings[name]: table.column(name).combine_chunks() for name in files[0].names}
    days = values_of(arrays.pop("date").cast(pa.int32()))
    fields = {what: values_of(array) for what, array in arrays.items()}
    return _Columns(days, fields, _file_of(files), written=True)


def _put_together(files: list[_Plain]) -> _Columns | None:
    """Return the stored columns of files; None if one of them is not plain."""
    table = pa.concat_tables([file.stored for file in files])
    columns = {what: table.column(name).combine_chunks() for what, name in meanings_of(files[0].names).items()}
    days = stored_days(columns.pop("date"))
    if days is None:
        return None
    fields = {what: numbers(column, written=False) for what, column in columns.items()}
    return _Columns(days, fields, _file_of(files), written=False)


def _file_of(files: list[_Plain]) -> npt.NDArray[np.int32]:
    return np.repeat(np.arange(len(files), dtype=np.int32), [file.rows for file in files])


def _whole_files(columns: _Columns, count: int, last: int) -> npt.NDArray[np.bool_]:
    """Return which files have nothing to leave out, to decide or to tell."""
    bad = (columns.days < FIRST_DAY) | (columns.days > last)
    bad |= are_out_of_range(columns.fields) | may_have_other_marks(columns.fields)
    good: npt.NDArray[np.bool_] = np.bincount(columns.file_of[bad], minlength=count) == 0
    key = columns.file_of.astype(np.int64) * 2**32 + columns.days
    ordered = key if (np.diff(key) > 0).all() else np.sort(key)
    good[ordered[1:][np.diff(ordered) == 0] // 2**32] = False
    rows = np.bincount(columns.file_of, minlength=count)
    starts = np.append(0, np.cumsum(rows)[:-1]).clip(max=max(len(columns.days) - 1, 0))  # rows are by file
    first, newest = (each.reduceat(columns.days, starts) for each in (np.minimum, np.maximum))
    good[ordered[coarse_keys(ordered)] // 2**32] = False
    dense = (newest - first) <= _LONGEST_MEAN_STEP_DAYS * np.maximum(rows - 1, 1)
    good &= (rows > 0) & (dense | (rows < _FEWEST_BARS))
    steps = np.maximum(rows - 1, 1)
    good &= ((newest - first) % steps > 0) | ((newest - first) <= steps)  # else all may be some days apart
    if columns.written:
        volume = columns.fields["volume"]
        good &= ~np.array([may_group_thousands(volume[a : a + n]) for a, n in zip(starts, rows, strict=True)])
    if "adj_close" in columns.fields:
        good &= ~has_split(columns.fields, columns.file_of, columns.days, count)
    return good


def _kept(columns: _Columns, good: npt.NDArray[np.bool_]) -> _Columns:
    rows = good[columns.file_of]
    number = np.cumsum(good) - 1
    fields = {name: values[rows] for name, values in columns.fields.items()}
    return _Columns(columns.days[rows], fields, number[columns.file_of[rows]].astype(np.int32), columns.written)


def _readings(files: list[_Plain], columns: _Columns) -> list[FileReading]:
    fields = [columns.fields[name] for name in FIELDS]
    if "adj_close" in columns.fields:
        factor = columns.fields["adj_close"] / fields[3]
        fields = [*(prices * factor for prices in fields[:3]), columns.fields["adj_close"], fields[4]]
    bars = LongBars(tuple(file.ref.name for file in files), columns.file_of, columns.days, tuple(fields))
    key = bars.codes.astype(np.int64) * 2**32 + bars.days
    if not (np.diff(key) > 0).all():
        bars = bars.where(row_order(bars))
    bars, repairs = clean(bars)
    stops = np.cumsum(np.bincount(bars.codes, minlength=len(files)))
    how = "by its adjusted close" if "adj_close" in columns.fields else "as they are"
    return [
        _reading(file, bars, slice(int(stop) - file.rows, int(stop)), repairs.by_symbol.get(file.ref.name, {}), how)
        for file, stop in zip(files, stops, strict=True)
    ]


def _reading(file: _Plain, bars: LongBars, rows: slice, faults: dict[str, int], how: str) -> FileReading:
    part = _symbol_part(file.ref)
    symbol = without_copy_mark(file.ref.stem) if part is None else normal(part[1])
    names = file.names if part is None else (*file.names, part[0])
    its = LongBars(
        (symbol,), np.zeros(file.rows, np.int32), bars.days[rows], tuple(values[rows] for values in bars.fields)
    )
    return FileReading(
        ref=file.ref,
        bars=its,
        named=part is None,
        frame=frames.DAY,
        mark="." if file.ref.kind == "text" else None,
        order="ymd" if file.ref.kind == "text" else None,
        adjusted=how,
        repairs=Repairs({symbol: dict(faults)} if faults else {}),
        rows=file.rows,
        columns=", ".join(names),
        symbol_column=None if part is None else part[0],
        roles=dict(meanings_of(file.names)),
        own_columns=names,
        lasting=True,
    )
