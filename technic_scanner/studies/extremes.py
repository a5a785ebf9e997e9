"""The entries of a study with the largest and the smallest excess, and those of one symbol."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from technic_scanner.screening.pick_returns import HORIZONS
from technic_scanner.studies.result import Study


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: returns as fractions over each horizon, None where they lie in the future."""

    symbol: str
    session: date
    forward: dict[int, float | None]
    excess: dict[int, float | None]


def extremes(study: Study, horizon: int, count: int = 10) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """Return the best and the worst ``count`` entries by their excess after ``horizon`` sessions."""
    excess = study.excess(horizon)
    known = np.flatnonzero(np.isfinite(excess))
    order = known[np.argsort(-excess[known], kind="stable")]
    return _entries(study, order[:count].tolist()), _entries(study, order[::-1][:count].tolist())


def entries_of(study: Study, symbol: str) -> tuple[Entry, ...]:
    """Return all entries of one symbol, oldest first."""
    names = study.panel.symbols
    return _entries(study, [i for i, row in enumerate(study.rows.tolist()) if names[row] == symbol])


def _entries(study: Study, places: Iterable[int]) -> tuple[Entry, ...]:
    chosen = list(places)
    forward = {horizon: study.forward(horizon)[chosen] for horizon in HORIZONS}
    excess = {horizon: study.excess(horizon)[chosen] for horizon in HORIZONS}
    sessions = study.sessions[chosen].astype("datetime64[D]").tolist()
    return tuple(
        Entry(
            study.panel.symbols[study.rows[place]],
            sessions[i],
            {horizon: _known(values[i]) for horizon, values in forward.items()},
            {horizon: _known(values[i]) for horizon, values in excess.items()},
        )
        for i, place in enumerate(chosen)
    )


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
