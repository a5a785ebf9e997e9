"""The scan benchmark's tables: ratios, verdicts, and their place in the page."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.scan.report import BEGIN, END, Goal, put_into, times_table

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


def test_the_figures_replace_what_stands_between_the_markers(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    put_into(page, ["new"])
    put_into(page, ["newer"])
    assert page.read_text() == f"before\n{BEGIN}\nnewer\n{END}\nafter\n"


def test_a_page_without_markers_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("no place\n")
    with pytest.raises(ValueError, match="no place for the figures"):
        put_into(page, ["new"])
    assert page.read_text() == "no place\n"


def test_the_guide_has_a_place_for_them() -> None:
    text = PAGE.read_text()
    assert text.index(BEGIN) < text.index(END)
