"""Put the bars of all files of a folder together: one series a symbol, and sentences on what differs between files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from technic_scanner.adapters.market_data.files.reading import FileReading
from technic_scanner.adapters.market_data.files.symbols import is_generic, stripped, without_copy_mark
from technic_scanner.adapters.market_data.long_bars import LongBars
from technic_scanner.progress.text import count_text
from technic_scanner.screening.bars import FIELDS, FloatArray

IntArray = npt.NDArray[np.integer]
_SAME = 1e-4  # a larger relative difference of a price is another value


@dataclass(slots=True, eq=False)
class Together:
    """The bars by symbol, then session, and the notes on symbols that are in several files."""

    bars: LongBars
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """The rows of one symbol in one file."""

    reading: FileReading
    rows: IntArray

    @property
    def days(self) -> npt.NDArray[np.int32]:
        return self.reading.bars.days[self.rows]

    @property
    def age(self) -> tuple[int, int, int, str]:
        """What makes one file newer than another: its last session, its number of bars, its time, its name."""
        return int(self.days[-1]), len(self.rows), self.reading.ref.modified, self.reading.ref.name


def final_symbols(readings: Sequence[FileReading]) -> dict[int, tuple[str, ...]]:
    """Return the symbols of each reading by its ``id``, without what all names of the folder have in common."""
    named = [reading for reading in readings if reading.named]
    generic = _generic_folders(named)
    names = {
        id(reading): reading.ref.folder if reading.ref.folder in generic and reading.ref.folder else reading.ref.stem
        for reading in named
    }
    # What was refused, such as a table of something else, does not tell what the names of prices have in common.
    by_name = dict(stripped(dict.fromkeys(names[id(reading)] for reading in named if reading.refused is not None)))
    by_name |= stripped(dict.fromkeys(names[id(reading)] for reading in named if reading.refused is None))
    in_columns = stripped(dict.fromkeys(s for r in readings if not r.named for s in r.bars.symbols))
    return {
        id(reading): (by_name[names[id(reading)]],)
        if reading.named
        else tuple(in_columns[symbol] for symbol in reading.bars.symbols)
        for reading in readings
    }


def _generic_folders(named: Sequence[FileReading]) -> set[str | None]:
    """Return the folders in which no file's name can be a symbol: KO/2024.csv, KO/part-0.csv."""
    stems: dict[str | None, list[str]] = {}
    for reading in named:
        stems.setdefault(reading.ref.folder, []).append(without_copy_mark(reading.ref.stem))
    return {folder for folder, found in stems.items() if folder is not None and all(map(is_generic, found))}


def put_together(readings: Sequence[FileReading], symbols: Mapping[int, tuple[str, ...]]) -> Together:
    """Return one series a symbol of all ``readings`` that were read.

    A file of one symbol's own goes before files with many symbols. Of two such files with other values on the same
    day the newer one is used; of two files with many symbols the later one by name, session by session.
    """
    used = [reading for reading in readings if len(reading.bars)]
    number_of = {s: i for i, s in enumerate(sorted({s for r in used for s in symbols[id(r)]}))}
    if not used:
        return Together(LongBars.join(()))
    codes = np.concatenate(
        [np.array([number_of[s] for s in symbols[id(r)]], dtype=np.int32)[r.bars.codes] for r in used]
    )
    file_of = np.repeat(np.arange(len(used), dtype=np.int32), [len(r.bars) for r in used])
    bars = LongBars(tuple(number_of), codes, *_columns(used))
    notes: list[str] = []
    keep = _without_rivals(bars, file_of, used, notes)
    if not keep.all():
        bars, file_of = bars.where(keep), file_of[keep]
    key = bars.codes.astype(np.int64) * 2**32 + bars.days
    if bool((np.diff(key) > 0).all()):
        return Together(bars, notes)
    order = np.argsort(key, kind="stable")
    bars = bars.where(order)
    last = np.append(np.diff(key[order]) != 0, True)
    _note_repeats(bars, file_of[order], last, used, notes)
    return Together(bars.where(last), notes)


def _columns(used: Sequence[FileReading]) -> tuple[npt.NDArray[np.int32], tuple[FloatArray, ...]]:
    """Return days and fields of all readings one under another, which are views of these from then on.

    One field after the other, so that not all bars are in memory twice.
    """
    if len(used) == 1:
        return used[0].bars.days, used[0].bars.fields
    stops = np.cumsum([len(reading.bars) for reading in used])
    days = np.concatenate([reading.bars.days for reading in used])
    fields = []
    for number in range(len(FIELDS)):
        fields.append(np.concatenate([reading.bars.fields[number] for reading in used]))
        for reading, stop in zip(used, stops, strict=True):
            its = slice(int(stop) - len(reading.bars), int(stop))
            own = (*reading.bars.fields[:number], fields[-1][its], *reading.bars.fields[number + 1 :])
            reading.bars = replace(reading.bars, days=days[its], fields=own)
    return days, tuple(fields)


def _without_rivals(
    bars: LongBars, file_of: IntArray, used: Sequence[FileReading], notes: list[str]
) -> npt.NDArray[np.bool_]:
    """Leave out the rows of a symbol in files that give way to another file."""
    keep = np.ones(len(bars), dtype=np.bool_)
    own = np.array([reading.named for reading in used])
    starts = np.flatnonzero(np.append(True, (np.diff(bars.codes) != 0) | (np.diff(file_of) != 0)))
    pairs = np.unique(np.column_stack([bars.codes[starts], file_of[starts]]), axis=0)
    several, counts = np.unique(pairs[:, 0], return_counts=True)
    having = np.zeros(len(bars.symbols), dtype=np.bool_)
    having[np.unique(pairs[own[pairs[:, 1]], 0])] = True
    for code in several[(counts > 1) & having[several]]:
        files = pairs[pairs[:, 0] == code, 1]
        rows = np.flatnonzero(bars.codes == code)
        by_file = {int(number): rows[file_of[rows] == number] for number in files}
        for number in _give_way(bars.symbols[code], bars, by_file, used, notes):
            keep[by_file[number]] = False
    return keep


def _give_way(
    symbol: str, bars: LongBars, by_file: dict[int, IntArray], used: Sequence[FileReading], notes: list[str]
) -> list[int]:
    """Return the files whose rows of ``symbol`` are not used."""

    def newness(number: int) -> tuple[bool, int, int, int, str]:
        rows, ref = by_file[number], used[number].ref
        return used[number].named, int(bars.days[rows].max()), len(rows), ref.modified, ref.name

    ordered = sorted(by_file, key=newness, reverse=True)
    best, gone = ordered[0], []
    for number in ordered[1:]:
        overlap, differing = _compare(bars, by_file[best], by_file[number])
        if differing or not used[number].named:
            gone.append(number)
        if differing:
            notes.append(
                f"{symbol} is in {used[best].ref.name} and in {used[number].ref.name} with other values on "
                f"{differing:,} of {overlap:,} common sessions; {used[best].ref.name} is used"
            )
        elif number in gone and len(by_file[number]) > overlap:
            notes.append(
                f"{symbol} is in {used[best].ref.name} and in {used[number].ref.name}; {used[best].ref.name} is used"
            )
    return gone


def _compare(bars: LongBars, ours: IntArray, theirs: IntArray) -> tuple[int, int]:
    """Return on how many sessions both have a bar, and on how many of these a price differs."""
    _, mine, other = np.intersect1d(bars.days[ours], bars.days[theirs], return_indices=True)
    differs = np.zeros(len(mine), dtype=np.bool_)
    for prices in bars.fields[:4]:
        a, b = prices[ours][mine], prices[theirs][other]
        differs |= np.abs(a - b) > _SAME * np.maximum(np.abs(a), np.abs(b))
    return len(mine), int(differs.sum())


def _note_repeats(
    bars: LongBars, file_of: IntArray, last: npt.NDArray[np.bool_], used: Sequence[FileReading], notes: list[str]
) -> None:
    """Say which sessions are in several files with other values; ``last`` marks the rows that are used."""
    again = np.flatnonzero(~last)
    differing: dict[str, list[int]] = {}
    for row in again:
        if any(abs(f[row] - f[row + 1]) > _SAME * max(abs(f[row]), abs(f[row + 1])) for f in bars.fields[:4]):
            differing.setdefault(bars.symbols[bars.codes[row]], []).append(int(row))
    for symbol, rows in list(differing.items())[:5]:
        first = rows[0]
        day = np.datetime64(int(bars.days[first]), "D")
        names = [used[file_of[row]].ref.name for row in (first, first + 1)]
        others = f", as on {count_text(len(rows) - 1, 'more session')}" if len(rows) > 1 else ""
        notes.append(f"{symbol} {day} is in {names[0]} and in {names[1]} with other values; the latter is used{others}")
    if len(differing) > 5:
        notes.append(f"{len(differing):,} symbols in all have sessions with other values in several files")
