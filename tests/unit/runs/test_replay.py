"""The dates of a walk-forward."""

from __future__ import annotations

from datetime import date

import pytest

from technic_scanner.errors import ConfigError
from technic_scanner.runs.replay import replay_dates


def test_months_end_on_their_last_weekday() -> None:
    dates = replay_dates(date(2024, 1, 1), date(2024, 6, 30), "month")
    assert dates == (
        date(2024, 1, 31),
        date(2024, 2, 29),
        date(2024, 3, 29),
        date(2024, 4, 30),
        date(2024, 5, 31),
        date(2024, 6, 28),
    )


def test_weeks_end_on_friday() -> None:
    assert replay_dates(date(2024, 3, 1), date(2024, 3, 15), "week") == (
        date(2024, 3, 1), date(2024, 3, 8), date(2024, 3, 15),
    )  # fmt: skip


def test_a_number_counts_weekdays() -> None:
    assert replay_dates(date(2024, 3, 1), date(2024, 3, 12), "3") == (
        date(2024, 3, 1), date(2024, 3, 6), date(2024, 3, 11),
    )  # fmt: skip


@pytest.mark.parametrize("every", ["daily", "0", "-1", "1.5", "", "³"])
def test_every_bad_argument_is_named(every: str) -> None:
    with pytest.raises(ConfigError) as caught:
        replay_dates(date(2024, 3, 2), date(2024, 3, 1), every)
    assert {problem.field for problem in caught.value.problems} == {"from", "every"}


def test_a_span_without_a_date_is_refused() -> None:
    with pytest.raises(ConfigError, match="0 dates"):
        replay_dates(date(2024, 3, 2), date(2024, 3, 3), "1")
