"""The public panel: which session a stamp is of, and how many sessions may be asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from technic_scanner import criteria

FIRST = "2024-01-01"


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York", "UTC", None])
def test_the_session_of_a_stamp_is_its_local_date(zone: str | None) -> None:
    days = pd.date_range(FIRST, periods=3, tz=zone)
    frame = pd.DataFrame({"close": [1.0, 2.0, 3.0]}, index=days)
    columns = frame.rename_axis("date").reset_index()
    objects = columns.assign(date=columns["date"].astype(object))
    leveled = columns.assign(symbol="A").set_index(["symbol", "date"])
    arrays = criteria.Panel.from_arrays([[1.0, 2.0, 3.0]], sessions=days)
    panels = [arrays, *(criteria.Panel.from_frame(item) for item in (frame, columns, objects, leveled))]
    for panel in panels:
        assert [str(day) for day in panel.sessions] == ["2024-01-01", "2024-01-02", "2024-01-03"]


@pytest.mark.parametrize("sessions", [2, np.int64(2), np.uint8(2), np.array(2)])
def test_any_kind_of_whole_number_counts_sessions(sessions: Any) -> None:
    panel = criteria.Panel.from_arrays([[1.0, 2.0, 3.0]])
    assert criteria.compile("close > 2").evaluate(panel, sessions=sessions).tolist() == [[0.0, 1.0]]


@pytest.mark.parametrize("sessions", [True, np.True_, 2.0, np.float64(2), "2", None, 0, np.int64(-1)])
def test_what_is_no_number_of_sessions_is_refused(sessions: Any) -> None:
    panel = criteria.Panel.from_arrays([[1.0, 2.0, 3.0]])
    with pytest.raises(ValueError, match="whole number of at least 1"):
        criteria.compile("close > 2").evaluate(panel, sessions=sessions)
