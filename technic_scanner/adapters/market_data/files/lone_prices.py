"""Find prices that no price around them comes near, such as a high of 1,044 where a share trades at 104."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from technic_scanner.adapters.market_data.long_bars import LongBars
from technic_scanner.progress.text import count_text
from technic_scanner.screening.bars import FloatArray

# docs/files.md tells how often real bars have such a price.
_FAR = 5.0
_SHOWN = 10
_LARGE = 9.95  # ratios from here on are whole numbers

Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class _Side:
    """The highs or the lows; ``nearer`` and ``farther`` give the one of open and close that is so."""

    name: str
    field: int
    nearer: np.ufunc
    farther: np.ufunc

    def is_far(self, prices: FloatArray, others: FloatArray) -> npt.NDArray[np.bool_]:
        """Return which prices are far above the others, if these are highs, or far below them, if lows."""
        far: npt.NDArray[np.bool_] = prices / others > _FAR if self.name == "high" else others / prices > _FAR
        return far


_SIDES = (_Side("high", 1, np.maximum, np.minimum), _Side("low", 2, np.minimum, np.maximum))


@np.errstate(all="ignore")  # of prices of any size
def lone_prices(bars: LongBars) -> list[str]:
    """Return a sentence per bar and side with a price that is more than five times off all prices around it.

    ``bars`` are by symbol, then session. A high or low is compared with the opens and closes of the two bars beside it,
    and with the farther of its own bar's, because the other may be the wrong price itself. With both of its own where
    a bar beside it is missing: the price may go on there.
    """
    found = sorted((int(row), number) for number, side in enumerate(_SIDES) for row in _lone(bars, side))
    texts = [_sentence(bars, row, _SIDES[number]) for row, number in found[:_SHOWN]]
    more = len(found) - _SHOWN
    those = f"{count_text(more, 'more price')} {'is' if more == 1 else 'are'} as far from those around"
    return [*texts, *([f"{those} {'it' if more == 1 else 'them'}"] if more > 0 else [])]


def _lone(bars: LongBars, side: _Side) -> Rows:
    """Return the rows whose high, or low, is far from all prices around it."""
    opened, close, prices = bars.fields[0], bars.fields[3], bars.fields[side.field]
    rows = np.flatnonzero(side.is_far(prices, side.farther(opened, close)))
    for step in (-1, 1):
        beside = (rows + step).clip(0, max(len(bars) - 1, 0))
        compared = np.where(bars.codes[beside] == bars.codes[rows], beside, rows)  # itself at the ends
        rows = rows[side.is_far(prices[rows], side.nearer(opened[compared], close[compared]))]
    return rows


def _sentence(bars: LongBars, row: int, side: _Side) -> str:
    """Say which price of a bar is far from the others, and how far."""
    name, price, other, reference = _wrong_price(bars, row, side)
    ratio = max(price, reference) / min(price, reference)
    times = f"{ratio:.2g}" if ratio < _LARGE else f"{ratio:,.0f}"
    what = (
        f"its {name} {_price(price)} is {times} times its {other}"
        if side.name == "high"
        else f"its {other} is {times} times its {name} {_price(price)}"
    )
    day = np.datetime64(int(bars.days[row]), "D")
    return f"{bars.symbols[bars.codes[row]]} {day}: {what}, and no price around it is near; it is used as it is"


def _wrong_price(bars: LongBars, row: int, side: _Side) -> tuple[str, float, str, float]:
    """Return the name and value of the price that is far, and of the one that it is far from.

    That is the open or close if it is as far out as the high or low, else the high or low itself.
    """
    opened, close, extreme = (bars.fields[number][row : row + 1] for number in (0, 3, side.field))
    nearer, farther = side.nearer(opened, close), side.farther(opened, close)
    open_is_nearer = bool((nearer == opened)[0])
    names = ("open", "close") if open_is_nearer else ("close", "open")
    if bool(side.is_far(nearer, farther)[0]) and not bool(side.is_far(extreme, nearer)[0]):
        return names[0], float(nearer[0]), names[1], float(farther[0])
    if bool(side.is_far(extreme, close)[0]):
        return side.name, float(extreme[0]), "close", float(close[0])
    return side.name, float(extreme[0]), "open", float(opened[0])


def _price(price: float) -> str:
    return f"{price:,.2f}" if price >= 1.0 else f"{price:.4g}"
