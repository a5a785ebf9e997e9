"""Columns of moments and of days in tables, whose titles say by which clock or calendar they are."""

from __future__ import annotations

from typing import Any

import streamlit as st

from technic_scanner.ui.app.services import viewer_zone

# The title of the column that tells firings of schedules apart: by their session, or by their instant.
KEY_OF_FIRING = "Session (exchange date) or time (UTC)"


def column(title: str, form: str = "YYYY-MM-DD HH:mm:ss", **more: Any) -> Any:
    """Return the ``column_config`` of moments, in the viewer's time zone, in UTC if that is unknown."""
    zone = viewer_zone()
    return st.column_config.DatetimeColumn(f"{title}, {zone or 'UTC'}", format=form, timezone=zone or "UTC", **more)


def zones_text() -> str:
    """Say by which clock the times of a page are, and by which calendar its dates of data."""
    return f"Times are in {viewer_zone() or 'UTC'}; dates of data are those of the exchange."


def day_column(title: str, **more: Any) -> Any:
    """Return the ``column_config`` of dates of data, which are those of the exchange."""
    return st.column_config.DateColumn(f"{title} (exchange date)", format="YYYY-MM-DD", **more)
