"""Show runs × stages as a grid whose colours say how long each stage took against what is usual for such runs."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import median

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from technic_scanner.domain.run import RunStatus
from technic_scanner.runs.model import StageSample
from technic_scanner.runs.timings.compare import seconds_if_reached
from technic_scanner.ui.app.services import viewer_zone
from technic_scanner.ui.style import theme
from technic_scanner.ui.style.tables import height
from technic_scanner.ui.style.wording import DASH, short_id, when

LEAST_RUNS = 3
_TOTAL = "Total"
# A quarter more or less than usual is no difference; four times is the strongest colour.
_NOTABLE, _STRONGEST = 1.25, 4.0
_SLOWER, _FASTER = "214, 80, 91", "18, 148, 106"
_MOST_PIXELS = 520


def show(samples: Sequence[StageSample]) -> None:
    """Show the grid of these runs, newest first."""
    seconds, shares = grids(samples)
    st.dataframe(
        coloured(seconds, shares),
        height=height(len(seconds), _MOST_PIXELS),
        lazy=False,
        alt="Seconds of each stage of each run; ▲ marks slower, ▼ faster than the median of runs with the same config",
    )
    st.caption(
        f"In seconds. ▲ red: slower, ▼ green: faster than the median of at least {LEAST_RUNS} successful runs here "
        "with the same config, size, cache state and version; without a colour it is as usual, or what is usual is "
        "unknown."
    )


def grids(samples: Sequence[StageSample]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the seconds of stages (columns) by run (rows), and their ratio to what is usual; NaN if unknown."""
    usual = _usual(samples)
    zone = viewer_zone()
    names = [f"{when(sample.created_at, zone)} · {short_id(sample.run_id)}" for sample in samples]
    measured = [_measured(sample) for sample in samples]
    seconds = pd.DataFrame(measured, index=names, dtype=float)
    ratios = [
        {stage: _ratio(value, usual.get((sample.comparability_key, stage))) for stage, value in row.items()}
        for sample, row in zip(samples, measured, strict=True)
    ]
    return seconds, pd.DataFrame(ratios, index=names, columns=seconds.columns, dtype=float)


def coloured(seconds: pd.DataFrame, ratios: pd.DataFrame) -> Styler:
    """Return the grid with a mark and a background for what is notably slower or faster than usual."""
    cells = [
        [cell_text(one, ratio) for one, ratio in zip(row, others, strict=True)]
        for row, others in zip(seconds.to_numpy(dtype=float), ratios.to_numpy(dtype=float), strict=True)
    ]
    table = pd.DataFrame(cells, index=seconds.index, columns=seconds.columns)
    return table.style.apply(lambda _: ratios.map(background).to_numpy(), axis=None)


def cell_text(seconds: float, ratio: float) -> str:
    """Return the seconds with a mark: ``0.138 ▲``."""
    if math.isnan(seconds):
        return DASH
    mark = " ▲" if ratio >= _NOTABLE else " ▼" if ratio <= 1 / _NOTABLE else ""
    return f"{seconds:,.3f}{mark}"


def background(ratio: float) -> str:
    """Return the style of a cell: the further from usual, the stronger."""
    if math.isnan(ratio) or 1 / _NOTABLE < ratio < _NOTABLE:
        return ""
    strength = min(1.0, abs(math.log(ratio)) / math.log(_STRONGEST))
    return f"background-color: rgba({_SLOWER if ratio > 1 else _FASTER}, {0.12 + 0.33 * strength:.2f})"


def _measured(sample: StageSample) -> dict[str, float | None]:
    stages = {
        theme.stage_label(name): seconds_if_reached(sample.status, seconds) for name, seconds in sample.stage_seconds
    }
    return {**stages, _TOTAL: sample.total_seconds if sample.status is RunStatus.SUCCEEDED else None}


def _usual(samples: Sequence[StageSample]) -> Mapping[tuple[str | None, str], float]:
    """Return the median seconds of a stage by comparability key, where enough runs succeeded."""
    found: dict[tuple[str | None, str], list[float]] = defaultdict(list)
    for sample in samples:
        if sample.status is RunStatus.SUCCEEDED and sample.comparability_key is not None:
            for stage, seconds in _measured(sample).items():
                if seconds is not None:
                    found[sample.comparability_key, stage].append(seconds)
    return {place: median(values) for place, values in found.items() if len(values) >= LEAST_RUNS}


def _ratio(seconds: float | None, usual: float | None) -> float:
    return math.nan if seconds is None or not usual or seconds <= 0 else seconds / usual
