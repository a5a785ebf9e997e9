"""The bars that criteria are evaluated on, with what belongs to them: groups, the market, the exchange's calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from technic_scanner.screening.bars import FIELDS, DateArray, FloatArray
from technic_scanner.screening.bars import Panel as Bars
from technic_scanner.screening.panel_build import panel_from_rows

Texts = Sequence[str | None]


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Bars of n symbols over T sessions, and what a criterion may read beside them.

    ``bars``: see ``technic_scanner.screening.bars.Panel``; a bar is missing where its close is NaN. ``labels``: texts
    by name (sector, industry, sub_industry, signal), n each, None where unknown. ``market``: the market's bars, one
    symbol over sessions of its own. ``index``: what ``market.`` means without a market, likewise; None: the
    equal-weight index of these symbols. ``calendar``: the exchange's sessions (datetime64[D], ascending), which should
    reach beyond the newest one: they tell whether a week or month is over. ``numbers``: what only a scan
    knows of the newest session (tech_rating, alpha_score, score), (n,) each.
    ``members``: (n, T), which symbols are in the universe in each session, None: all. Only they are compared with one
    another and make up a sector's index.
    """

    bars: Bars
    labels: Mapping[str, Texts] = field(default_factory=dict)
    market: Bars | None = None
    calendar: DateArray | None = None
    numbers: Mapping[str, FloatArray] = field(default_factory=dict)
    members: npt.NDArray[np.bool_] | None = None
    index: Bars | None = None

    @classmethod
    def from_arrays(
        cls,
        close: Any,
        *,
        open: Any = None,  # noqa: A002 - the field's name
        high: Any = None,
        low: Any = None,
        volume: Any = None,
        symbols: Sequence[str] | None = None,
        sessions: Any = None,
        **more: Any,
    ) -> Panel:
        """Return the panel of (n, T) or (T,) arrays, oldest session first; what is left out is unknown.

        Without ``sessions`` these are weekdays from 2000-01-03 on; the session of a time with a zone is its date there.
        A bar of which a given number is NaN or infinite
        is missing. ``more``: labels, market, calendar, numbers, members. ValueError for shapes that do not fit.
        """
        given = [open, high, low, close, volume]
        shape = np.atleast_2d(np.asarray(close, dtype=np.float64)).shape
        arrays = [None if item is None else np.atleast_2d(np.array(item, dtype=np.float64)) for item in given]
        if any(array is not None and array.shape != shape for array in arrays):
            raise ValueError(f"every array must have the shape of close, {shape}")
        missing = np.zeros(shape, dtype=bool)
        for array in arrays:
            missing |= False if array is None else ~np.isfinite(array)
        held = [np.full(shape, np.nan) if array is None else np.where(missing, np.nan, array) for array in arrays]
        names = tuple(symbols) if symbols is not None else tuple(f"S{i}" for i in range(shape[0]))
        days = _weekdays(shape[1]) if sessions is None else _days(sessions)
        if len(names) != shape[0] or len(days) != shape[1] or (np.diff(days.astype(np.int64)) <= 0).any():
            raise ValueError(
                f"{len(names)} symbols and {len(days)} ascending sessions do not fit arrays of shape {shape}"
            )
        return cls(Bars(names, days, *(np.ascontiguousarray(array) for array in held)), **more)

    @classmethod
    def from_frame(cls, frame: Any, **more: Any) -> Panel:
        """Return the panel of a pandas frame of long rows: columns (or index levels) symbol, date, open … volume.

        Names are taken in any case; session, datetime and timestamp mean date, ticker means symbol. The session of a
        time with a zone is its date in that zone. Without a column
        of symbols the frame is one symbol's bars. A column sector, industry or sub_industry gives the labels. ``more``:
        market, calendar, numbers, labels. ValueError for a frame without dates or closes.
        """
        columns = _columns(frame)
        if "date" not in columns or "close" not in columns:
            raise ValueError("a frame needs dates (as index or column) and a column close")
        count = len(columns["close"])
        names = [str(name) for name in columns.get("symbol", ["S0"] * count)]
        symbols = list(dict.fromkeys(names))
        number = {symbol: i for i, symbol in enumerate(symbols)}
        codes = np.array([number[name] for name in names], dtype=np.int64)
        present = [name for name in FIELDS if name in columns]
        values = [np.asarray(columns[name], dtype=np.float64) for name in present]
        whole = np.all([np.isfinite(value) for value in values], axis=0)
        filled = [np.where(whole, values[present.index(name)] if name in present else 0.0, np.nan) for name in FIELDS]
        bars = panel_from_rows(symbols, codes, _days(columns["date"]).astype(np.int64), filled)
        hidden = {name: np.full(bars.shape, np.nan) for name in FIELDS if name not in present}
        if hidden:
            bars = Bars(bars.symbols, bars.sessions, *(hidden.get(name, getattr(bars, name)) for name in FIELDS))
        labels = {name: _last_text(columns[name], codes, len(symbols)) for name in _LABELS if name in columns}
        return cls(bars, labels=labels | dict(more.pop("labels", {})), **more)

    @property
    def symbols(self) -> tuple[str, ...]:
        """The n symbols."""
        return self.bars.symbols

    @property
    def sessions(self) -> DateArray:
        """The T sessions, ascending."""
        return self.bars.sessions

    def texts(self, name: str) -> Texts:
        """Return the label ``name`` of every symbol, None where it is unknown."""
        if name == "symbol":
            return self.bars.symbols
        return self.labels.get(name, (None,) * len(self.bars.symbols))


_LABELS = ("sector", "industry", "sub_industry")
_ALIASES = {"session": "date", "datetime": "date", "timestamp": "date", "ticker": "symbol"}


def _columns(frame: Any) -> dict[str, Any]:
    names = [str(name).lower() for name in frame.index.names if name is not None]
    flat = frame.reset_index()
    if "date" not in {_ALIASES.get(name, name) for name in names} and frame.index.dtype.kind == "M":
        flat = flat.rename(columns={flat.columns[0]: "date"})
    named = {str(name).lower(): _without_zone(flat[name]).to_numpy() for name in flat.columns}
    return {_ALIASES.get(name, name): values for name, values in named.items()}


def _last_text(values: Any, codes: npt.NDArray[np.int64], count: int) -> tuple[str | None, ...]:
    texts: list[str | None] = [None] * count
    for code, value in zip(codes.tolist(), list(values), strict=True):
        texts[code] = value if isinstance(value, str) and value else texts[code]
    return tuple(texts)


def _days(sessions: Any) -> DateArray:
    """Return days; of times with a zone those that people there have."""
    days = np.asarray(_without_zone(sessions))
    if days.dtype == object:
        days = np.array([_local(day) for day in days], dtype=object)
    return days.astype("datetime64[D]")


def _without_zone(values: Any) -> Any:
    """Return pandas' times as they are read in their zone; anything else as it is."""
    if getattr(getattr(values, "dtype", None), "tz", None) is None:
        return values
    return getattr(values, "dt", values).tz_localize(None)


def _local(day: Any) -> Any:
    return day.replace(tzinfo=None) if getattr(day, "tzinfo", None) is not None else day


def _weekdays(count: int) -> DateArray:
    return np.asarray(np.busday_offset("2000-01-03", np.arange(count), roll="forward"))
