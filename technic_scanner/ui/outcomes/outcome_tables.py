"""Build the outcome tables: the means of one grouping with their intervals, and the best and worst picks."""

from __future__ import annotations

import numpy as np
import pandas as pd

from technic_scanner.runs.performance.judged_table import plain
from technic_scanner.runs.performance.performance_report import PerformanceReport
from technic_scanner.screening.pick_returns import EXIT_TEXTS
from technic_scanner.ui.app import url_state
from technic_scanner.ui.style.wording import words

EXTREMES = 20
_EXITS = {name: text.removeprefix("the ") for name, text in EXIT_TEXTS.items()}


def groups_frame(found: PerformanceReport, group: str) -> pd.DataFrame:
    """Return one grouping as a frame: n, dates, and hit rate and mean excess with their intervals, as shares."""
    rows = [
        {
            group.capitalize(): words(item.value),
            "n": item.excess.n,
            "Dates": item.dates,
            "Hit rate": item.hit.mean,
            "Hit, low": item.hit.low,
            "Hit, high": item.hit.high,
            "Mean excess": item.excess.mean,
            "Excess, low": item.excess.low,
            "Excess, high": item.excess.high,
        }
        for item in found.groups
        if item.group == group
    ]
    return pd.DataFrame(rows)


def extremes_frame(found: PerformanceReport) -> pd.DataFrame:
    """Return the best and the worst picks by excess return at the horizon, best first."""
    name = f"excess_{found.query.horizon}"
    excess = found.picks[name].to_numpy()
    order = np.argsort(-excess, kind="stable")[: found.judged]
    ends = order if len(order) <= 2 * EXTREMES else np.concatenate([order[:EXTREMES], order[-EXTREMES:]])
    picks = plain(found.picks.take(ends)).to_pandas()
    return pd.DataFrame(
        {
            "Open": [
                url_state.results_url(run, symbol) for run, symbol in zip(picks["run_id"], picks["Symbol"], strict=True)
            ],
            "Symbol": picks["Symbol"],
            "Side": picks["side"].map({1: "long", -1: "short"}),
            "As of": picks["as_of"],
            "Excess": picks[name],
            "Return": picks[f"forward_{found.query.horizon}"],
            "Universe": picks[f"universe_{found.query.horizon}"],
            "Rank": picks["Rank"],
            "Score": picks["CompositeScore"],
            "Tier": picks["Tier"],
            "Reached first": picks["exit"].map(_EXITS),
            "Sector": picks["Sector"],
            "Profile": picks["profile"].map(words),
        }
    )
