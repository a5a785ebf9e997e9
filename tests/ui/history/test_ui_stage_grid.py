"""The grid of runs and stages: seconds, and colours against what is usual for such runs."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest

from technic_scanner.domain.run import RunStatus
from technic_scanner.runs.model import StageSample
from technic_scanner.ui.history import stage_grid


def sample(number: int, seconds: float, key: str = "a", status: RunStatus = RunStatus.SUCCEEDED) -> StageSample:
    stages = (("universe_loading", 1.0), ("symbol_scanning", seconds))
    at = datetime(2026, 1, 1, number, tzinfo=UTC)
    return StageSample(f"RUN{number}", at, status, "sample", key, 1.0 + seconds, 0.0, stages, 10, 5, None, None, ())


def test_a_stage_is_compared_with_the_median_of_runs_like_it() -> None:
    seconds, ratios = stage_grid.grids([sample(1, 2.0), sample(2, 4.0), sample(3, 8.0), sample(4, 5.0, key="b")])
    assert seconds["Symbol scanning"].tolist() == [2.0, 4.0, 8.0, 5.0]
    assert ratios["Symbol scanning"].tolist()[:3] == [0.5, 1.0, 2.0]
    assert ratios["Universe loading"].tolist()[:3] == [1.0] * 3
    assert ratios.iloc[3].isna().all(), "one run of its kind says nothing of what is usual"


def test_runs_that_stopped_do_not_count_as_usual_but_are_compared() -> None:
    runs = [*(sample(number, 2.0) for number in (1, 2, 3)), sample(4, 40.0, status=RunStatus.FAILED)]
    ratios = stage_grid.grids(runs)[1]
    assert ratios["Symbol scanning"].iloc[3] == 20.0
    assert math.isnan(ratios["Total"].iloc[3])


@pytest.mark.parametrize(
    ("ratio", "mark", "colour"),
    [(1.0, "", ""), (math.nan, "", ""), (2.0, " ▲", "214"), (0.5, " ▼", "18,"), (900.0, " ▲", "0.45")],
)
def test_slower_and_faster_have_a_mark_as_well_as_a_colour(ratio: float, mark: str, colour: str) -> None:
    assert stage_grid.cell_text(0.5, ratio) == f"0.500{mark}"
    assert colour in stage_grid.background(ratio)
    assert bool(stage_grid.background(ratio)) == bool(mark)


def test_the_page_has_the_grid(seeded, open_page) -> None:
    app = open_page("history", h_tab="Runs × stages")
    assert not app.exception
    grid = app.dataframe[1].value
    assert list(grid.columns)[-1] == "Total"
    assert len(grid) == 2
