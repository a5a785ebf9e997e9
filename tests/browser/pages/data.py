"""The page of the user's own price files."""

from __future__ import annotations

from .any_page import AnyPage


class DataPage(AnyPage):
    """Data."""

    path = "/data"
    heading = "Data"
