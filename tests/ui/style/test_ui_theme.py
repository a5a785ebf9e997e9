"""Colours must be readable on both pages, and nothing may be told by colour alone."""

import tomllib
from pathlib import Path

import pytest

from technic_scanner.domain.run import RunStatus
from technic_scanner.domain.stage import Stage
from technic_scanner.ui.results import market_charts
from technic_scanner.ui.style import theme

CONFIG = tomllib.loads((Path(__file__).parents[3] / ".streamlit" / "config.toml").read_text())


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize(
    "colour",
    [
        *theme.STAGE_COLOURS.values(),
        *theme.RUN_COLOURS,
        theme.UP_COLOUR,
        theme.DOWN_COLOUR,
        theme.ACCENT,
        theme.NEUTRAL,
    ],
)
def test_figure_colours_reach_three_to_one_on_both_pages(mode: str, colour: str) -> None:
    assert contrast(colour, CONFIG["theme"][mode]["backgroundColor"]) >= 3.0


@pytest.mark.parametrize("colour", [*theme.STAGE_COLOURS.values(), *theme.RUN_COLOURS[:4], theme.OTHER_COLOUR])
def test_words_on_a_bar_reach_four_and_a_half_to_one(colour: str) -> None:
    assert contrast(theme.INK, colour) >= 4.5


def test_white_words_on_a_tile_reach_four_and_a_half_to_one_at_every_score() -> None:
    (_, low), (_, high) = market_charts.SCORE_COLOURS
    assert min(contrast("#FFFFFF", low), contrast("#FFFFFF", high)) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_reaches_four_and_a_half_to_one(mode: str) -> None:
    colours = CONFIG["theme"][mode]
    for background in ("backgroundColor", "secondaryBackgroundColor"):
        for text in ("textColor", "linkColor"):
            assert contrast(colours[text], colours[background]) >= 4.5, (text, background)
    assert contrast("#FFFFFF", colours["primaryColor"]) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_primary_colour_is_a_mark_on_both_backgrounds(mode: str) -> None:
    colours = CONFIG["theme"][mode]
    for background in ("backgroundColor", "secondaryBackgroundColor"):
        assert contrast(colours["primaryColor"], colours[background]) >= 3.0


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_palettes_have_the_lengths_that_streamlit_asks_for(mode: str) -> None:
    assert len(CONFIG["theme"][mode]["chartSequentialColors"]) == 10


def test_config_loads_nothing_from_outside() -> None:
    assert "http" not in (Path(__file__).parents[3] / ".streamlit" / "config.toml").read_text()
    assert CONFIG["browser"]["gatherUsageStats"] is False
    assert CONFIG["client"]["showErrorDetails"] == "none"


def test_every_status_and_stage_has_a_mark_of_its_own() -> None:
    assert len({theme.STATUS_MARKS[status] for status in RunStatus}) == len(RunStatus)
    assert len({theme.stage_pattern(stage) for stage in Stage}) == len(Stage)
    assert len({theme.stage_colour(stage) for stage in Stage}) == len(Stage)


def test_unknown_stages_are_drawn_in_the_neutral_colour() -> None:
    assert theme.stage_colour("warm_up") == theme.OTHER_COLOUR
    assert theme.stage_label("warm_up") == "Warm up"
