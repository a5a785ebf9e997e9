"""A column of splits adjusts the prices before them, whether it marks the first session after or the last before."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from technic_scanner.adapters.market_data.files.check import read_any
from technic_scanner.clock import ManualClock
from tests.unit.adapters.market_data.files.reading import NOW, written

HEAD = "RowId,Date,SecuritiesCode,Open,High,Low,Close,Volume,AdjustmentFactor\n"
# Open (None: a session without a price), close, and what stands in the column of splits.
Session = tuple[float | None, float, float]
BEFORE: Session = (400, 404, 1)
AFTER: Session = (102, 103, 1)


def rows(*sessions: Session, symbol: str = "1301") -> str:
    """Return the rows of one symbol from 2 November 2026; the volume is 1000."""
    text = ""
    for day, (opened, close, split) in enumerate(sessions, start=2):
        bar = ",,,,0" if opened is None else f"{opened},{max(opened, close)},{min(opened, close)},{close},1000"
        text += f"{day}_{symbol},2026-11-{day:02d},{symbol},{bar},{split}\n"
    return text


def read(folder: Path, text: str) -> tuple[list[float], list[float], list[str]]:
    """Return the closes and volumes by symbol, then session, and all notes."""
    reading = read_any(written(folder, {"stock_prices.csv": HEAD + text}), ManualClock(NOW))
    return reading.bars.fields[3].tolist(), reading.bars.fields[4].tolist(), reading.notes()


@pytest.mark.parametrize("factor", [0.25, 4])
def test_a_split_in_the_last_session_before_the_prices_fall_adjusts_that_session_too(
    tmp_path: Path, factor: float
) -> None:
    closes, volumes, notes = read(tmp_path, rows(BEFORE, (408, 416, factor), AFTER, AFTER))
    assert closes == pytest.approx([101, 104, 103, 103])
    assert volumes == pytest.approx([4000, 4000, 1000, 1000])
    assert not [note for note in notes if "looks like an unadjusted" in note]


def test_a_split_in_the_first_session_of_a_file_adjusts_it(tmp_path: Path) -> None:
    closes, _, _ = read(tmp_path, rows((400, 404, 0.25), AFTER))
    assert closes == pytest.approx([101, 103])


def test_a_reverse_split_in_the_last_session_before_it(tmp_path: Path) -> None:
    closes, volumes, _ = read(tmp_path, rows((20, 20.2, 1), (20.4, 20, 5), AFTER))
    assert closes == pytest.approx([101, 100, 103])
    assert volumes == pytest.approx([200, 200, 1000])


@pytest.mark.parametrize(
    "sessions",
    [
        (BEFORE, (102, 103, 0.25), AFTER),  # on the day itself
        (BEFORE, (102, 103, 0.25), (102, 103, 0.25)),  # on that day and once more
        ((400, 404, 0.25), (102, 103, 0.25), AFTER),  # on both days
    ],
)
def test_one_fall_is_adjusted_once(tmp_path: Path, sessions: Sequence[Session]) -> None:
    closes, _, _ = read(tmp_path, rows(*sessions))
    assert closes == pytest.approx([101, 103, 103])


@pytest.mark.parametrize(
    "sessions",
    [
        ((100, 101, 1), (102, 103, 0.25), (102, 103, 1)),  # the prices are adjusted already
        (BEFORE, (400, 404, 0.25), (400, 404, 1), AFTER),  # it falls two sessions later
        (BEFORE, BEFORE, (400, 404, 0.25)),  # nothing follows
        ((100, 101, 1), (102, 101, 0.9), (94.5, 97, 1)),  # a fall of 6 % is not one by a tenth
        ((100, 100, 1), (100, 100, 1.01), (99, 99, 1)),  # a fall of 1 % is usual
    ],
)
def test_without_the_fall_nothing_is_adjusted(tmp_path: Path, sessions: Sequence[Session]) -> None:
    closes, _, _ = read(tmp_path, rows(*sessions))
    assert closes == [close for _, close, _ in sessions]


def test_the_first_session_of_the_next_symbol_is_not_the_next_session(tmp_path: Path) -> None:
    text = rows(BEFORE, (400, 404, 0.25)) + rows(AFTER, AFTER, symbol="1332")
    assert read(tmp_path, text)[0] == [404, 404, 103, 103]


def test_two_splits_of_one_symbol_and_one_of_another(tmp_path: Path) -> None:
    twice = rows((800, 808, 0.5), BEFORE, (400, 404, 0.25), AFTER)
    closes, _, _ = read(tmp_path, twice + rows(BEFORE, (400, 404, 0.25), AFTER, symbol="1332"))
    assert closes == pytest.approx([101, 101, 101, 103, 101, 101, 103])


@pytest.mark.parametrize("place", [1, 2])
def test_sessions_without_a_price_between_the_split_and_the_fall_are_passed_over(tmp_path: Path, place: int) -> None:
    sessions: list[Session] = [BEFORE, (400, 404, 1), (None, 0, 1), AFTER]
    sessions[place] = (*sessions[place][:2], 0.25)
    closes, _, _ = read(tmp_path, rows(*sessions))
    assert closes == pytest.approx([101, 101, 103])


def test_a_move_after_a_small_split_that_the_prices_contain_is_no_split(tmp_path: Path) -> None:
    sessions = ((100, 100, 1), (100, 100, 1.1), (91, 91, 1))
    closes, _, _ = read(tmp_path, rows(*sessions))
    assert closes == pytest.approx([100, 100, 91])


def test_two_splits_one_day_after_another_are_both_adjusted(tmp_path: Path) -> None:
    closes, _, _ = read(tmp_path, rows((400, 400, 1), (200, 200, 2), (100, 100, 2), (100, 101, 1)))
    assert closes == pytest.approx([100, 100, 100, 101])
