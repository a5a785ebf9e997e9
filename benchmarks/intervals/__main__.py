"""How often 95 % intervals of noise hold the truth: scores that say nothing, on real or made-up overlapping returns."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from technic_scanner.screening.evidence import Interval, PeriodValues, mean_test, rank_ic, student_quantile
from technic_scanner.screening.holdings import Held

# What is left of a score a month later.
FADING = 0.8
PAIRS = ((1, 1), (5, 1), (5, 5), (10, 1), (10, 5), (21, 1), (21, 5), (21, 21), (63, 1), (63, 5), (63, 21), (63, 63))
DATES = (12, 26, 52)
HEADINGS = (
    *("mean IC: ours", "Newey-West", "uncorrected"),
    *("top fifth, mean excess: ours", "Newey-West", "uncorrected"),
    "its hit rate: ours",
)


def main() -> None:
    """Print for each horizon and step in how many tries the interval held the truth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--prices", type=Path, help="Parquet with the columns symbol, date, close; else made-up returns"
    )
    parser.add_argument("--tries", type=int, default=400)
    parser.add_argument("--symbols", type=int, default=60, help="symbols drawn for each try")
    parser.add_argument("--horizons", type=int, nargs="+", default=sorted({horizon for horizon, _ in PAIRS}))
    options = parser.parse_args()
    closes = _made_up() if options.prices is None else _read(options.prices)
    print(f"| horizon | every | dates | {' | '.join(HEADINGS)} |")
    print("|---" * (3 + len(HEADINGS)) + "|")
    for horizon, step in PAIRS:
        for dates in DATES:
            if horizon in options.horizons and dates * step + horizon < len(closes):
                shares = _coverage(closes, horizon, step, dates, options.tries, options.symbols)
                cells = " | ".join("none" if math.isnan(share) else f"{share:.1%}" for share in shares)
                print(f"| {horizon} | {step} | {dates} | {cells} |", flush=True)


def _coverage(closes: np.ndarray, horizon: int, step: int, dates: int, tries: int, symbols: int) -> list[float]:
    rng = np.random.default_rng(1000 * horizon + 10 * step + dates)
    starts, lags = np.arange(dates) * step, math.ceil(horizon / step) - 1
    held = np.zeros(len(HEADINGS))
    rates, shares = [], []
    for _ in range(tries):
        found = _try(closes, horizon, step, dates, symbols, rng)
        of_all = mean_test(found.ics, starts, horizon)
        rows, columns = np.nonzero(found.top)
        sides = np.ones(len(rows))
        top = PeriodValues.of(found.excess[found.top], starts[rows], horizon, Held(columns, sides)).whole()
        held[[0, 3]] += [
            _holds(Interval(of_all.n, of_all.mean, of_all.low, of_all.high), 0.0),
            _holds(top.mean, 0.0),
        ]
        rates.append(top.hit)
        shares.append(float((found.excess > 0.0).mean()))
        means = np.where(found.top, found.excess, 0.0).sum(axis=1) / found.top.sum(axis=1)
        for place, values in ((1, found.ics), (4, means)):
            held[place] += _within(values, _newey_west(values, lags))
            held[place + 1] += _within(values, values.std(ddof=1) / math.sqrt(dates))
    # Of scores that say nothing as many beat the mean as of all symbols: over all tries, not in each. In some years few
    # large winners lift the mean, and such a year's own share is no truth but a draw, like the top's.
    truth = float(np.mean(shares))
    held[6] = sum(_holds(rate, truth) for rate in rates) if rates[0].low is not None else math.nan
    return [float(share) for share in held / tries]


class _Try(NamedTuple):
    """The rank IC (dates,) of scores that fade and know nothing, the excess returns and the top fifth (dates, n)."""

    ics: np.ndarray
    excess: np.ndarray
    top: np.ndarray


def _try(closes: np.ndarray, horizon: int, step: int, dates: int, symbols: int, rng: np.random.Generator) -> _Try:
    start = rng.integers(0, len(closes) - horizon - (dates - 1) * step)
    part = closes[start : start + (dates - 1) * step + horizon + 1]
    whole = np.flatnonzero(np.isfinite(part).all(axis=0))
    part = part[:, rng.choice(whole, min(symbols, len(whole)), replace=False)]
    fading, score = FADING ** (step / 21.0), rng.normal(size=part.shape[1])
    ics, excess, top = [], [], []
    for date in range(dates):
        forward = part[date * step + horizon] / part[date * step] - 1.0
        ics.append(rank_ic(score, forward) or 0.0)
        excess.append(forward - forward.mean())
        top.append(score >= np.quantile(score, 0.8))
        score = fading * score + math.sqrt(1.0 - fading**2) * rng.normal(size=len(score))
    return _Try(np.array(ics), np.array(excess), np.array(top))


def _holds(interval: Interval, truth: float) -> bool:
    return interval.low is not None and interval.high is not None and interval.low <= truth <= interval.high


def _within(values: np.ndarray, error: float) -> bool:
    return abs(float(values.mean())) <= student_quantile(0.975, len(values) - 1) * error


def _newey_west(values: np.ndarray, lags: int) -> float:
    """Return the standard error by Newey and West (1987), n − 1 in place of n."""
    n, centred = len(values), values - values.mean()
    variance = centred @ centred / n
    for lag in range(1, min(lags, n - 1) + 1):
        variance += 2.0 * (1.0 - lag / (lags + 1.0)) * (centred[lag:] @ centred[:-lag]) / n
    return math.sqrt(max(variance, 0.0) / (n - 1))


def _read(path: Path) -> np.ndarray:
    """Return closes (sessions, symbols), NaN where there is no bar."""
    bars = pd.read_parquet(path)
    return bars.set_index(["date", "symbol"])["close"].unstack().to_numpy(dtype=float)  # noqa: PD010 - no aggregation


def _made_up() -> np.ndarray:
    """Return 4,000 sessions of 300 symbols: Student's t with 4 degrees, a common factor, volatility that clusters."""
    rng = np.random.default_rng(7)
    volatility = np.empty(4000)
    level = 0.0
    for day in range(4000):
        level = 0.98 * level + 0.1 * rng.normal()
        volatility[day] = 0.01 * math.exp(level)
    market, own = rng.standard_t(4, 4000), rng.standard_t(4, (4000, 300))
    return np.exp(np.cumsum(volatility[:, None] * (0.5 * market[:, None] + own), axis=0))


if __name__ == "__main__":
    main()
