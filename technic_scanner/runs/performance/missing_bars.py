"""Say for which picks this host has no prices, and which host has them or how to get them."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from technic_scanner.runs.performance.judging import RunToJudge
from technic_scanner.screening.bars import Panel


def missing_bars_note(runs: Sequence[RunToJudge], picks: pa.Table, bars: Panel, host: str | None) -> str | None:
    """Return a note on how many symbols of the ``picks`` of runs of one place are not in ``bars``, None if all are.

    ``host`` is the name of this one. Prices are kept on the host whose worker fetched them.
    """
    picked = pc.unique(picks["Symbol"]).to_pylist()
    missing = len(set(picked).difference(bars.symbols))
    if not missing:
        return None
    config = runs[0].dated.config
    place = place_text(config.source, config.universe)
    found = f"{place}: the price cache has no bars of {missing:,} of {len(picked):,} picked symbols"
    others = sorted({run.dated.host for run in runs if run.dated.host is not None and run.dated.host != host})
    if host is None or not others:
        return f"{found}; a scan of this source fetches those that are still available."
    return (
        f"{found} on {host}, which serves this. These runs were scanned on {', '.join(others)}, where their prices are "
        "kept; `technic-scanner outcomes` there measures them."
    )


def place_text(source: str, universe: str | None) -> str:
    """Return a source and its universe in words."""
    return f"{source} ({universe})" if universe else source
