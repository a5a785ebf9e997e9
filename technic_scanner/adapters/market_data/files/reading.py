"""What one file was read as, and what is known of it from outside."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from technic_scanner.adapters.market_data.files import frames
from technic_scanner.adapters.market_data.files.containers import FileRef
from technic_scanner.adapters.market_data.files.date_orders import Triples
from technic_scanner.adapters.market_data.files.mapping import FileMapping
from technic_scanner.adapters.market_data.long_bars import LongBars, Repairs, counted
from technic_scanner.screening.bars import FIELDS, FloatArray


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known from outside a file: the newest possible day, and what the other files or the mapping tell."""

    last: int
    order: str | None = None
    mark: str | None = None
    mapping: FileMapping | None = None


@dataclass(slots=True, eq=False)
class FileReading:
    """What one file was read as; ``refused`` says why it was not.

    ``named`` is whether the symbol comes from the file's name. ``undecided`` are the figures of its dates, and
    ``open_mark`` is true, where only other files can tell the order or the decimal mark; ``sure_mark`` where its own
    cells tell it. ``roles`` are the columns by meaning, ``own_columns`` all that the file has. ``lasting`` is whether
    the file would be read the same on any later day. ``lean``: its rows have the form of LEAN, QuantConnect's engine.
    ``unread`` is a sentence that quotes a cell of its bars that was not read as a number.
    """

    ref: FileRef
    bars: LongBars = field(default_factory=lambda: LongBars.join(()))
    named: bool = False
    frame: str = frames.DAY
    mark: str | None = None
    order: str | None = None
    zone: str | None = None
    adjusted: str | None = None
    notes: list[str] = field(default_factory=list)
    repairs: Repairs = field(default_factory=Repairs)
    rows: int = 0
    refused: str | None = None
    columns: str = ""
    symbol_column: str | None = None
    undecided: Triples | None = None
    open_mark: bool = False
    sure_mark: bool = False
    roles: dict[str, str] = field(default_factory=dict)
    own_columns: tuple[str, ...] = ()
    lasting: bool = False
    lean: bool = False
    unread: str | None = None

    def refuse(self, error: Exception) -> None:
        """Leave the file out because of an error that nobody foresaw."""
        lines = str(error).splitlines()
        self.refused = f"cannot be read: {type(error).__name__}: {lines[0][:120] if lines else ''}"
        self.bars = LongBars.join(())

    def note_rows(self, rows: int, fault: str) -> None:
        """Note how many rows have a fault; nothing if there are none."""
        if rows:
            self.notes.append(counted(rows, fault))


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows of a sheet as bars: ``fields`` are the columns of numbers by meaning, ``index`` the rows in the sheet.

    ``seconds`` are those of the day, −1 where no time is given.
    """

    symbols: tuple[str, ...]
    codes: npt.NDArray[np.int32]
    days: npt.NDArray[np.int32]
    seconds: npt.NDArray[np.int64]
    fields: dict[str, FloatArray]
    index: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.days)

    @property
    def bars(self) -> LongBars:
        """The rows as bars."""
        return LongBars(self.symbols, self.codes, self.days, tuple(self.fields[name] for name in FIELDS))

    def where(self, keep: npt.NDArray[np.bool_]) -> Rows:
        """Return the rows where ``keep`` is true."""
        if keep.all():
            return self
        fields = {name: values[keep] for name, values in self.fields.items()}
        return Rows(self.symbols, self.codes[keep], self.days[keep], self.seconds[keep], fields, self.index[keep])

    def replaced(self, **fields: FloatArray) -> Rows:
        """Return the same rows with some columns of numbers replaced."""
        return Rows(self.symbols, self.codes, self.days, self.seconds, {**self.fields, **fields}, self.index)
