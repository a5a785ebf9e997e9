"""Read many plain CSV files of one symbol each at once: ISO dates, points, commas between cells, nothing to decide.

A file that is not plain in every cell is left to ``one_file.py``, which gives the same for those that are.
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

from technic_scanner.adapters.market_data.files import frames
from technic_scanner.adapters.market_data.files.adjusting import has_split, row_order
from technic_scanner.adapters.market_data.files.coarse_bars import coarse_keys
from technic_scanner.adapters.market_data.files.containers import FileRef
from technic_scanner.adapters.market_data.files.date_orders import FIRST_DAY
from technic_scanner.adapters.market_data.files.names import ranked
from technic_scanner.adapters.market_data.files.reading import FileReading
from technic_scanner.adapters.market_data.files.symbols import without_copy_mark
from technic_scanner.adapters.market_data.long_bars import LongBars, Repairs, clean
from technic_scanner.errors import SourceDataError
from technic_scanner.screening.bars import FIELDS, FloatArray

_BATCH_BYTES = 8 * 1024 * 1024
_THREADS = 2
_LONGEST_HEADER = 400
_NEEDED = {"date", *FIELDS}
_LONGEST_MEAN_STEP_DAYS = 4.0  # sparser bars may be of weeks
_FEWEST_BARS = 3


@dataclass(frozen=True, slots=True)
class _Plain:
    """The bytes below the header of one file, and its number of rows."""

    ref: FileRef
    names: tuple[str, ...]
    body: bytes
    rows: int


@dataclass(frozen=True, slots=True, eq=False)
class _Columns:
    """The columns of some files one under another; ``file_of`` is the file of each row."""

    days: npt.NDArray[np.int32]
    fields: dict[str, FloatArray]
    file_of: npt.NDArray[np.int32]


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
        if ref.kind != "text" or ref.member is not None or ref.parts or ref.size > _BATCH_BYTES:
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
    by_header: dict[tuple[str, ...], list[_Plain]] = {}
    for ref in refs:
        plain = _plain(ref)
        if plain is not None:
            by_header.setdefault(plain.names, []).append(plain)
    readings = [reading for files in by_header.values() for reading in _read_alike(files, last)]
    return readings, len(refs)


def _plain(ref: FileRef) -> _Plain | None:
    """Return the rows of a file whose first line names all columns of bars and no others; None for other files."""
    try:
        data = ref.path.read_bytes() if not ref.name.lower().endswith((".bz2", ".xz", ".zst")) else b""
        data = ref.read().to_pybytes() if data[:2] == b"\x1f\x8b" else data
    except (OSError, SourceDataError):
        return None
    header, _, body = data[:_LONGEST_HEADER].partition(b"\n")
    names = tuple(header.decode("ascii", errors="replace").strip().split(","))
    if len(names) < len(_NEEDED) or '"' in names[0] or b"(" in header:
        return None
    start = len(header) + 1
    body = data[start:] if data.endswith(b"\n") else data[start:] + b"\n"
    # Blank lines show where the parser finds fewer rows than lines.
    if not _meanings(names) or not body.isascii() or b'"' in body or b"\0" in body:
        return None
    return _Plain(ref, names, body, body.count(b"\n"))


@lru_cache(maxsize=256)
def _meanings(names: tuple[str, ...]) -> dict[str, str]:
    """Return what each name means; empty unless they name the columns of bars, each once, and no others."""
    meanings: dict[str, str] = {}
    for name in names:
        found = ranked(name)
        if found is None or found[0] not in _NEEDED | {"adj_close"} or found[0] in meanings:
            return {}
        meanings[found[0]] = name
    return meanings if meanings.keys() >= _NEEDED else {}


def _read_alike(files: list[_Plain], last: int) -> list[FileReading]:
    """Return the readings of files with one header; if one of them is not plain, each is looked at by itself."""
    columns = _parsed(files)
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
    meanings = {name: what for what, name in _meanings(files[0].names).items()}
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
    days = np.asarray(arrays.pop("date").cast(pa.int32()).to_numpy(), dtype=np.int32)
    fields = {what: np.asarray(array.to_numpy(), dtype=np.float64) for what, array in arrays.items()}
    return _Columns(days, fields, np.repeat(np.arange(len(files), dtype=np.int32), rows))


def _whole_files(columns: _Columns, count: int, last: int) -> npt.NDArray[np.bool_]:
    """Return which files have nothing to leave out, to decide or to tell."""
    bad = (columns.days < FIRST_DAY) | (columns.days > last)
    for name, values in columns.fields.items():
        bad |= ~np.isfinite(values) | (values < 0 if name == "volume" else values <= 0)
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
    if "adj_close" in columns.fields:
        good &= ~has_split(columns.fields, columns.file_of, columns.days, count)
    return good


def _kept(columns: _Columns, good: npt.NDArray[np.bool_]) -> _Columns:
    rows = good[columns.file_of]
    number = np.cumsum(good) - 1
    fields = {name: values[rows] for name, values in columns.fields.items()}
    return _Columns(columns.days[rows], fields, number[columns.file_of[rows]].astype(np.int32))


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
    symbol = without_copy_mark(file.ref.stem)
    its = LongBars(
        (symbol,), np.zeros(file.rows, np.int32), bars.days[rows], tuple(values[rows] for values in bars.fields)
    )
    return FileReading(
        ref=file.ref,
        bars=its,
        named=True,
        frame=frames.DAY,
        mark=".",
        order="ymd",
        adjusted=how,
        repairs=Repairs({symbol: dict(faults)} if faults else {}),
        rows=file.rows,
        columns=", ".join(file.names),
        roles=dict(_meanings(file.names)),
        own_columns=file.names,
        lasting=True,
    )
