"""The page of what criteria would have found."""

from __future__ import annotations

from .any_page import AnyPage


class StudiesPage(AnyPage):
    """Studies."""

    path = "/studies"
    heading = "Studies"
