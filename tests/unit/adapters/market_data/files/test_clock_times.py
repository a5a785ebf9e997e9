"""Times of the day with their halves in many languages, and with the name of a zone behind them."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.adapters.market_data.files.clock_times import clock_seconds, seconds_of
from tests.unit.adapters.market_data.files.reading import checked, written


def seconds(text: str) -> int:
    return int(clock_seconds(pa.array([text]))[0])


def of(moment: time) -> int:
    return moment.hour * 3600 + moment.minute * 60


@pytest.mark.parametrize(
    ("morning", "evening"),
    [
        ("{} AM", "{} PM"),
        ("{}am", "{}pm"),
        ("{}a", "{}p"),
        ("{} a.m.", "{} p.m."),
        ("{} a. m.", "{} p. m."),
        ("{}\u202fAM", "{}\u202fPM"),
        ("{}\u00a0AM", "{}\u00a0PM"),
        ("오전 {}", "오후 {}"),
        ("上午 {}", "下午 {}"),
        ("午前{}", "午後{}"),
        ("AM {}", "PM {}"),
        ("{} ÖÖ", "{} ÖS"),
        ("{} π.μ.", "{} μ.μ."),
        ("{} SA", "{} CH"),
    ],
)
@given(moment=st.times())
def test_halves_of_the_day(morning: str, evening: str, moment: time) -> None:
    form = morning if moment.hour < 12 else evening
    assert seconds(f" {form.format(f'{(moment.hour - 1) % 12 + 1}:{moment.minute:02}')}") == of(moment)


@given(st.times(), st.sampled_from(["PST", "PDT", "AEST", "America/New_York", "Asia/Tokyo", "EST", "Uhr", "Pacific"]))
def test_a_zone_behind_the_time_is_no_half_of_the_day(moment: time, zone: str) -> None:
    assert seconds(f" {moment:%H:%M} {zone}") == of(moment)


@pytest.mark.parametrize("form", [" %H.%M", " %Hh%M", "T%H.%M", " %H.%M Uhr"])
@given(moment=st.times())
def test_other_marks_within_the_time(form: str, moment: time) -> None:
    assert seconds(moment.strftime(form)) == of(moment)


@pytest.mark.parametrize("form", ["%H.%M", "%H:%M", "%H%M", "%H.%M.%S"])
def test_columns_of_times(form: str) -> None:
    moments = [time(9, 30), time(10), time(16)]
    found = seconds_of(pa.array([moment.strftime(form) for moment in moments]))
    assert found.tolist() == list(map(of, moments))


def test_a_column_of_times_that_was_stored_as_numbers() -> None:
    assert seconds_of(pa.array([930.0, 1000.0, 1600.0])).tolist() == [34_200, 36_000, 57_600]


@pytest.mark.parametrize(
    "times",
    [
        ("09:30 PST", "12:00 PST", "15:30 PST"),
        ("09:30 America/New_York", "12:00 America/New_York", "15:30 America/New_York"),
        ("오전 9:30", "오후 12:00", "오후 3:30"),
        ("9:30:00\u202fAM", "12:00:00\u202fPM", "3:30:00\u202fPM"),
        ("9.30", "12.00", "15.30"),
    ],
)
def test_sessions_open_with_their_first_bar(tmp_path: Path, times: tuple[str, ...]) -> None:
    lines = ["Date;Open;High;Low;Close;Volume"]
    lines += [
        f"2026-03-{day:02} {at};{10 + n};{12 + n};{9 + n};{11 + n};100"
        for day in (2, 3, 4, 5)
        for n, at in enumerate(times)
    ]
    entry = checked(written(tmp_path, {"ORBX.csv": "\n".join(lines) + "\n"}))["symbols"]["ORBX"]
    assert (entry["bars"], entry["first_open"], entry["last_close"], entry["last_volume"]) == (4, 10.0, 13.0, 300.0)
