"""The study of the benchmark, and the rank IC of a factor, as users of pandas, vectorbt and alphalens write them."""

from __future__ import annotations

import importlib
import logging
import warnings
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import pandas as pd

from technic_scanner.screening.pick_returns import HORIZONS

# The mean excess by horizon, and its standard error where it was asked for.
Found = Mapping[int, tuple[float | None, float | None]]
RollingSum = Callable[[pd.DataFrame, int], pd.DataFrame]


def wide(close: pd.DataFrame, *, errors: bool) -> Found:
    """Return mean excess and standard error by horizon from frames of sessions × symbols."""
    marks = _crossed(close)
    moves = _universe_moves(close) if errors else None
    found = {}
    for horizon in HORIZONS:
        forward = close.shift(-horizon) / close - 1.0
        excess = forward.sub(forward.mean(axis=1), axis=0).where(marks)
        mean = float(excess.mean(axis=1).mean())
        found[horizon] = mean, None if moves is None else _error(close, marks, moves, horizon, _rolling_sum)
    return found


def grouped(close: pd.DataFrame, *, errors: bool) -> Found:
    """Return the same from one loop over symbols, and a long frame of entries."""
    means = {horizon: (close.shift(-horizon) / close - 1.0).mean(axis=1) for horizon in HORIZONS}
    parts, marks = [], {}
    for symbol in close:
        own = close[symbol]
        marks[symbol] = _crossed(own)
        parts.append(pd.DataFrame({h: (own.shift(-h) / own - 1.0 - means[h])[marks[symbol]] for h in HORIZONS}))
    rows = pd.concat(parts)
    by_date = rows.groupby(level=0).mean().mean()
    counts = rows.groupby(level=0).count()
    moves = _universe_moves(close)
    found = {}
    for horizon in HORIZONS:
        error = _error_by_symbol(close, marks, counts[horizon], moves, horizon) if errors else None
        found[horizon] = float(by_date[horizon]), error
    return found


def with_vectorbt(close: pd.DataFrame, vbt: ModuleType, *, errors: bool) -> Found:
    """Return the same from vectorbt's moving averages, signals and labels that look ahead a fixed number of bars."""
    fast, slow = vbt.MA.run(close, 50), vbt.MA.run(close, 200)
    crosses: Any = fast.ma_crossed_above(slow)
    crosses.columns = close.columns
    true = crosses.vbt.rolling_max(5, minp=1) == 1.0
    entries = true.vbt.signals.first()
    labels = vbt.FIXLB.run(close, n=list(HORIZONS)).labels
    moves = _universe_moves(close) if errors else None
    found = {}
    for horizon in HORIZONS:
        forward = labels[horizon]
        excess = forward.sub(forward.mean(axis=1), axis=0).where(entries)
        mean = float(excess.mean(axis=1).mean())
        found[horizon] = mean, None if moves is None else _error(close, entries, moves, horizon, _vectorbt_sum)
    return found


def _crossed(close: Any) -> Any:
    """Return where a golden cross of the last five bars begins; of one symbol or of a frame of them."""
    fast, slow = close.rolling(50).mean(), close.rolling(200).mean()
    crosses = (fast > slow) & (fast.shift(1) <= slow.shift(1))
    true = crosses.rolling(5).max() == 1.0
    return true & ~true.shift(1, fill_value=False)


def _universe_moves(close: pd.DataFrame) -> pd.Series[float]:
    return (close / close.shift(1) - 1.0).mean(axis=1)


def _rolling_sum(frame: pd.DataFrame, horizon: int) -> pd.DataFrame:
    return frame.rolling(horizon).sum()


def _vectorbt_sum(frame: pd.DataFrame, horizon: int) -> pd.DataFrame:
    means: pd.DataFrame = frame.vbt.rolling_mean(horizon)
    return means * horizon


def _error(
    close: pd.DataFrame, marks: pd.DataFrame, universe: pd.Series[float], horizon: int, total: RollingSum
) -> float:
    """Return the standard error of a study's mean excess: of what is gained in each session that entries are held."""
    judged = marks.where(close.shift(-horizon).notna(), other=False)
    counts = judged.sum(axis=1)
    weights = judged.div(counts.where(counts > 0) * (counts > 0).sum(), axis=0).fillna(0.0)
    shares = total(weights / close, horizon).shift(1)
    held = total(weights, horizon).shift(1)
    gains = (shares * (close - close.shift(1).mul(1.0 + universe, axis=0))).sum(axis=1)
    return _error_of(gains, held.sum(axis=1), (held**2).sum(axis=1))


def _error_by_symbol(
    close: pd.DataFrame, marks: dict[Any, Any], counts: pd.Series[int], universe: pd.Series[float], horizon: int
) -> float:
    """Return the same from a loop over symbols."""
    dates = 1.0 / (counts[counts > 0] * (counts > 0).sum())
    gains, held, squares = (pd.Series(0.0, index=close.index) for _ in range(3))
    for symbol, marked in marks.items():
        own = close[symbol]
        weights = dates.reindex(own.index).where(marked).fillna(0.0)
        owned = weights.rolling(horizon).sum().shift(1).fillna(0.0)
        shares = (weights / own).rolling(horizon).sum().shift(1)
        gains += (shares * (own - own.shift(1) * (1.0 + universe))).fillna(0.0)
        held += owned
        squares += owned**2
    return _error_of(gains, held, squares)


def _error_of(gains: pd.Series[float], held: pd.Series[float], squares: pd.Series[float]) -> float:
    effective = squares.sum() ** 2 / (squares**2).sum()
    rest = gains - held * (gains.sum() / held.sum())
    return float(((rest**2).sum() * effective / (effective - 1.0)) ** 0.5)


def with_alphalens(close: pd.DataFrame, alphalens: ModuleType) -> Found:
    """Return the mean rank IC by horizon of the change of five sessions, for all symbols of every session."""
    factor = (close / close.shift(5) - 1.0).stack().rename_axis(["date", "asset"])  # noqa: PD013
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data = alphalens.utils.get_clean_factor_and_forward_returns(
            factor, close, periods=HORIZONS, quantiles=None, bins=1, filter_zscore=None, max_loss=1.0
        )
        found = alphalens.performance.factor_information_coefficient(data)
    return {horizon: (float(found[f"{horizon}D"].mean()), None) for horizon in HORIZONS}


def installed(name: str) -> ModuleType | None:
    """Return a module, None where it is not installed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.getLogger().setLevel(logging.WARNING)
        try:
            return importlib.import_module(name)
        except ImportError:
            return None
