import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.progress.text import (
    count_text,
    format_percent,
    format_throughput,
    format_time,
    left_text,
    range_text,
    rate_text,
    seconds_text,
)


def test_counts_have_their_noun_in_the_right_number() -> None:
    counts = [(1, "entry"), (2, "entry"), (0, "day"), (1_200, "symbol")]
    assert [count_text(*item) for item in counts] == ["1 entry", "2 entries", "0 days", "1,200 symbols"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "N/A"),
        (math.nan, "N/A"),
        (math.inf, "N/A"),
        (-math.inf, "N/A"),
        (-5, "0s"),
        (0, "0s"),
        (0.4, "<1s"),
        (1e-9, "<1s"),
        (0.99, "<1s"),
        (1.0, "1s"),
        (45, "45s"),
        (59.6, "1m 0s"),
        (90, "1m 30s"),
        (3599.7, "1h 0m"),
        (3600, "1h 0m"),
        (3 * 3600 + 25 * 60, "3h 25m"),
        (86_400, "1d 0h"),
        (2 * 86_400 + 3 * 3600 + 59 * 60, "2d 3h"),
    ],
)
def test_format_time(seconds, text):
    assert format_time(seconds) == text


@given(st.floats())
def test_format_time_never_raises(seconds):
    assert format_time(seconds)


def test_format_throughput():
    assert format_throughput(3.5, "symbols") == "3.5 symbols/sec"
    assert format_throughput(12.0) == "12.0 items/sec"
    assert format_throughput(None) == "N/A"
    assert format_throughput(math.nan) == "N/A"
    assert format_throughput(math.inf) == "N/A"


@pytest.mark.parametrize(
    ("fraction", "text"),
    [
        (0.0, "0.0%"),
        (0.29, "29.0%"),
        (0.9999, "99.9%"),
        (math.nextafter(1, 0), "99.9%"),
        (1.0, "100.0%"),
        (None, "N/A"),
    ],
)
def test_percent_reads_100_only_when_all_is_done(fraction, text):
    assert format_percent(fraction) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "unknown"),
        (math.inf, "unknown"),
        (math.nan, "unknown"),
        (0.0, "0.00 s"),
        (0.004, "< 0.01 s"),
        (0.005, "0.01 s"),
        (0.42, "0.42 s"),
        (0.999, "1.0 s"),
        (7.31, "7.3 s"),
        (9.96, "10 s"),
        (45.2, "45 s"),
        (59.6, "1m 0s"),
        (90.0, "1m 30s"),
        (3600.0, "1h 0m"),
    ],
)
def test_short_durations_keep_two_digits(seconds, text):
    assert seconds_text(seconds) == text


def test_range_across_a_minute_keeps_both_units():
    assert range_text(11, 19) == "11–19 s"
    assert range_text(45.0, 90.0) == "45 s–1m 30s"
    assert range_text(None, 90.0) == ""


def test_time_left_names_what_is_known():
    assert left_text(14, 11, 19) == "about 14 s left (11–19 s)"
    assert left_text(14, None, None) == "about 14 s left"
    assert left_text(None, 60, 300) == "between 1m 0s and 5m 0s left"
    assert left_text(None, None, None) == "time left unknown"
    assert left_text(0.0, 0.0, 0.0) == "done"


def test_rates_keep_three_digits_below_ten():
    assert rate_text(1234.4, "symbols") == "1,234 symbols/s"
    assert rate_text(1.234, "symbols") == "1.23 symbols/s"
    assert rate_text(None, "symbols") == "unknown"
