"""The indicators against TA-Lib, numpy, pandas and scipy, and what they promise about odd input."""

from __future__ import annotations

import math
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from technic_scanner.adapters.market_data.sample.source import SampleSource
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.screening import kernel_compile, kernels
from technic_scanner.screening.bars import FIELDS, FloatArray, Panel
from technic_scanner.screening.indicator_names import COLUMN, INDICATORS
from technic_scanner.screening.indicators import BARS_NEEDED, last_indicators, warm_up
from technic_scanner.screening.kernel_moves import find_calm
from technic_scanner.screening.quality import quality
from technic_scanner.testing.sources import bars_of
from tests.unit.screening.indicator_oracle import indicators_of, mismatches
from tests.unit.screening.made_bars import histories, market, panel_of, sessions, walk, without

SHARED = Path(__file__).parents[4] / "shared" / "data" / "prices_sp500.parquet"


def check(panel: Panel, benchmark: FloatArray | None = None, *, windows_only: bool = False) -> None:
    """Assert that every symbol's indicators are the oracle's."""
    got = last_indicators(panel, benchmark)
    for row, symbol in enumerate(panel.symbols):
        assert mismatches(got[row], indicators_of(panel, row, benchmark, windows_only=windows_only)) == [], symbol


class TestAgainstTheOracle:
    def test_long_walks_in_cents_with_a_benchmark(self) -> None:
        check(walk(25, 700), market(700))

    @pytest.mark.parametrize("first", [1, 41, 245])
    def test_every_short_history(self, first: int) -> None:
        lengths = np.arange(first, first + 40)
        panel = walk(len(lengths), 300, seed=first)
        check(without(panel, np.arange(300)[None, :] < 300 - lengths[:, None]), market(300))

    def test_halts_and_a_benchmark_with_holes(self) -> None:
        rng = np.random.default_rng(4)
        panel = without(walk(12, 600, seed=5), rng.random((12, 600)) < 0.08)
        check(panel, np.where(rng.random(600) < 0.05, np.nan, market(600)))

    def test_a_long_history_of_which_fewer_bars_than_needed_exist(self) -> None:
        missing = np.random.default_rng(6).random((4, 900)) < np.array([0.5, 0.6, 0.9, 0.99])[:, None]
        check(without(walk(4, 900, seed=6), missing), market(900))

    def test_without_a_benchmark_only_its_columns_are_unknown(self) -> None:
        panel = walk(2, 300)
        got = last_indicators(panel)
        assert set(np.asarray(INDICATORS)[np.isnan(got[0])]) == {"beta_252", "relative_strength_63"}
        check(panel)

    def test_zero_volume_and_constant_prices_are_as_in_talib(self) -> None:
        panel = walk(3, 300, seed=8)
        flat = np.full((1, 300), 12.34)
        volume = np.concatenate([np.zeros((1, 300)), panel.volume[1:], np.zeros((1, 300))])
        prices = [np.concatenate([getattr(panel, name), flat]) for name in FIELDS[:4]]
        made = panel_of((*prices, volume))
        check(made, market(300))
        row = dict(zip(INDICATORS, last_indicators(made, market(300))[3], strict=True))
        assert row["rsi_14"] == row["adx_14"] == row["mfi_14"] == row["stoch_k"] == row["realised_vol_60"] == 0.0
        assert math.isnan(row["bollinger_pct_b"])
        assert math.isnan(row["trend_r2_63"])
        assert math.isnan(row["relative_volume"])

    @pytest.mark.slow
    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(histories())
    def test_awkward_histories(self, drawn: tuple[Panel, FloatArray]) -> None:
        panel, benchmark = drawn
        check(panel, benchmark, windows_only=True)

    @pytest.mark.slow
    def test_the_sample_data(self) -> None:
        source = SampleSource()
        listed = [security.symbol for security in source.universe(None, CancelToken()).securities]
        panel = bars_of(source, listed)
        assert panel.shape[0] > 400
        check(panel, np.exp(np.nanmean(np.log(panel.close), axis=0)))

    @pytest.mark.slow
    @pytest.mark.skipif(not SHARED.exists(), reason="the shared S&P 500 prices are not on this machine")
    def test_real_prices(self) -> None:
        panel, benchmark = real_prices(1260, every=7)
        check(panel, benchmark)


def real_prices(length: int, every: int) -> tuple[Panel, FloatArray]:
    """Return every n-th S&P 500 symbol over its last sessions, and their mean as a benchmark."""
    frame = pd.read_parquet(SHARED)
    frame["date"] = pd.to_datetime(frame["date"])
    wide = {name: frame.pivot_table(index="symbol", columns="date", values=name, observed=True) for name in FIELDS}
    columns = tuple(np.ascontiguousarray(wide[name].to_numpy(dtype=np.float64)[:, -length:]) for name in FIELDS)
    benchmark = np.exp(np.nanmean(np.log(columns[3]), axis=0))
    return panel_of(tuple(np.ascontiguousarray(column[::every]) for column in columns)), benchmark


class TestMoneyFlowTies:
    def test_a_move_within_rounding_is_no_move(self) -> None:
        panel = walk(1, 40, seed=3)
        columns = [getattr(panel, name).copy() for name in FIELDS]
        for column in columns[:4]:
            column[0, -14:] = 0.1
        # (0.1 + 0.2 + 0.3) / 3 and (0.3 + 0.2 + 0.1) / 3 differ in the last digit: the same typical price twice.
        columns[1][0, -14:], columns[2][0, -14:], columns[3][0, -14:] = 0.3, 0.1, 0.2
        columns[1][0, -7:], columns[2][0, -7:], columns[3][0, -7:] = 0.3, 0.2, 0.1
        made = panel_of(tuple(columns))
        high, low, close = (columns[i][0] for i in (1, 2, 3))
        typical = (high + low + close) / 3.0
        assert typical[-8] != typical[-7]
        want = indicators_of(made, 0, windows_only=True)["mfi_14"]
        assert last_indicators(made)[0, COLUMN["mfi_14"]] == pytest.approx(want, rel=1e-9)

    def test_residue_of_an_old_flow_is_talibs_not_ours(self) -> None:
        """TA-Lib's sliding sums keep the rounding of 1e15 of flow; fed no more than the window, it agrees."""
        panel = walk(1, 60, seed=9)
        volume = np.ones((1, 60))
        volume[0, 30] = 1e15
        made = panel_of((panel.open, panel.high, panel.low, panel.close, volume))
        ours = last_indicators(made)[0, COLUMN["mfi_14"]]
        assert ours == pytest.approx(indicators_of(made, 0, windows_only=True)["mfi_14"], rel=1e-9)
        assert ours != pytest.approx(indicators_of(made, 0)["mfi_14"], rel=1e-9)


class TestDirectionalTies:
    def test_dollars_and_cents_are_each_as_in_talib_and_differ_where_up_equals_down(self) -> None:
        """Wilder counts no movement where the move up equals the move down; in dollars, rounding breaks such ties."""
        rng = np.random.default_rng(1)
        close = 300.0 + np.cumsum(rng.integers(-2, 3, (40, 400)), axis=1)
        high, low = close + rng.integers(0, 4, (40, 400)), close - rng.integers(0, 4, (40, 400))
        volume = rng.integers(1_000, 90_000, (40, 400)).astype(np.float64)
        cents = panel_of((close, high, low, close, volume))
        dollars = panel_of((close / 100, high / 100, low / 100, close / 100, volume))
        check(cents, market(400))
        check(dollars, market(400))
        apart = np.abs(last_indicators(cents) - last_indicators(dollars)).max(axis=0)
        assert apart[COLUMN["adx_14"]] > 0.5
        assert apart[COLUMN["mfi_14"]] < 1e-9
        assert apart[COLUMN["rsi_14"]] < 1e-9


class TestBarsNeeded:
    def test_that_many_last_bars_give_what_the_whole_history_gives(self) -> None:
        panel, benchmark = walk(40, 1260, seed=11), market(1260)
        whole = last_indicators(panel, benchmark)
        last = last_indicators(panel.last(BARS_NEEDED), benchmark[-BARS_NEEDED:])
        assert (whole[:, COLUMN["bars"]] == 1260.0).all()
        assert (last[:, COLUMN["bars"]] == BARS_NEEDED).all()
        for row in range(40):
            want = dict(zip(INDICATORS, whole[row], strict=True)) | {"bars": float(BARS_NEEDED)}
            assert mismatches(last[row], want) == []

    def test_older_bars_are_read_where_a_price_that_hardly_moved_lets_them_show(self) -> None:
        panel = walk(6, 900, seed=12)
        for row, run in enumerate((100, 250, 330, 386, 400, 600)):
            for name in FIELDS[:4]:
                getattr(panel, name)[row, -run:] = 50.0
        check(panel, market(900), windows_only=True)

    def test_one_way_prices_for_a_year(self) -> None:
        steps = np.arange(900) * 0.01
        up = 20.0 + np.maximum(steps - 5.0, 0.0)
        up[:400:3] += 1.0
        down = 60.0 - up
        close = np.stack([up, down])
        check(panel_of((close, close + 0.02, close - 0.02, close, np.full((2, 900), 1000.0))), market(900))


class TestPromises:
    def test_an_empty_panel(self) -> None:
        assert last_indicators(Panel.empty()).shape == (0, len(INDICATORS))

    def test_symbols_without_any_bar(self) -> None:
        got = last_indicators(without(walk(2, 30), np.ones((2, 30), dtype=bool)), market(30))
        assert (got[:, 0] == 0.0).all()
        assert np.isnan(got[:, 1:]).all()

    def test_no_sessions(self) -> None:
        none = np.empty((3, 0))
        got = last_indicators(Panel(("A", "B", "C"), sessions(0), none, none, none, none, none))
        assert (got[:, 0] == 0.0).all()

    def test_a_benchmark_of_another_length_is_refused(self) -> None:
        with pytest.raises(ValueError, match="30 sessions"):
            last_indicators(walk(1, 30), market(29))

    @settings(max_examples=60, deadline=None)
    @given(st.data())
    def test_garbage_gives_numbers_or_nan_never_an_exception(self, data: st.DataObject) -> None:
        panel = walk(3, 280, seed=13)
        numbers = st.one_of(
            st.floats(allow_nan=True, allow_infinity=True), st.sampled_from((0.0, -1.0, 1e300, 5e-324, 1e59, -1e59))
        )
        for _ in range(data.draw(st.integers(1, 8))):
            name = data.draw(st.sampled_from(FIELDS))
            row, at, run = data.draw(st.integers(0, 2)), data.draw(st.integers(0, 279)), data.draw(st.integers(1, 280))
            getattr(panel, name)[row, at : at + run] = data.draw(numbers)
        benchmark = market(280)
        benchmark[data.draw(st.integers(0, 279)) :: 7] = data.draw(numbers)
        assert not np.isinf(last_indicators(panel, benchmark)).any()

    def test_an_infinite_or_absurd_number_makes_the_bar_missing(self) -> None:
        for number in (np.inf, -np.inf, 1e200):
            panel = walk(1, 300, seed=14)
            panel.volume[0, 200] = number
            missing = np.zeros((1, 300), dtype=bool)
            missing[0, 200] = True
            assert np.array_equal(last_indicators(panel), last_indicators(without(panel, missing)), equal_nan=True)

    def test_one_non_positive_close_leaves_unknown_only_what_it_enters(self) -> None:
        panel = walk(1, 300, seed=15)
        panel.close[0, 200] = 0.0
        got = dict(zip(INDICATORS, last_indicators(panel, market(300))[0], strict=True))
        assert math.isnan(got["beta_252"])
        assert not math.isnan(got["realised_vol_60"])
        panel.close[0, 260] = -1.0
        assert math.isnan(last_indicators(panel)[0, COLUMN["realised_vol_60"]])

    def test_the_input_is_left_alone_and_may_be_read_only(self) -> None:
        panel = walk(3, 300, seed=16)
        before = [getattr(panel, name).copy() for name in FIELDS]
        want = last_indicators(panel, market(300))
        forms = kernels.rows.forms
        for name in FIELDS:
            getattr(panel, name).flags.writeable = False
        benchmark = market(300)
        benchmark.flags.writeable = False
        assert np.array_equal(last_indicators(panel, benchmark), want)
        assert all(np.array_equal(getattr(panel, name), was) for name, was in zip(FIELDS, before, strict=True))
        assert kernels.rows.forms == forms, "a read-only panel compiled the kernel again"

    def test_other_layouts_and_types_are_converted(self) -> None:
        panel = walk(3, 300, seed=17)
        turned = Panel(panel.symbols, panel.sessions, *(np.asfortranarray(getattr(panel, name)) for name in FIELDS))
        assert np.array_equal(last_indicators(turned), last_indicators(panel), equal_nan=True)


class TestChunks:
    def test_chunks_give_what_the_whole_gives_from_several_threads_at_once(self) -> None:
        panel, benchmark = walk(64, 500, seed=18), market(500)
        together = threading.Barrier(4)

        def part(start: int) -> FloatArray:
            together.wait()
            return last_indicators(panel.rows(start, start + 16), benchmark)

        with ThreadPoolExecutor(4) as pool:
            parts = list(pool.map(part, range(0, 64, 16)))
        assert np.array_equal(np.concatenate(parts), last_indicators(panel, benchmark))

    def test_other_threads_run_while_the_kernel_does(self) -> None:
        panel = walk(1200, 420, seed=19)
        last_indicators(panel.rows(0, 1))
        ticks, done = [0], threading.Event()

        def kernel() -> None:
            for _ in range(5):
                last_indicators(panel)
            done.set()

        worker = threading.Thread(target=kernel)
        worker.start()
        while not done.is_set():
            ticks[0] += 1
        worker.join()
        # With the GIL held, this loop would get a turn only between the five calls.
        assert ticks[0] > 1000


class TestCompilation:
    def test_warm_up_leaves_nothing_to_compile(self) -> None:
        warm_up()
        before = [kernel.forms for kernel in (kernels.rows, find_calm)]
        quality(walk(2, 500), last_indicators(walk(2, 500), market(500)))
        assert all(before)
        assert [kernel.forms for kernel in (kernels.rows, find_calm)] == before

    def test_only_harmless_fast_math_is_allowed(self) -> None:
        assert {"contract", "nnan", "ninf", "nsz"} == kernel_compile.FLAGS

    def test_the_cache_is_keyed_by_every_kernel_source(self, tmp_path: Path) -> None:
        source = Path(kernel_compile.__file__).parent
        for path in source.glob("*.py"):
            (tmp_path / path.name).write_bytes(path.read_bytes())
        assert kernel_compile.sources_digest(tmp_path) == kernel_compile.sources_digest()
        cells = kernels.rows.compiled.py_func.__closure__
        assert [cell.cell_contents for cell in cells] == [kernel_compile.sources_digest()]
        part = tmp_path / "kernel_smoothing.py"
        part.write_text(part.read_text().replace("14.0", "15.0"))
        assert kernel_compile.sources_digest(tmp_path) != kernel_compile.sources_digest()
