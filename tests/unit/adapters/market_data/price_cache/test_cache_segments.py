"""Bars come out of a segment bit by bit as they went in, and small where they are whole cents."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from technic_scanner.adapters.market_data.long_bars import LongBars
from technic_scanner.adapters.market_data.price_cache.index import MissingFileError, SegmentInfo, UnreadableFileError
from technic_scanner.adapters.market_data.price_cache.segments import Segment, encode_rows
from technic_scanner.adapters.market_data.synthetic import SyntheticSource
from technic_scanner.testing.sources import bars_of

PRICES = st.one_of(
    st.integers(1, 10**7).map(lambda cents: cents / 100),
    st.integers(1, 10**9).map(lambda tenths: tenths / 10_000),
    st.floats(1e-6, 1e9, allow_nan=False),
)
VOLUMES = st.one_of(st.integers(0, 10**12).map(float), st.floats(0, 1e15, allow_nan=False))


def bars(prices: list[float], volumes: list[float]) -> LongBars:
    count = len(prices)
    column = np.array(prices, dtype=np.float64)
    fields = (column, column + 1, column, column, np.array(volumes, dtype=np.float64))
    return LongBars(("A",), np.zeros(count, np.int32), np.arange(14_000, 14_000 + count, dtype=np.int32), fields)


def stored(rows: LongBars, folder: Path) -> Segment:
    data, info = encode_rows(rows)
    (folder / "segment").write_bytes(data)
    return Segment(folder / "segment", info)


@settings(max_examples=40)
@given(st.lists(st.tuples(PRICES, VOLUMES), min_size=1, max_size=30))
def test_every_bit_survives(tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[float, float]]) -> None:
    rows = bars([price for price, _ in pairs], [volume for _, volume in pairs])
    back = stored(rows, tmp_path_factory.mktemp("segment")).rows()
    assert back.symbols == rows.symbols
    assert np.array_equal(back.codes, rows.codes)
    assert np.array_equal(back.days, rows.days)
    for left, right in zip(back.fields, rows.fields, strict=True):
        assert left.tobytes() == right.tobytes()


@pytest.mark.parametrize(
    ("prices", "kind"),
    [([1.0, 25.55], "int32"), ([25.6425], "int32"), ([1 / 3], "double"), ([3e7], "double")],
    ids=["cents", "ten-thousandths", "fractions", "too large"],
)
def test_prices_are_whole_numbers_where_that_is_exact(tmp_path: Path, prices: list[float], kind: str) -> None:
    segment = stored(bars(prices, [100.0] * len(prices)), tmp_path)
    assert str(pq.read_schema(tmp_path / "segment").field("close").type) == kind
    assert np.array_equal(segment.rows().fields[3], np.array(prices))


def test_days_can_be_read_alone(tmp_path: Path) -> None:
    segment = stored(bars([1.0, 2.0], [1.0, 2.0]), tmp_path)
    days = segment.days()
    assert days.fields == ()
    assert segment.calendar.tolist() == [14_000, 14_001]
    assert days.days.tolist() == [14_000, 14_001]


def test_a_segment_that_is_gone_says_so(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError):
        Segment(tmp_path / "gone", SegmentInfo(1, 1, 0))


@pytest.mark.parametrize("late_listings", [0.0, 0.5])
@pytest.mark.parametrize("sessions", [256, 257, 512, 700])
def test_newest_sessions_can_be_read_without_the_old_ones(tmp_path: Path, sessions: int, late_listings: float) -> None:
    source = SyntheticSource(3, sessions, late_listings=late_listings)
    panel = bars_of(source, ["SYN00001", "SYN00002", "SYN00003"])
    rows = LongBars.of_panel(panel, ~np.isnan(panel.close))
    segment = stored(rows, tmp_path)
    first = int(segment.calendar[-100])
    newest = segment.rows(first)
    assert len(newest) <= 3 * 256
    wanted = newest.where(newest.days >= first).panel()
    assert np.array_equal(
        wanted.close, panel.last(100).take([panel.symbols.index(s) for s in wanted.symbols]).close, equal_nan=True
    )
    assert len(segment.rows()) == len(rows)
    groups = list(segment.groups(first, int(segment.calendar[-1]), ("close",)))
    assert np.array_equal(np.concatenate([group.days for group in groups]), newest.days)
    assert np.array_equal(np.concatenate([group.fields[0] for group in groups]), newest.fields[3])
    assert len(segment.rows(None, int(segment.calendar[0]) - 1)) == 0


@given(st.integers(0, 10**6), st.integers(0, 7))
@settings(max_examples=25)
def test_any_flipped_bit_is_noticed(tmp_path_factory: pytest.TempPathFactory, place: int, bit: int) -> None:
    data, info = encode_rows(bars([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]))
    flipped = bytearray(data)
    flipped[place % len(data)] ^= 1 << bit
    path = tmp_path_factory.mktemp("segment") / "segment"
    path.write_bytes(bytes(flipped))
    with pytest.raises(UnreadableFileError):
        Segment(path, info)
