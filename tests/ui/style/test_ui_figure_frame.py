"""Margins hold what stands in them, and a live figure keeps its zoom."""

from __future__ import annotations

import plotly.graph_objects as go
import pytest
from streamlit.elements.lib import streamlit_plotly_theme

from technic_scanner.ui.style import figure_frame


def test_longer_labels_get_more_room_and_a_title_gets_its_own() -> None:
    assert figure_frame.beside(["Energy"]) < figure_frame.beside(["Energy", "Information Technology"])
    assert (
        figure_frame.beside(titled=True) - figure_frame.beside()
        == figure_frame.below(titled=True) - figure_frame.below()
        > 12
    )
    assert figure_frame.below(1) < figure_frame.below(2)


@pytest.mark.parametrize(
    ("label", "measured"),
    [
        ("Communication Services", 109.1),
        ("Universe loading", 73.5),
        ("01-02 14:30 · 0000000C", 99.1),
        ("momentum_breakout · 12 picks", 139.1),
        ("200M", 23.3),
        ("1,234.50", 36.6),
        ("−0.05", 23.5),
        ("100%", 24.4),
    ],
)
def test_no_label_is_wider_than_it_is_taken_to_be(label: str, measured: float) -> None:
    """Measured in Chromium in the letters of the tick labels on our pages, 10.5 px."""
    assert measured <= figure_frame.text_width([label]) <= 1.25 * measured


def test_slanted_labels_reach_to_the_left_and_below() -> None:
    left, bottom = figure_frame.slanted(["01-02 14:30 · 0000000C"])
    assert left > 99.1 * 0.76
    assert bottom > 99.1 * 0.64 + figure_frame.below(0)


def test_frame_keeps_the_zoom_of_a_live_figure() -> None:
    frame = figure_frame.frame(200, barmode="stack")
    assert frame["uirevision"] == "keep"
    assert (frame["height"], frame["barmode"]) == (200, "stack")


def test_the_words_of_a_figure_are_in_the_stronger_grey_with_a_title_or_without() -> None:
    figure = go.Figure(layout=figure_frame.frame(200, yaxis={"title": "price"}, yaxis2={"side": "right"}))
    figure.update_xaxes(title_text="seconds")
    assert figure_frame.WORDS == streamlit_plotly_theme.GRAY_90
    assert figure.layout.font.color == figure_frame.WORDS
    for axis in (figure.layout.xaxis, figure.layout.yaxis, figure.layout.yaxis2):
        assert axis.tickfont.color == axis.title.font.color == figure_frame.WORDS
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("seconds", "price")
