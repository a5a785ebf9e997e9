"""The panel: its views, copies and windows."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.screening.bars import FIELDS, Panel
from tests.unit.screening.made_bars import walk


@pytest.fixture
def panel() -> Panel:
    return walk(4, 10)


class TestPanel:
    def test_shape_and_last_session(self, panel: Panel) -> None:
        assert panel.shape == (4, 10)
        assert panel.last_session == date(2019, 1, 10)

    def test_an_empty_panel_has_no_last_session(self) -> None:
        assert Panel.empty().shape == (0, 0)
        assert Panel.empty().last_session is None

    def test_rows_are_views(self, panel: Panel) -> None:
        part = panel.rows(1, 3)
        assert part.symbols == ("S1", "S2")
        assert all(np.shares_memory(getattr(part, name), getattr(panel, name)) for name in FIELDS)
        assert all(getattr(part, name).flags.c_contiguous for name in FIELDS)
        assert np.array_equal(part.close, panel.close[1:3])

    def test_take_copies_in_the_order_asked_for(self, panel: Panel) -> None:
        part = panel.take([3, 0])
        assert part.symbols == ("S3", "S0")
        assert not np.shares_memory(part.close, panel.close)
        assert np.array_equal(part.volume, panel.volume[[3, 0]])

    def test_take_of_none(self, panel: Panel) -> None:
        assert panel.take([]).shape == (0, 10)

    @pytest.mark.parametrize(
        ("as_of", "left"),
        [(date(2018, 12, 31), 0), (date(2019, 1, 1), 1), (date(2019, 1, 4), 4), (date(2020, 1, 1), 10)],
    )
    def test_until_keeps_that_day_and_nothing_later(self, panel: Panel, as_of: date, left: int) -> None:
        cut = panel.until(as_of)
        assert cut.shape == (4, left)
        assert (cut.sessions <= np.datetime64(as_of)).all()
        assert np.array_equal(cut.high, panel.high[:, :left])

    def test_until_on_a_day_without_a_session_keeps_the_one_before(self) -> None:
        panel = walk(1, 3)
        gap = Panel(
            panel.symbols,
            np.array(["2019-01-04", "2019-01-07", "2019-01-08"], dtype="datetime64[D]"),
            *(getattr(panel, name) for name in FIELDS),
        )
        assert gap.until(date(2019, 1, 6)).last_session == date(2019, 1, 4)

    def test_until_none_is_the_panel_itself(self, panel: Panel) -> None:
        assert panel.until(None) is panel

    def test_last_and_window_are_contiguous(self, panel: Panel) -> None:
        last = panel.last(3)
        assert last.shape == (4, 3)
        assert all(getattr(last, name).flags.c_contiguous for name in FIELDS)
        assert np.array_equal(last.low, panel.low[:, -3:])
        assert panel.last(10) is panel
        assert panel.last(99) is panel
        assert panel.window(0, 10) is panel

    @given(st.integers(0, 10), st.integers(0, 10))
    def test_a_window_is_a_slice_of_everything(self, start: int, stop: int) -> None:
        panel = walk(2, 10)
        cut = panel.window(start, stop)
        assert np.array_equal(cut.sessions, panel.sessions[start:stop])
        for name in FIELDS:
            assert np.array_equal(getattr(cut, name), getattr(panel, name)[:, start:stop])

    def test_last_none_is_no_session(self, panel: Panel) -> None:
        assert panel.last(0).shape == (4, 0)
