"""Run ``python -m benchmarks.study.coverage``: how often the 95 % intervals of studies of noise hold zero.

Returns are made so that no criteria can know them: a few common factors, to which symbols react differently, and noise
of their own. What is studied are criteria on the volume, which knows nothing: rare entries, entries that last, entries
whose dates cluster, the same symbols for ever, and entries of symbols that share a factor.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator

import numpy as np

from technic_scanner.criteria import Panel
from technic_scanner.screening.bars import Panel as Bars
from technic_scanner.studies import study

SYMBOLS, SESSIONS, FACTORS = 60, 320, 3
HORIZONS = (1, 5, 21, 63)
KINDS = ("rare", "common", "lasting", "clustered", "always the same", "sharing a factor")


def marks_of(kind: str, loadings: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return where the criteria are true, (symbols, sessions)."""
    shape = (SYMBOLS, SESSIONS)
    if kind in ("rare", "common"):
        return rng.random(shape) < (0.002 if kind == "rare" else 0.01)
    if kind == "always the same":
        return np.repeat(rng.permutation(SYMBOLS)[:, None] < 6, SESSIONS, axis=1)
    marks = np.zeros(shape, dtype=bool)
    state, common, own = 0.0, rng.normal(size=FACTORS), rng.normal(size=SYMBOLS)
    for session in range(SESSIONS):
        state = 0.9 * state + math.sqrt(1 - 0.81) * rng.normal()
        common = 0.95 * common + 0.3 * rng.normal(size=FACTORS)
        own = 0.97 * own + math.sqrt(1 - 0.97**2) * rng.normal(size=SYMBOLS)
        if kind == "clustered":
            marks[:, session] = rng.random(SYMBOLS) < (0.15 if state > 1.2 else 0.0)
        else:
            marks[:, session] = own + (0.6 * loadings @ common if kind == "sharing a factor" else 0.0) > 1.2
    return marks


def tries(kind: str, count: int) -> Iterator[dict[int, bool | None]]:
    """Yield for each try whether the interval of each horizon holds zero; None where there is none."""
    rng = np.random.default_rng(KINDS.index(kind))
    every = kind in ("lasting", "always the same")
    for _ in range(count):
        loadings = rng.normal(size=(SYMBOLS, FACTORS))
        moves = rng.normal(0.0, 0.02, (SYMBOLS, SESSIONS)) + 0.006 * loadings @ rng.normal(size=(FACTORS, SESSIONS))
        close = 50.0 * np.cumprod(1.0 + moves, axis=1)
        volume = np.where(marks_of(kind, loadings, rng), 2e6, 1e6)
        days = np.busday_offset("2019-01-01", np.arange(SESSIONS), roll="forward").astype("datetime64[D]")
        names = tuple(f"S{number}" for number in range(SYMBOLS))
        panel = Panel(Bars(names, days, close.copy(), close * 1.01, close * 0.99, close, volume))
        found = study("volume > 1.5m", panel, entry="every" if every else "first", threads=1)
        yield {horizon: _holds(found.horizons[horizon]) for horizon in HORIZONS}


def _holds(result: object) -> bool | None:
    low, high = result.low, result.high  # type: ignore[attr-defined]
    return None if low is None else bool(low <= 0.0 <= high)


def _cell(held: list[bool], tries: int) -> str:
    """Return the share that held, and how many tries had no interval, if any."""
    without = f" ({tries - len(held)} without)" if len(held) < tries else ""
    return f"{100 * sum(held) / len(held):.1f} %{without}" if held else "none"


def main() -> None:
    """Print the share of tries in which the interval held, by kind and horizon."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tries", type=int, default=1000)
    options = parser.parse_args()
    print("| entries | " + " | ".join(f"{horizon} sessions" for horizon in HORIZONS) + " |")
    print("|---|" + "---|" * len(HORIZONS))
    for kind in KINDS:
        found = list(tries(kind, options.tries))
        known = [[holds[horizon] for holds in found if holds[horizon] is not None] for horizon in HORIZONS]
        print(f"| {kind} | {' | '.join(_cell(held, options.tries) for held in known)} |", flush=True)


if __name__ == "__main__":
    main()
