"""The refresh says what the full pass over the longer panel says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from technic_scanner.screening import kernel_compile, kernel_refresh
from technic_scanner.screening.bars import FIELDS, FloatArray, Panel
from technic_scanner.screening.incremental import IndicatorState, advance, warm_up
from technic_scanner.screening.indicator_names import COLUMN, INDICATORS
from technic_scanner.screening.indicators import last_indicators
from technic_scanner.screening.kernel_block import KEPT, ROOM, WIDTH
from tests.unit.screening.indicator_oracle import mismatches
from tests.unit.screening.made_bars import histories, market, panel_of, walk, without
from tests.unit.screening.test_indicators import SHARED, real_prices


def bars_of(panel: Panel, session: int) -> FloatArray:
    """Return (n, 5), the bars of one session."""
    return np.stack([getattr(panel, name)[:, session] for name in FIELDS], axis=1)


def check(panel: Panel, benchmark: FloatArray | None, start: int, *, every: int = 1) -> None:
    """Assert that a state of the first ``start`` sessions, advanced to the end, always says what a full pass says."""
    total = panel.shape[1]
    state = IndicatorState.of(panel.window(0, start), None if benchmark is None else benchmark[:start])
    for session in range(start, total):
        got = advance(state, bars_of(panel, session), math.nan if benchmark is None else float(benchmark[session]))
        if (session - start) % every == 0 or session == total - 1:
            so_far = None if benchmark is None else benchmark[: session + 1]
            want = last_indicators(panel.window(0, session + 1), so_far)
            for row, symbol in enumerate(panel.symbols):
                wanted = dict(zip(INDICATORS, want[row].tolist(), strict=True))
                assert mismatches(got[row], wanted) == [], f"{symbol}, session {session}"


class TestAdvance:
    @pytest.mark.parametrize("start", [1, 12, 34, 61, 252, 254, 300])
    def test_each_next_bar_from_histories_of_any_length(self, start: int) -> None:
        check(walk(8, start + 70, seed=start), market(start + 70), start)

    def test_from_the_first_bar_through_a_full_tail(self) -> None:
        check(walk(5, 700), market(700), 1, every=9)

    def test_halts_and_a_benchmark_with_holes(self) -> None:
        rng = np.random.default_rng(4)
        panel = without(walk(16, 620, seed=5), rng.random((16, 620)) < np.linspace(0.0, 0.1, 16)[:, None])
        check(panel, np.where(rng.random(620) < 0.01, np.nan, market(620)), 260, every=3)

    def test_beta_after_a_halt_and_after_the_halt_has_left_its_window(self) -> None:
        missing = np.zeros((2, 600), dtype=bool)
        missing[0, 310:313] = True
        check(without(walk(2, 600, seed=6), missing), market(600), 300)

    def test_symbols_that_start_later(self) -> None:
        lengths = np.array([0, 1, 20, 40, 75])
        missing = np.arange(120)[None, :] < 120 - lengths[:, None]
        check(without(walk(5, 120, seed=7), missing), market(120), 40)

    def test_without_a_benchmark(self) -> None:
        check(walk(3, 300, seed=8), None, 250)

    def test_larger_numbers_leave_nothing_behind(self) -> None:
        panel = walk(3, 640, seed=9)
        for name in FIELDS[:4]:
            getattr(panel, name)[:, :200] *= 10.0
        panel.volume[:, 200] = 1e15
        check(panel, market(640), 150, every=5)

    def test_flat_prices_and_no_volume(self) -> None:
        panel = walk(3, 420, seed=10)
        for name in FIELDS[:4]:
            getattr(panel, name)[:2, 120:] = 12.34
        panel.volume[1:, 100:] = 0.0
        check(panel, market(420), 110, every=3)

    def test_a_close_of_zero_is_forgotten_when_it_has_left_the_windows(self) -> None:
        panel = walk(2, 620, seed=11)
        panel.close[0, 305] = 0.0
        panel.close[1, 290] = -1.0
        check(panel, market(620), 300, every=4)

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(histories(), st.data())
    def test_awkward_histories(self, drawn: tuple[Panel, FloatArray], data: st.DataObject) -> None:
        panel, benchmark = drawn
        check(panel, benchmark, data.draw(st.integers(1, panel.shape[1])), every=17)

    @pytest.mark.skipif(not SHARED.exists(), reason="the shared S&P 500 prices are not on this machine")
    def test_real_prices(self) -> None:
        panel, benchmark = real_prices(1260, every=9)
        check(panel, benchmark, 1100, every=20)


class TestState:
    def test_a_missing_bar_changes_nothing_but_the_relative_strength(self) -> None:
        panel, benchmark = walk(2, 300, seed=12), market(300)
        state = IndicatorState.of(panel, benchmark)
        before = state.indicators.copy()
        got = advance(state, np.full((2, 5), np.nan), 1.1 * benchmark[-1])
        changed = set(np.asarray(INDICATORS)[got[0] != before[0]])
        assert changed == {"relative_strength_63"}
        own, other = benchmark[-63], 1.1 * benchmark[-1]
        want = got[0, COLUMN["roc_63"]] - (other / own - 1.0)
        assert got[0, COLUMN["relative_strength_63"]] == pytest.approx(want, rel=1e-12)

    def test_threads_share_the_symbols(self) -> None:
        panel, benchmark = walk(37, 300, seed=13), market(300)
        one, three = IndicatorState.of(panel, benchmark), IndicatorState.of(panel, benchmark)
        bars = bars_of(walk(37, 300, seed=14), 7)
        assert np.array_equal(advance(one, bars, 401.0), advance(three, bars, 401.0, threads=3))
        assert np.array_equal(one.cells, three.cells)

    def test_an_earlier_answer_is_not_written_over(self) -> None:
        panel = walk(2, 300, seed=15)
        state = IndicatorState.of(panel.window(0, 290))
        first = advance(state, bars_of(panel, 290))
        kept = first.copy()
        advance(state, bars_of(panel, 291))
        assert np.array_equal(first, kept, equal_nan=True)

    def test_bars_of_another_shape_are_refused(self) -> None:
        state = IndicatorState.of(walk(2, 30))
        with pytest.raises(ValueError, match="2 symbols"):
            advance(state, np.ones((3, 5)))

    def test_tails_do_not_fill_up_all_at_once(self) -> None:
        state = IndicatorState.of(walk(5 * WIDTH, 3, seed=16))
        assert state.heads.tolist() == [KEPT, KEPT + 1, KEPT + 2, KEPT + 3, KEPT + 4]

    def test_blocks_move_back_while_some_symbols_are_halted(self) -> None:
        sessions = 260 + 3 * (ROOM - KEPT)
        missing = np.zeros((WIDTH + 6, sessions), dtype=bool)
        for row, (first, length) in enumerate(((258, 3), (300, 60), (310, 20), (265, 140), (330, 1), (270, 999))):
            missing[row, first : first + length] = missing[row + WIDTH, first : first + length] = True
        check(without(walk(WIDTH + 6, sessions, seed=20), missing), market(sessions), 258, every=16)

    def test_no_symbols(self) -> None:
        state = IndicatorState.of(Panel.empty())
        assert advance(state, np.empty((0, 5)), 1.0).shape == (0, len(INDICATORS))

    def test_the_panel_is_left_alone(self) -> None:
        panel = walk(2, 300, seed=17)
        before = [getattr(panel, name).copy() for name in FIELDS]
        advance(IndicatorState.of(panel), np.ones((2, 5)), 1.0)
        assert all(np.array_equal(getattr(panel, name), was) for name, was in zip(FIELDS, before, strict=True))


class TestGarbage:
    @settings(max_examples=40, deadline=None)
    @given(st.data())
    def test_garbage_gives_numbers_or_nan_never_an_exception(self, data: st.DataObject) -> None:
        numbers = st.one_of(st.floats(), st.sampled_from((0.0, -1.0, 1e300, 5e-324, 1e59)))
        panel = walk(2, 280, seed=18)
        state = IndicatorState.of(panel, market(280))
        for _ in range(data.draw(st.integers(1, 6))):
            bars = bars_of(panel, -1)
            bars[0, data.draw(st.integers(0, 4))] = data.draw(numbers)
            assert not np.isinf(advance(state, bars, data.draw(numbers))).any()

    def test_absurd_numbers_make_the_bar_missing(self) -> None:
        panel = panel_of(tuple(getattr(walk(1, 100, seed=19), name) for name in FIELDS))
        state = IndicatorState.of(panel)
        got = advance(state, np.array([[1.0, np.inf, 1.0, 1.0, 1.0]]))
        assert got[0, COLUMN["bars"]] == 100.0


class TestCompilation:
    def test_warm_up_leaves_nothing_to_compile(self) -> None:
        warm_up()
        before = len(kernel_refresh.prepare.signatures), len(kernel_refresh.refresh.signatures)
        state = IndicatorState.of(walk(3, 300), market(300))
        advance(state, bars_of(walk(3, 300), 0), 400.0, threads=2)
        assert (len(kernel_refresh.prepare.signatures), len(kernel_refresh.refresh.signatures)) == before

    def test_the_cache_is_keyed_by_every_kernel_source(self) -> None:
        for kernel in (kernel_refresh.prepare, kernel_refresh.refresh):
            assert [cell.cell_contents for cell in kernel.py_func.__closure__] == [kernel_compile.sources_digest()]
