"""Read all files of a folder, let them tell each other how dates and numbers are written, and put them together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from technic_scanner.adapters.market_data.files import frames
from technic_scanner.adapters.market_data.files.containers import TEXT_SUFFIXES, Contents, FileRef
from technic_scanner.adapters.market_data.files.date_orders import OrderError, Triples, decide_order
from technic_scanner.adapters.market_data.files.guarded import doubts_of, joined
from technic_scanner.adapters.market_data.files.kept_readings import KeptReadings
from technic_scanner.adapters.market_data.files.mapping import FolderMapping
from technic_scanner.adapters.market_data.files.read_files import FileReader, Step, ignore_steps
from technic_scanner.adapters.market_data.files.reading import FileReading, Hints
from technic_scanner.adapters.market_data.files.symbols import looks_like_no_symbol, meaning_of_d
from technic_scanner.adapters.market_data.files.together import final_symbols
from technic_scanner.adapters.market_data.long_bars import LongBars, counted
from technic_scanner.progress.text import count_text

EPOCH = date(1970, 1, 1)
_SHOWN = 3
_MORE = (" more file", " more files")  # end the names of several
_FEWEST_FILES = 4
_NOTHING = (
    f"No table of prices was found; files are looked for that end with {', '.join(TEXT_SUFFIXES)}, .parquet or "
    ".feather, also packed (.gz, .bz2, .xz, .zst, .zip) and in folders inside folders"
)


@dataclass(slots=True, eq=False)
class FolderReading:
    """What a folder was read as.

    ``symbols`` are those of each file by place in ``files``. ``without_bars`` are symbols of which every row was left
    out, with the reason. ``sentences`` are on the folder as a whole; ``notes`` say everything that was found.
    """

    files: list[FileReading]
    symbols: list[tuple[str, ...]]
    bars: LongBars
    sentences: list[str] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    without_bars: dict[str, str] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)

    @property
    def has_future(self) -> bool:
        """Whether some rows are dated after tomorrow, which another day's reading would keep."""
        return any(
            "after tomorrow" in fault
            for file in self.files
            for faults in file.repairs.by_symbol.values()
            for fault in faults
        )

    def notes(self) -> list[str]:
        """Return sentences on what was refused, differs, was repaired and was not looked at, the gravest first."""
        refused = _grouped((file.ref.name, file.refused) for file in self.files if file.refused is not None)
        said = _grouped((file.ref.name, note) for file in self.files if file.refused is None for note in file.notes)
        left_out = [
            f"{who}: {what}; left out."
            if who.endswith(_MORE) or not _is_predicate(what)
            else f"{who} {what}; it was left out."
            for who, what in refused
        ]
        repaired = [f"{who}: {what}." for who, what in _repairs(self)]
        return [
            *left_out,
            *(f"{text}." for text in self.sentences),
            *repaired,
            *(f"{who}: {what}." for who, what in said),
            *self.skipped_notes(),
        ]

    def skipped_notes(self) -> list[str]:
        """Return a sentence that names what was not looked at, and what to do."""
        links = [f"{name} is a link to outside the folder that may be read; it was left out." for name in self.links]
        if not self.skipped:
            return links
        shown = ", ".join(f"{name} ({advice})" for name, advice in self.skipped[:10])
        more = f" and {len(self.skipped) - 10:,} more" if len(self.skipped) > 10 else ""
        things = "1 thing was" if len(self.skipped) == 1 else f"{len(self.skipped):,} things were"
        return [*links, f"{things} not looked at: {shown}{more}."]


def sentence_of(file: FileReading) -> str | None:
    """Return why a file was refused as a sentence, None if it was read."""
    if file.refused is None:
        return None
    return f"{file.ref.name} {file.refused}." if _is_predicate(file.refused) else f"{file.ref.name}: {file.refused}."


def _is_predicate(text: str) -> bool:
    return text.startswith(("has ", "cannot ", "mixes "))


@np.errstate(all="ignore")  # what overflows is left out as no price, and is said there
def read_folder(
    contents: Contents,
    last: int,
    mapping: FolderMapping | None = None,
    step: Step = ignore_steps,
    kept: KeptReadings | None = None,
    *,
    fast: bool = True,
) -> FolderReading:
    """Read everything; ``last`` is the newest possible day since 1970, ``step`` is told how many blocks were read.

    A small file is one block. ``step`` may raise to stop. Files that ``kept`` knows are not read again. ``fast`` reads
    plain files many at a time.
    """

    def hints(ref: FileRef) -> Hints:
        return Hints(last, mapping=None if mapping is None else mapping.for_file(ref.name))

    reader = FileReader(hints, step, kept)
    own = reader.fast(contents.tables) if fast else reader.one_by_one(contents.tables)
    files = [replace(file) for file in own]  # what is decided of them here is not kept
    _settle_orders(files, last, reader)
    _settle_marks(files, reader)
    symbols = final_symbols(files)
    _refuse_sparse(files, symbols)
    together = joined(files, symbols)
    reading = FolderReading(
        files, [symbols[id(file)] for file in files], together.bars, together.notes, list(contents.skipped)
    )
    reading.links = list(contents.links)
    if not files:
        reading.sentences.append(_NOTHING)
    reading.without_bars = _without_bars(reading)
    _refuse_empty(files)
    reading.sentences += _nameless(files, reading.symbols)
    reading.sentences += doubts_of(reading.bars)
    reading.sentences += _apart(reading.bars)
    return reading


def _settle_orders(files: list[FileReading], last: int, reader: FileReader) -> None:
    """Read again the files whose dates only others explain; they stay refused if the others do not agree."""
    open_places = [place for place, file in enumerate(files) if file.undecided is not None]
    if not open_places:
        return
    told = {file.order for file in files if file.order in ("dmy", "mdy") and file.refused is None}
    if not told:
        figures = [figure for place in open_places if (figure := files[place].undecided) is not None]
        try:
            order = decide_order(Triples.joined(figures), last, None, None)
        except OrderError:
            return
        told = {order} if order is not None else set()
    if len(told) == 1:
        (order,) = told
        for place in open_places:
            files[place] = replace(reader.again(files[place].ref, order=order))


def _settle_marks(files: list[FileReading], reader: FileReader) -> None:
    """Read again, with the decimal mark of the others, the files whose own cells do not tell it."""
    sure = {file.mark for file in files if file.sure_mark and file.mark is not None}
    if len(sure) != 1:
        return
    (mark,) = sure
    orders = {file.order for file in files if file.order in ("dmy", "mdy") and file.refused is None}
    for place, file in enumerate(files):
        if file.open_mark and (file.refused is not None or file.mark != mark):
            order = orders.copy().pop() if len(orders) == 1 else None
            files[place] = replace(reader.again(file.ref, mark=mark, order=order))


def _refuse_empty(files: list[FileReading]) -> None:
    for file in files:
        if file.refused is None and not len(file.bars):
            faults = ", ".join(text for symbol in file.repairs.by_symbol if (text := file.repairs.text(symbol)))
            why = faults if file.unread is None else f"{faults}; {file.unread}"
            file.refused = f"has no usable row: {why}" if faults else "has no row below its header"


def _is_one_day(bars: LongBars) -> bool:
    return int(bars.days[0]) == int(bars.days[-1]) and int(bars.days.min()) == int(bars.days.max())


def _refuse_sparse(files: list[FileReading], symbols: dict[int, tuple[str, ...]]) -> None:
    """Refuse files of one session each whose sessions are weeks or months apart."""
    single = [
        file
        for file in files
        if file.refused is None and file.frame == frames.DAY and len(file.bars) and _is_one_day(file.bars)
    ]
    if len(single) < _FEWEST_FILES:
        return
    bars = joined(single, symbols).bars
    frame = frames.frame_of(bars, np.full(len(bars), -1))
    if frame not in (frames.WEEK, frames.MONTH):
        return
    for file in single:
        file.frame, file.bars = frame, LongBars.join(())
        file.refused = (
            f"has one session, and those of the other files are a {frame} or more apart; a scan needs daily bars"
        )


def _nameless(files: Sequence[FileReading], symbols: Sequence[tuple[str, ...]]) -> list[str]:
    """Return sentences on files that give no symbol, or one with a doubt, neither in a column nor in their name."""
    found = [
        (file.ref.name, f"no column holds its symbol, and its name does not look like one; it is called {its[0]}")
        for file, its in zip(files, symbols, strict=True)
        if file.named and file.refused is None and looks_like_no_symbol(its[0])
    ]
    found += [
        (file.ref.name, what)
        for file, its in zip(files, symbols, strict=True)
        if file.named and file.refused is None and (what := meaning_of_d(file.ref.stem, its[0]))
    ]
    return [f"{who}: {what}" for who, what in _grouped(found)]


def _without_bars(reading: FolderReading) -> dict[str, str]:
    """Return the symbols of which every row was left out, with what was wrong."""
    having = {reading.bars.symbols[code] for code in np.unique(reading.bars.codes)}
    found: dict[str, str] = {}
    for file, symbols in zip(reading.files, reading.symbols, strict=True):
        if file.refused is not None:
            continue
        for raw, symbol in _raw_names(file, symbols):
            if symbol not in having and raw in file.repairs.by_symbol:
                found[symbol] = file.repairs.text(raw)
    return found


def _raw_names(file: FileReading, symbols: tuple[str, ...]) -> Iterable[tuple[str, str]]:
    return zip(file.bars.symbols, symbols, strict=False)


def _repairs(reading: FolderReading) -> list[tuple[str, str]]:
    """Return (symbol or number of symbols, what was repaired or left out)."""
    by_fault: dict[str, dict[str, int]] = {}
    for file, symbols in zip(reading.files, reading.symbols, strict=True):
        if file.refused is not None:
            continue
        shown = dict(_raw_names(file, symbols))
        for raw, faults in file.repairs.by_symbol.items():
            for fault, count in faults.items():
                mine = by_fault.setdefault(fault, {})
                symbol = shown.get(raw, raw)
                mine[symbol] = mine.get(symbol, 0) + count
    few: dict[str, list[str]] = {}
    many = []
    for fault, counts in by_fault.items():
        if len(counts) > 2 * _SHOWN:
            most = sorted(counts, key=lambda symbol: -counts[symbol])[:_SHOWN]
            named = ", ".join(f"{symbol} {counts[symbol]:,}" for symbol in most)
            many.append((f"{len(counts):,} symbols", f"{counted(sum(counts.values()), fault)}, most of {named}"))
        else:
            for symbol, count in counts.items():
                few.setdefault(symbol, []).append(counted(count, fault))
    return [*many, *((symbol, ", ".join(faults)) for symbol, faults in sorted(few.items()))]


def _grouped(pairs: Iterable[tuple[str, str | None]]) -> list[tuple[str, str]]:
    """Return (file or number of files, text), with files of one text in one entry if they are many."""
    by_text: dict[str, list[str]] = {}
    for name, text in pairs:
        by_text.setdefault(text or "", []).append(name)
    found = []
    for text, names in by_text.items():
        if len(names) <= _SHOWN:
            found += [(name, text) for name in names]
        else:
            found.append((f"{', '.join(names[:_SHOWN])} and {count_text(len(names) - _SHOWN, 'more file')}", text))
    return found


def _apart(bars: LongBars) -> list[str]:
    """Say how many sessions apart the newest bars of the symbols are, if they are not of one day."""
    if len(bars) == 0:
        return []
    ends = np.append(np.flatnonzero(np.diff(bars.codes) != 0), len(bars) - 1)
    newest = bars.days[ends]
    latest = int(newest.max())
    behind = np.flatnonzero(newest < latest)
    if not len(behind):
        return []
    sessions = np.unique(bars.days)
    oldest = int(behind[np.argmin(newest[behind])])
    weekdays = int(np.busday_count(np.datetime64(int(newest[oldest]), "D"), np.datetime64(latest, "D")))
    gap = max(int((sessions > newest[oldest]).sum()), weekdays)
    day = np.datetime64(int(newest[oldest]), "D")
    distance = "1 session" if gap == 1 else f"{gap:,} sessions"
    sentence = (
        f"The newest bars of the symbols are up to {distance} apart: {len(behind):,} of {len(ends):,} symbols end "
        f"before {np.datetime64(latest, 'D')}, the first on {day} ({bars.symbols[bars.codes[ends[oldest]]]})"
    )
    return [sentence]
