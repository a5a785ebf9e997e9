"""Compute what symbols have traded lately, before their bars are analysed."""

from __future__ import annotations

import numpy as np

from technic_scanner.screening.bars import Panel

BARS = 20


def mean_volumes(panel: Panel) -> dict[str, float]:
    """Return the mean close × volume of each symbol's newest 20 bars of the panel, without those that have none."""
    traded = panel.close * panel.volume
    known = np.isfinite(traded)
    newest = known & (np.cumsum(known[:, ::-1], axis=1)[:, ::-1] <= BARS)
    count = newest.sum(axis=1)
    mean = np.where(newest, traded, 0.0).sum(axis=1) / np.maximum(count, 1)
    return {panel.symbols[row]: float(mean[row]) for row in np.flatnonzero(count).tolist()}
