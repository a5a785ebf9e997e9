import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.progress.text import format_estimate, format_percent, format_throughput, format_time


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "N/A"),
        (math.nan, "N/A"),
        (math.inf, "N/A"),
        (-math.inf, "N/A"),
        (-5, "0s"),
        (0, "0s"),
        (0.4, "0s"),
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


def test_format_estimate_shows_what_is_known():
    assert format_estimate(14, 11, 19) == "about 14s (11s-19s)"
    assert format_estimate(14) == "about 14s"
    assert format_estimate(None, 60, 300) == "between 1m 0s and 5m 0s"
    assert format_estimate(None) == "unknown"
