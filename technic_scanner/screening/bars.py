"""Define the panel: daily bars of many symbols as contiguous float64 arrays on one calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
DateArray = npt.NDArray[np.datetime64]

FIELDS: tuple[str, ...] = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Bars of n symbols over T sessions; a missing bar is NaN in all five arrays.

    ``symbols``: n names. ``sessions``: (T,) datetime64[D], ascending. ``open`` … ``volume``: (n, T) C-contiguous
    float64; prices in the quote currency and adjusted for splits, volume in shares. Column T − 1 is the newest session.
    Short histories are NaN on the left, halts are NaN in between.
    """

    symbols: tuple[str, ...]
    sessions: DateArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray

    @classmethod
    def empty(cls) -> Panel:
        """Return a panel without symbols and sessions."""
        none = np.empty((0, 0), dtype=np.float64)
        return cls((), np.empty(0, dtype="datetime64[D]"), none, none, none, none, none)

    @property
    def shape(self) -> tuple[int, int]:
        """(symbols, sessions)."""
        return len(self.symbols), len(self.sessions)

    @property
    def last_session(self) -> date | None:
        """The newest session, None for an empty panel."""
        return None if len(self.sessions) == 0 else self.sessions[-1].astype("datetime64[D]").item()

    def rows(self, start: int, stop: int) -> Panel:
        """Return the symbols start..stop as views, same sessions."""
        cut = slice(start, stop)
        return Panel(
            self.symbols[cut],
            self.sessions,
            *(getattr(self, name)[cut] for name in FIELDS),
        )

    def take(self, indices: Sequence[int] | npt.NDArray[np.intp]) -> Panel:
        """Return the symbols at ``indices`` as copies, in that order, same sessions."""
        order = np.asarray(indices, dtype=np.intp)
        return Panel(
            tuple(self.symbols[i] for i in order),
            self.sessions,
            *(np.ascontiguousarray(getattr(self, name)[order]) for name in FIELDS),
        )

    def until(self, as_of: date | None) -> Panel:
        """Return only the sessions on or before ``as_of``; the panel itself if that is None."""
        if as_of is None:
            return self
        stop = int(np.searchsorted(self.sessions, np.datetime64(as_of, "D"), side="right"))
        return self.window(0, stop)

    def last(self, bars: int) -> Panel:
        """Return only the newest ``bars`` sessions."""
        total = len(self.sessions)
        return self if bars >= total else self.window(total - bars, total)

    def window(self, start: int, stop: int) -> Panel:
        """Return the sessions start..stop, contiguous."""
        if start == 0 and stop == len(self.sessions):
            return self
        return Panel(
            self.symbols,
            self.sessions[start:stop],
            *(np.ascontiguousarray(getattr(self, name)[:, start:stop]) for name in FIELDS),
        )


def read_only(values: FloatArray) -> FloatArray:
    """Return the array as kernels take it: contiguous and read-only, as are those that are mapped from a file."""
    view = np.require(values, np.float64, ("C_CONTIGUOUS", "ALIGNED")).view()
    view.flags.writeable = False
    return view
