"""Write two or three sentences on each pick, with numbers of its own row only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from technic_scanner.domain.profiles import SUB_SCORES
from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.matrix import IntArray, column
from technic_scanner.screening.trade_plan import LIMITS

# A sentence with % placeholders, and the columns that fill them in order.
Template = tuple[str, tuple[str, ...]]
Columns = Mapping[str, FloatArray | npt.NDArray[np.object_]]

_LIMIT_ENDS = {
    "risk": "; %d shares, as the risk budget allows.",
    "max_position": "; %d shares, held down by the position cap.",
    "liquidity": "; %d shares, held down by its liquidity.",
    "below_one_share": "; the account is too small for one share.",
    "account": "; %d shares, for which the better picks leave money in the account.",
    "total_risk": "; %d shares, for which the better picks leave risk in the total.",
}
_SIDES = ("", "not above", "above")
_MOVES = (("63-day return %+.1f%%", "change"), ("RSI %.0f", "rsi"), ("volume %.1f times its 20-day mean", "volume"))


@dataclass(frozen=True, slots=True, eq=False)
class Verdicts:
    """The scores of n rows: ``sub`` (n, 6), ``tech`` and ``alpha`` (n,) 0–100; ``signal`` and ``side`` (n,), ±1."""

    sub: FloatArray
    tech: FloatArray
    alpha: FloatArray
    signal: Sequence[str]
    side: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class PlanFigures:
    """The plans of n rows as far as sentences have them, as in ``trade_plan.TradePlans``.

    ``currency`` has the code of each row's prices, empty where it is unknown; none at all if all are.
    """

    stop: FloatArray
    target: FloatArray
    reward_risk: FloatArray
    shares: FloatArray
    limited_by: Sequence[str]
    currency: Sequence[str] = ()


def sentences(indicators: FloatArray, verdicts: Verdicts, plans: PlanFigures) -> tuple[str, ...]:
    """Return the rationale of each of n rows: its strongest and weakest sub-score, its price, and its plan.

    ``indicators`` is the matrix (n, K). Unknown values are omitted. All numbers are rounded numbers of the row; returns
    are in per cent.
    """
    parts = (_scores(verdicts), _prices(indicators, plans.currency), _plans(plans))
    return tuple(map("".join, zip(*parts, strict=True)))


def _scores(verdicts: Verdicts) -> list[str]:
    sub, tech, alpha = verdicts.sub, verdicts.tech, verdicts.alpha
    oriented = np.where((verdicts.side > 0)[:, None], sub, 100.0 - sub)
    known = np.isfinite(oriented)
    best = np.where(known, oriented, -np.inf).argmax(axis=1)
    worst = np.where(known, oriented, np.inf).argmin(axis=1)
    rows, names = np.arange(len(sub)), np.array(SUB_SCORES, dtype=np.object_)
    columns: Columns = {
        "tech": tech,
        "alpha": alpha,
        "signal": np.array(verdicts.signal, dtype=np.object_),
        "best": names[best],
        "high": sub[rows, best],
        "worst": names[worst],
        "low": sub[rows, worst],
    }
    scored = known.any(axis=1) & np.isfinite(tech)
    return _filled(np.where(scored, np.where(np.isnan(alpha), 1, 2), 0), _score_template, columns)


def _score_template(known: int) -> Template:
    """Return the template for rows with no rating (0), with a rating alone (1), and with an alpha too (2)."""
    if not known:
        return "%s: none of its sub-scores is known.", ("signal",)
    compared, alpha = (" and alpha %.1f", ("alpha",)) if known > 1 else ("", ())
    return (
        f"%s with TechRating %.1f{compared}: %s (%.0f) speaks for it most, %s (%.0f) least.",
        ("signal", "tech", *alpha, "best", "high", "worst", "low"),
    )


def _prices(indicators: FloatArray, currency: Sequence[str]) -> list[str]:
    """Return a sentence with a leading space for each row, "" if nothing is known."""
    names = ("close", "sma_50", "sma_200", "roc_63", "rsi_14", "relative_volume")
    close, fifty, two_hundred, change, rsi, volume = (column(indicators, name) for name in names)
    kind = _relation(close, fifty) * 3 + _relation(close, two_hundred)
    for known in (np.isfinite(change), np.isfinite(rsi), np.isfinite(volume)):
        kind = kind * 2 + known
    columns: Columns = {
        "close": _with_currency(_price_text(close), currency),
        "fifty": _price_text(fifty),
        "two_hundred": _price_text(two_hundred),
        "change": 100.0 * change,
        "rsi": rsi,
        "volume": volume,
    }
    return _filled(kind, _price_template, columns)


def _relation(close: FloatArray, average: FloatArray) -> IntArray:
    """Return 0 if one of them is unknown, 1 if the close is not above the average, 2 if it is."""
    return np.where(np.isnan(close - average), 0, np.where(close > average, 2, 1))


def _price_template(kind: int) -> Template:
    near, far = divmod(kind >> 3, 3)
    moves = [move for bit, move in zip((4, 2, 1), _MOVES, strict=True) if kind & bit]
    stand, names = _stand_template(near, far)
    move = ", ".join(text for text, _ in moves)
    said = "; ".join(part for part in (stand, move) if part)
    return (f" {said}." if said else ""), (*names, *(name for _, name in moves))


def _stand_template(near: int, far: int) -> Template:
    if near and near == far:
        return f"Close %s is {_SIDES[near]} its 50-day (%s) and 200-day (%s) averages", (
            "close",
            "fifty",
            "two_hundred",
        )
    said = [(f"{_SIDES[near]} its 50-day average (%s)", "fifty")] if near else []
    said += [(f"{_SIDES[far]} its 200-day average (%s)", "two_hundred")] if far else []
    if not said:
        return "", ()
    return f"Close %s is {' and '.join(text for text, _ in said)}", ("close", *(name for _, name in said))


def _plans(plans: PlanFigures) -> list[str]:
    columns: Columns = {
        "stop": _price_text(plans.stop),
        "target": _with_currency(_price_text(plans.target), plans.currency),
        "reward_risk": plans.reward_risk,
        "shares": plans.shares,
    }
    number = {name: k for k, name in enumerate(LIMITS)}
    # Of a limit that is not known here nothing is said.
    kinds = [number.get(name, number["no_price"]) for name in plans.limited_by]
    return _filled(np.array(kinds, dtype=np.int64), _plan_template, columns)


def _plan_template(kind: int) -> Template:
    limit = LIMITS[kind]
    if limit == "no_price":
        return "", ()
    names = ("stop", "target", "reward_risk")
    text = f" Stop %s, target %s, %.1f to 1{_LIMIT_ENDS[limit]}"
    return text, names if limit == "below_one_share" else (*names, "shares")


def _price_text(values: FloatArray) -> npt.NDArray[np.object_]:
    """Return prices (n,) as text: cents from 1 on, four digits below."""
    text = np.empty(len(values), dtype=np.object_)
    for style, rows in (("%.2f", np.flatnonzero(~(values < 1.0))), ("%.4g", np.flatnonzero(values < 1.0))):
        text[rows] = _spelled(style, values[rows].tolist(), len(rows))
    return text


def _with_currency(prices: npt.NDArray[np.object_], currency: Sequence[str]) -> npt.NDArray[np.object_]:
    """Return the prices (n,) with the code of their currency behind them, as far as it is known."""
    if not any(currency):
        return prices
    texts = [f"{price} {code}" if code else price for price, code in zip(prices.tolist(), currency, strict=True)]
    return np.array(texts, dtype=np.object_)


def _filled(kind: IntArray, template: Callable[[int], Template], columns: Columns) -> list[str]:
    """Return one sentence per row (n,) from the template of its kind."""
    out = np.full(len(kind), "", dtype=np.object_)
    for k in np.unique(kind).tolist():
        text, names = template(k)
        rows = np.flatnonzero(kind == k)
        values = chain.from_iterable(zip(*(columns[name][rows].tolist() for name in names), strict=True))
        out[rows] = _spelled(text, list(values), len(rows))
    spelled: list[str] = out.tolist()
    return spelled


def _spelled(text: str, values: list[object], count: int) -> list[str]:
    """Return ``text`` filled ``count`` times in one formatting call, which is five times faster than 8,000 calls."""
    return ((text + "\n") * count % tuple(values)).split("\n")[:count]
