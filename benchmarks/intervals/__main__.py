"""How often 95 % intervals of noise hold zero: scores that say nothing, on real or fat-tailed returns that overlap."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from technic_scanner.screening.evidence import mean_test, rank_ic, student_quantile

# What is left of a score a month later.
FADING = 0.8
PAIRS = ((1, 1), (5, 1), (5, 5), (10, 1), (10, 5), (21, 1), (21, 5), (21, 21), (63, 1), (63, 5), (63, 21), (63, 63))
DATES = (12, 26, 52)


def main() -> None:
    """Print for each horizon and step in how many tries the interval held zero: ours, Newey-West, uncorrected."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--prices", type=Path, help="Parquet with the columns symbol, date, close; else made-up returns"
    )
    parser.add_argument("--tries", type=int, default=400)
    parser.add_argument("--symbols", type=int, default=60, help="symbols drawn for each try")
    options = parser.parse_args()
    closes = _made_up() if options.prices is None else _read(options.prices)
    names = "ours | Newey-West | uncorrected"
    print(f"| horizon | every | dates | mean IC: {names} | top fifth: {names} |")
    print("|---|---|---|---|---|---|---|---|---|")
    for horizon, step in PAIRS:
        for dates in DATES:
            if dates * step + horizon < len(closes):
                shares = _coverage(closes, horizon, step, dates, options.tries, options.symbols)
                print(f"| {horizon} | {step} | {dates} | " + " | ".join(f"{share:.1%}" for share in shares) + " |")


def _coverage(closes: np.ndarray, horizon: int, step: int, dates: int, tries: int, symbols: int) -> list[float]:
    rng = np.random.default_rng(1000 * horizon + 10 * step + dates)
    held = np.zeros(6)
    for _ in range(tries):
        ics, tops = np.array(list(_try(closes, horizon, step, dates, symbols, rng))).T
        for place, values in ((0, ics), (3, tops)):
            ours = mean_test(values, np.arange(dates) * step, horizon)
            held[place] += ours.low is not None and ours.high is not None and ours.low <= 0.0 <= ours.high
            reach = student_quantile(0.975, dates - 1)
            held[place + 1] += abs(values.mean()) <= reach * _newey_west(values, math.ceil(horizon / step) - 1)
            held[place + 2] += abs(values.mean()) <= reach * values.std(ddof=1) / math.sqrt(dates)
    return (held / tries).tolist()


def _try(
    closes: np.ndarray, horizon: int, step: int, dates: int, symbols: int, rng: np.random.Generator
) -> Iterator[tuple[float, float]]:
    """Yield rank IC and mean excess of the top fifth at each date, for scores that fade and know nothing."""
    start = rng.integers(0, len(closes) - horizon - (dates - 1) * step)
    part = closes[start : start + (dates - 1) * step + horizon + 1]
    whole = np.flatnonzero(np.isfinite(part).all(axis=0))
    part = part[:, rng.choice(whole, min(symbols, len(whole)), replace=False)]
    fading, score = FADING ** (step / 21.0), rng.normal(size=part.shape[1])
    for date in range(dates):
        forward = part[date * step + horizon] / part[date * step] - 1.0
        top = score >= np.quantile(score, 0.8)
        yield rank_ic(score, forward) or 0.0, float(forward[top].mean() - forward.mean())
        score = fading * score + math.sqrt(1.0 - fading**2) * rng.normal(size=len(score))


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
