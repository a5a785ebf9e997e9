"""The benchmark of price files says which goals are missed, by how much and why."""

from __future__ import annotations

from benchmarks.files.__main__ import READERS, again_text, missed

PANEL = 100


def test_goals_that_are_met_are_not_named() -> None:
    assert missed("csv", {"polars": (1.0, 2.0, 150.0), "technic-scanner": (9.0, 3.0, 200.0)}, PANEL) == []


def test_each_missed_goal_is_named_with_its_figure_and_the_reason() -> None:
    texts = missed("long parquet", {"polars": (1.0, 1.0, 150.0), "technic-scanner": (1.0, 4.0, 500.0)}, PANEL)
    assert [text.split(":")[0] for text in texts] == [
        "4.00 × polars' CPU seconds, at most 1.5 ×",
        "peak 5.00 × the panel, at most 2 ×",
    ]


def test_every_form_that_is_read_has_a_reason() -> None:
    for form in READERS["technic-scanner"][1]:
        assert missed(form, {"polars": (1.0, 1.0, 0.0), "technic-scanner": (1.0, 4.0, 0.0)}, PANEL)


def test_a_folder_that_is_loaded_again_too_slowly_has_its_reason() -> None:
    assert "MISSED" not in again_text(4.0, 0.08)
    assert "0.025 ×, at most 0.02 ×: the names, sizes and times" in again_text(4.0, 0.1)
