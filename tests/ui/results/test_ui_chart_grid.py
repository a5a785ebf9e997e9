"""The rows of a run as small charts: which rows, where each candle is, and what opens a symbol."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any

import numpy as np
import pytest

from technic_scanner.screening.bars import Panel
from technic_scanner.ui.results import mini_chart
from tests.ui.results.test_ui_result_page import whole

_PLAN = {"Target": 14.0, "Entry": 11.0, "Stop": 9.0}


def panel(opens: list[float], highs: list[float], lows: list[float], closes: list[float]) -> Panel:
    sessions = np.datetime64("2026-01-05") + np.arange(len(closes))
    arrays = [np.array([values], dtype=float) for values in (opens, highs, lows, closes)]
    return Panel(("AAA",), sessions, *arrays, np.ones((1, len(closes))))


def paths(svg: str) -> list[dict[str, Any]]:
    return [element.attrib for element in ET.fromstring(svg) if element.tag.endswith("path")]


def test_rising_candles_are_hollow_and_falling_ones_filled_and_a_missing_bar_has_none() -> None:
    nan = float("nan")
    bars = panel([10, 12, nan, 11], [12, 13, nan, 12], [9, 10, nan, 10], [11, 11, nan, 12])
    rising, falling = paths(mini_chart.draw(bars, 0, {}, 4))
    assert rising["fill"] == "none"
    assert falling["fill"] == falling["stroke"]
    assert [path["d"].count("Z") for path in (rising, falling)] == [2, 1]


def test_higher_prices_are_higher_and_all_are_inside_the_picture() -> None:
    bars = panel([10, 20, 30], [15, 25, 35], [5, 15, 25], [12, 22, 32])
    svg = mini_chart.draw(bars, 0, {}, 3)
    tops = [float(part) for part in re.findall(r"M[\d.]+ ([\d.]+)V[\d.]+M", svg)]
    assert tops == sorted(tops, reverse=True)
    assert all(0 <= float(y) <= mini_chart.HEIGHT for y in re.findall(r"[V ]([\d.]+)[VHZM]", svg))


def test_prices_of_the_plan_far_from_the_bars_are_left_out() -> None:
    bars = panel([10, 10], [12, 12], [9, 9], [11, 11])
    assert len(paths(mini_chart.draw(bars, 0, _PLAN, 2))) == 3 + 1
    assert len(paths(mini_chart.draw(bars, 0, _PLAN | {"Target": 900.0, "Stop": None}, 2))) == 1 + 1


@pytest.mark.parametrize("value", [7.0, float("nan")])
def test_bars_that_never_move_or_are_all_missing_give_a_picture(value: float) -> None:
    bars = panel([value] * 3, [value] * 3, [value] * 3, [value] * 3)
    svg = mini_chart.draw(bars, 0, {"Entry": None}, 3)
    assert "nan" not in svg
    assert len(paths(svg)) == (1 if value == 7.0 else 0)


def test_the_grid_has_a_page_of_the_filtered_rows_in_their_order(seeded, open_page) -> None:
    run = whole(seeded)
    app = open_page("results", run=run.run_id, r_as="Charts", r_sort="Symbol")
    assert not app.exception
    symbols = sorted(seeded.services.service.result(run.run_id).table.column("Symbol").to_pylist())
    assert opened(app) == symbols[:12]
    assert len(app.get("image")) == 12
    app.segmented_control(key="r_grid_count").set_value(24).run()
    assert opened(app) == symbols[:24]
    app.text_input(key="r_find").set_value(symbols[3]).run()
    assert symbols[3] in opened(app)


def test_a_chart_opens_its_symbol(seeded, open_page) -> None:
    run = whole(seeded)
    app = open_page("results", run=run.run_id, r_as="Charts")
    third = opened(app)[2]
    app.button(key=f"grid_{third}").click().run()
    assert app.query_params["symbol"] in (third, [third])
    assert any(button.label.startswith(f"▶ **{third}") for button in app.button)


def opened(app: Any) -> list[str]:
    return [button.key.removeprefix("grid_") for button in app.button if str(button.key).startswith("grid_")]
