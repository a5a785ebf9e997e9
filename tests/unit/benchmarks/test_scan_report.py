"""The scan benchmark's tables: ratios, verdicts, and their place in the page."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.progress.tables import put_into
from benchmarks.scan.__main__ import PLACE
from benchmarks.scan.report import Goal, times_table

PAGE = Path(__file__).resolve().parents[3] / "docs" / "benchmarks.md"


def test_seconds_are_told_as_ratios_slowest_first() -> None:
    lines = times_table("3 symbols", {"limit": 0.001, "loop": 0.1, "ours": 0.004}, "loop", "limit")
    assert [line.split(" | ")[0] for line in lines[2:]] == ["| loop", "| ours", "| limit"]
    assert lines[3] == "| ours | 4.0 | 25 | 4 |"


@pytest.mark.parametrize(
    ("goal", "met"),
    [
        (Goal("a", 0.5, 0.5), True),
        (Goal("a", 0.51, 0.5), False),
        (Goal("a", 40.0, 40.0, least=True), True),
        (Goal("a", 39.9, 40.0, least=True), False),
    ],
)
def test_a_goal_is_met_at_its_bound_and_not_beyond(goal: Goal, met: bool) -> None:
    assert goal.met is met
    assert goal.row.endswith("| met |" if met else "| **missed** |")


def test_the_guide_has_a_place_for_them(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE.read_text())
    put_into(page, PLACE, "new\nfigures")
    assert "\n<!-- begin: python -m benchmarks.scan -->\nnew\nfigures\n<!-- end -->\n" in page.read_text()
