"""Read one file: what its columns are, how its dates and numbers are written, and the clean bars that are in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from technic_scanner.adapters.market_data.files import frames
from technic_scanner.adapters.market_data.files.boards import differing
from technic_scanner.adapters.market_data.files.cell_examples import few_dates, no_date, unread_number
from technic_scanner.adapters.market_data.files.clock_times import seconds_of
from technic_scanner.adapters.market_data.files.containers import FileRef
from technic_scanner.adapters.market_data.files.date_columns import date_columns, dates_of
from technic_scanner.adapters.market_data.files.date_in_name import date_in_folders, date_in_name, open_date_in_name
from technic_scanner.adapters.market_data.files.date_orders import Triples
from technic_scanner.adapters.market_data.files.date_texts import period_named
from technic_scanner.adapters.market_data.files.dates import DateHints, Days, read_days
from technic_scanner.adapters.market_data.files.file_numbers import read_numbers
from technic_scanner.adapters.market_data.files.finishing import (
    set_bars,
    without_absurd,
    without_coarse,
    without_copies,
)
from technic_scanner.adapters.market_data.files.lacking_columns import why_lacking
from technic_scanner.adapters.market_data.files.load_sheet import load_sheet
from technic_scanner.adapters.market_data.files.names import PRICES
from technic_scanner.adapters.market_data.files.plain_columns import is_numeric
from technic_scanner.adapters.market_data.files.price_marks import take_marks
from technic_scanner.adapters.market_data.files.reading import FileReading, Hints, Rows
from technic_scanner.adapters.market_data.files.repeated import copies, keys_of, main_boards, share_repeated
from technic_scanner.adapters.market_data.files.roles import Roles, columns_text, lacking, roles_of
from technic_scanner.adapters.market_data.files.sheet import Sheet
from technic_scanner.adapters.market_data.files.symbol_above import says_the_same
from technic_scanner.adapters.market_data.files.symbol_column import SymbolColumn, symbol_column, unexplained_change
from technic_scanner.adapters.market_data.files.symbols import normal, without_copy_mark
from technic_scanner.adapters.market_data.files.vendor_rules import (
    order_of_vendor,
    with_decimals,
    with_positive_prices,
    with_shares,
    zone_of_vendor,
)
from technic_scanner.adapters.market_data.long_bars import LongBars
from technic_scanner.errors import SourceDataError
from technic_scanner.screening.bars import FIELDS, FloatArray

_MANY = 0.5
_BOARDS_SHOWN = 3


@np.errstate(all="ignore")  # what overflows is left out as no price, and is said there
def read_file(ref: FileRef, hints: Hints) -> FileReading:
    """Read one file; whatever is wrong with it is said in ``refused``."""
    out = FileReading(ref)
    try:
        sheet = load_sheet(ref, hints.last)
        out.columns, out.own_columns = columns_text(sheet), tuple(sheet.names)
        _Reader(out, sheet, hints).read()
    except SourceDataError as error:
        out.refused = str(error)
    except Exception as error:  # noqa: BLE001 - whatever a stranger's file makes a library raise costs this file alone
        out.refuse(error)
    if out.refused is not None:
        out.bars = LongBars.join(())
    return out


class _Reader:
    """One pass over one sheet; what it finds is set in ``out``."""

    def __init__(self, out: FileReading, sheet: Sheet, hints: Hints) -> None:
        self._out, self._sheet, self._hints = out, sheet, hints
        self._mapping = hints.mapping

    def read(self) -> None:
        """Read the sheet. Raises SourceDataError if it cannot be read as daily bars."""
        out, sheet = self._out, self._sheet
        out.notes += sheet.notes
        roles = self._roles()
        out.notes += roles.notes
        out.roles = {what: sheet.names[place] for what, place in roles.places.items()}
        out.rows, out.lean = sheet.rows + sheet.torn, sheet.lean
        if sheet.rows == 0:
            raise SourceDataError("has no row below its header")
        days = self._days(roles)
        out.notes += [note] if (note := take_marks(sheet, roles.places)) else []
        fields = read_numbers(out, sheet, roles, self._hints)
        out.unread = unread_number(sheet, {name: roles.places[name] for name in FIELDS}, fields, days.known)
        out.notes += [out.unread] if out.unread else []
        rows, frame = self._rows(roles, days, fields)
        rows = without_copies(out, rows)
        rows = without_absurd(out, with_shares(with_decimals(with_positive_prices(rows, out), out), out))
        intraday = frames.MINUTE if sheet.intraday else None
        out.frame = frame or intraday or frames.frame_of(rows.bars, rows.seconds)
        if out.frame == frames.DAY:
            out.frame = frames.frame_in_name(out.ref.stem, rows.bars) or out.frame
        if out.frame != frames.MINUTE:
            rows = without_coarse(out, rows.where(self._on_main_boards(rows, roles)))
        set_bars(out, rows, as_it_is=self._mapping is not None and bool(self._mapping.adjusted))

    def _roles(self) -> Roles:
        sheet, out = self._sheet, self._out
        if self._mapping is not None:
            absent = [name for name in self._mapping.columns.values() if name not in sheet.names]
            self._mapping.rename(sheet)
            out.notes += [f"files.toml names the column {name}, which it does not have" for name in absent]
        roles = roles_of(sheet, self._hints.last, () if self._mapping is None else tuple(self._mapping.columns))
        self._join_dates(roles)
        if not self._has_dates(roles):
            self._add_named_day(roles)
        missing = lacking(roles)
        if missing == ["volume"]:
            self._add(roles, "volume", pa.nulls(sheet.rows, pa.float64()))
            out.notes.append("it has no column for volume")
        elif missing:
            form = why_lacking(sheet, roles, missing)
            found = f"the columns found are {out.columns}" + (f"; {form}" if form else "")
            raise SourceDataError(f"has no column for {', '.join(missing)}; {found}")
        return roles

    def _has_dates(self, roles: Roles) -> bool:
        """Return whether a column holds the dates; a figure that a folder's name gives, such as day=3, is none."""
        parts = {key for key, _ in self._out.ref.parts}
        return "date" in roles.places and self._sheet.names[roles.places["date"]] not in parts - {"date", "dt"}

    def _join_dates(self, roles: Roles) -> None:
        """Put columns of years, months and days together where no other column holds the dates."""
        sheet = self._sheet
        places = date_columns(sheet)
        if places is None or roles.places.get("date", places[0]) not in places or date_in_name(self._out.ref.stem):
            return
        names = [sheet.names[place] for place in places]
        if not set(names) <= {key for key, _ in self._out.ref.parts}:
            self._add(roles, "date", dates_of(sheet, places))
            roles.others = [place for place in roles.others if place not in places]
            self._out.notes.append(f"its columns {', '.join(names)} were put together to dates")

    def _add_named_day(self, roles: Roles) -> None:
        """Take the day from the name of the file or its folders; other files may tell the order of its figures."""
        out, rows = self._out, self._sheet.rows
        day = date_in_name(out.ref.stem) or date_in_folders(out.ref.name)
        written = str(day) if day is not None else open_date_in_name(out.ref.stem)
        if written is not None:
            self._add(roles, "date", pa.DictionaryArray.from_arrays(np.zeros(rows, np.int32), pa.array([written])))
            out.notes.append(f"it has no column of dates; {written} was taken from its name")

    def _add(self, roles: Roles, what: str, column: pa.Array) -> None:
        self._sheet.names.append(f"({what})")
        self._sheet.columns.append(column)
        roles.places[what] = len(self._sheet.names) - 1

    def _days(self, roles: Roles) -> Days:
        sheet, out, mapping = self._sheet, self._out, self._mapping
        name = sheet.names[roles.places["date"]]
        in_name = date_in_name(out.ref.stem)
        order = (mapping.date_order if mapping else None) or self._hints.order
        hints = DateHints(self._hints.last, order, None if in_name is None else (in_name - date(1970, 1, 1)).days)
        column = sheet.columns[roles.places["date"]]
        zone = (mapping.time_zone if mapping else None) or zone_of_vendor(out)
        days = read_days(column, hints, zone=zone, form=mapping.date_format if mapping else None)
        if days.undecided is not None and order_of_vendor(out) is not None:
            days = read_days(column, replace(hints, order=order_of_vendor(out)))
        if "time" in roles.places:
            seconds = seconds_of(sheet.columns[roles.places["time"]])
            days.seconds = seconds if (seconds > 0).any() else days.seconds
        out.order, out.zone, out.undecided, out.lasting = days.order, days.zone, days.undecided, days.lasting
        out.notes += days.notes
        if days.undecided is not None:
            raise SourceDataError(_order_sentence(days.undecided))
        if sheet.rows and not days.known.any() and not days.impossible:
            self._refuse_period(column, name)
            why = no_date(column, name, mapping.date_format if mapping else None)
            raise SourceDataError(f"{why}; the columns found are {out.columns}")
        read = days.known if days.outside is None else days.known | days.outside
        prices = [sheet.columns[roles.places[field]] for field in PRICES if field in roles.places]
        if (few := few_dates(column, name, read, prices)) is not None:
            raise SourceDataError(few)
        return days

    def _refuse_period(self, column: pa.Array, name: str) -> None:
        """Raise SourceDataError if the cells name months or weeks; the frame is set then."""
        named = period_named(column)
        if named is not None:
            self._out.frame = named[0]
            raise SourceDataError(f"has a {named[0]} or more in its column {name}, {named[1]}; a scan needs daily bars")

    def _rows(self, roles: Roles, days: Days, fields: dict[str, FloatArray]) -> tuple[Rows, str | None]:
        """Return the rows with a date and a symbol, and their frame if a column names it."""
        out = self._out
        usable = days.known.copy()
        frame = self._period(roles, usable)
        stem = without_copy_mark(out.ref.stem)
        index = np.arange(len(usable))
        codes = np.zeros(len(usable), np.int32)
        rows = Rows((stem,), codes, days.days.astype(np.int32), days.seconds, fields, index)
        found = self._symbols(roles, rows, usable, stem)
        out.named = found is None
        if found is not None:
            out.symbol_column, codes = found.name, found.codes
            out.notes += [found.note] if found.note else []
            rows = replace(rows, symbols=found.symbols, codes=np.maximum(codes, 0))
        outside = days.outside if days.outside is not None else ~usable & False
        out.repairs.add(rows.bars, "without a readable date left out", (codes >= 0) & ~days.known & ~outside)
        out.repairs.add(rows.bars, "dated before 1900 or after tomorrow left out", (codes >= 0) & outside)
        out.note_rows(int(((codes < 0) & usable).sum()), "without a symbol left out")
        out.note_rows(self._sheet.torn, "with too few or too many cells left out")
        return rows.where(usable & (codes >= 0)), frame

    def _symbols(self, roles: Roles, rows: Rows, usable: npt.NDArray[np.bool_], stem: str) -> SymbolColumn | None:
        given = self._mapping.symbol_of(stem) if self._mapping is not None else None
        if given:
            return SymbolColumn((given,), np.zeros(len(usable), np.int32), None)
        once = usable.copy()
        if (rows.seconds < 0).all() and not roles.symbols:
            once[np.flatnonzero(usable)[copies(rows.where(usable).bars)]] = False
        moments = rows.days.astype(np.int64) * 86_400 + np.maximum(rows.seconds, 0)
        # Days before 1970 must not look like rows without a date.
        found = symbol_column(self._sheet, roles, np.where(once, moments - moments.min(initial=0), -1), stem)
        above = self._sheet.symbol_above
        if found is None and (doubt := unexplained_change(self._sheet, roles, usable)) is not None:
            self._out.notes.append(doubt)
        if found is not None or above is None or says_the_same(above, stem):
            return found
        note = f"its symbol {normal(above)} stands above the table"
        return SymbolColumn((normal(above),), np.zeros(len(usable), np.int32), None, note)

    def _period(self, roles: Roles, usable: npt.NDArray[np.bool_]) -> str | None:
        """Return the frame that a column names; rows of other frames are left out."""
        if "period" not in roles.places or not usable.any():
            return None
        coded = self._sheet.columns[roles.places["period"]].cast(pa.string()).dictionary_encode()
        words = [frames.named_frame(word or "") for word in coded.dictionary.to_pylist()]
        codes = np.asarray(coded.indices.fill_null(-1).to_numpy(zero_copy_only=False))
        present = {words[code]: int((codes[usable] == code).sum()) for code in np.unique(codes[usable]) if code >= 0}
        present.pop(None, None)
        if not present:
            return None
        frame = frames.DAY if frames.DAY in present else max(present, key=lambda word: present[word] if word else 0)
        others = np.array([word not in (None, frame) for word in [*words, None]], dtype=np.bool_)[codes] & usable
        self._out.note_rows(int(others.sum()), f"of other bars than those of a {frame} left out")
        usable &= ~others
        return frame

    def _on_main_boards(self, rows: Rows, roles: Roles) -> npt.NDArray[np.bool_]:
        """Return which rows stay where a symbol has several boards or series a day. Raises SourceDataError."""
        keep = np.ones(len(rows), dtype=np.bool_)
        if "board" in roles.places and share_repeated(rows.bars) > 0:
            keep = self._boards(rows, roles.places["board"])
        if self._out.frame == frames.DAY and share_repeated(rows.where(keep).bars) > _MANY:
            which = self._differing(rows.where(keep), roles)
            raise SourceDataError(
                "has several rows for one symbol and day, and nothing tells which is meant; "
                + (
                    f"they differ in {which}: keep the rows of one"
                    if which
                    else f"the columns found are {self._out.columns}"
                )
            )
        return keep

    def _differing(self, rows: Rows, roles: Roles) -> str:
        """Return the columns of text that tell the rows of one symbol and day apart."""
        sheet = self._sheet
        known = (roles.places[what] for what in ("currency", "board", "name") if what in roles.places)
        texts = [place for place in (*known, *roles.others) if not is_numeric(sheet.columns[place].type)]
        return ", ".join(differing(sheet, texts, keys_of(rows.bars), rows.index))

    def _boards(self, rows: Rows, place: int) -> npt.NDArray[np.bool_]:
        name = self._sheet.names[place]
        column = pc.fill_null(self._sheet.columns[place].cast(pa.string()), "").take(pa.array(rows.index))
        coded = pc.utf8_trim_whitespace(column).dictionary_encode()
        found = main_boards(rows.bars, np.asarray(coded.indices), tuple(coded.dictionary.to_pylist()))
        for symbol, boards in list(found.boards.items())[:_BOARDS_SHOWN]:
            self._out.notes.append(
                f"{symbol} has rows of several {name} a day ({', '.join(boards)}); {boards[0]} is used, which has the "
                "largest volume"
            )
        if len(found.boards) > _BOARDS_SHOWN:
            self._out.notes.append(
                f"{len(found.boards):,} symbols in all have rows of several {name} a day; of each that with the "
                "largest volume is used"
            )
        return found.keep


def _order_sentence(triples: Triples) -> str:
    rows = np.flatnonzero(triples.shape >= 0)
    first = int(rows[0]) if len(rows) else 0
    example = f"{triples.a[first]:02d}/{triples.b[first]:02d}/{triples.c[first]:02d}"
    return (
        f"cannot be read: nothing tells whether the day or the month comes first in its dates, such as {example}; name "
        "the order in files.toml"
    )
