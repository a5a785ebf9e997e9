"""Name the picks whose return was measured over a price that looks wrong, such as a split that nobody adjusted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from technic_scanner.domain.symbol_text import first_named
from technic_scanner.screening.bars import DateArray, Panel
from technic_scanner.screening.past_prices import session_index
from technic_scanner.screening.pick_returns import HORIZONS
from technic_scanner.screening.quality import own_jumps, wrong_price_sessions

_MOST_NAMED = 5


# Returns the bars of some symbols with their volume.
Traded = Callable[[Sequence[str]], Panel]


@dataclass(frozen=True, slots=True, eq=False)
class WrongPrices:
    """The ``sessions`` (T,) of some bars, and by symbol the ``days`` (k,) with a price that looks wrong, ascending.

    What looks wrong is judged with the turnover of the days before, as the flags of a scan are. A return over such a
    price is measured as it is: it could be real, and leaving it out would leave out losses.
    """

    sessions: DateArray = field(default_factory=lambda: np.array([], dtype="datetime64[D]"))
    days: Mapping[str, DateArray] = field(default_factory=dict)

    @classmethod
    def of(cls, bars: Panel, symbols: Iterable[str], traded: Traded) -> WrongPrices:
        """Return those of some symbols; only of symbols with a jump ``traded`` is asked for their volume."""
        rows = {symbol: row for row, symbol in enumerate(bars.symbols)}
        jumping = [symbol for symbol in sorted(rows.keys() & set(symbols)) if len(own_jumps(bars, rows[symbol])[1])]
        if not jumping:
            return cls(bars.sessions)
        panel = traded(jumping)
        found = {name: panel.sessions[wrong_price_sessions(panel, row)] for row, name in enumerate(panel.symbols)}
        return cls(bars.sessions, {symbol: days for symbol, days in found.items() if len(days)})

    def note(self, picks: pa.Table, horizon: int | None) -> str | None:
        """Return a sentence on the picks with such a price in the ``horizon`` sessions after their as-of date.

        Picks without a return at that horizon are not counted. None is the longest horizon, and counts all.
        """
        named = pa.array(list(self.days), pa.string())
        suspects = picks.filter(pc.is_in(picks["Symbol"].cast(pa.string()), value_set=named))
        if horizon is not None:
            suspects = suspects.filter(pc.is_valid(suspects[f"forward_{horizon}"]))
        within = horizon or HORIZONS[-1]
        known = zip(suspects["Symbol"].to_pylist(), suspects["as_of"].to_pylist(), strict=True)
        hit = [day for day in (self._first(symbol, as_of, within) for symbol, as_of in known) if day]
        if not hit:
            return None
        whose = "the return of 1 pick is" if len(hit) == 1 else f"the returns of {len(hit):,} picks are"
        return (
            f"{whose} not to be trusted, because a price in the {within} sessions after looks wrong (an unadjusted "
            f"split, or five times off): {first_named(sorted(set(hit)), _MOST_NAMED)}."
        )

    def _first(self, symbol: str, as_of: date, horizon: int) -> str | None:
        """Return the symbol with the day of its first such price in the sessions after ``as_of``, None without one."""
        at = session_index(self.sessions, np.datetime64(as_of, "D"))
        last = self.sessions[min(at + horizon, len(self.sessions) - 1)]
        days = self.days[symbol]
        within = days[(days > np.datetime64(as_of, "D")) & (days <= last)]
        return f"{symbol} on {within[0]}" if len(within) else None
