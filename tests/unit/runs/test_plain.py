"""The hints-led codecs of the request reader; to go with ``runs.plain``."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from technic_scanner.domain.config import RunOptions
from technic_scanner.runs.plain import Problems, codec_of, to_plain


def test_times_are_stored_in_utc_and_never_without_a_zone() -> None:
    kind = codec_of(datetime)
    east = datetime(2026, 1, 2, 3, 0, tzinfo=timezone(timedelta(hours=2)))
    assert kind.encode(east) == "2026-01-02T01:00:00+00:00"
    with pytest.raises(ValueError, match="without a zone"):
        kind.encode(datetime(2026, 1, 2))
    problems: Problems = []
    kind.decode("2026-01-02T03:00:00", "at", problems)
    assert [problem.field for problem in problems] == ["at"]
    assert kind.decode(east, "at", []) == east
    assert kind.decode(east, "at", []).tzinfo is UTC


def test_dates_read_from_text_dates_and_times() -> None:
    kind = codec_of(date)
    for value in ("2010-08-20", date(2010, 8, 20), datetime(2010, 8, 20, 9, tzinfo=UTC)):
        assert kind.decode(value, "day", []) == date(2010, 8, 20)


def test_a_type_without_a_plain_form_is_refused_when_it_is_compiled() -> None:
    with pytest.raises(TypeError, match="no plain form"):
        codec_of(set)


def test_to_plain_gives_only_json_types() -> None:
    assert to_plain(RunOptions())["stage_plan"] == {
        "weights": [
            ["universe_loading", 0.05],
            ["data_fetching", 0.2],
            ["symbol_scanning", 0.7],
            ["finalization", 0.05],
        ]
    }
