"""The page of what the picks of past runs did."""

from __future__ import annotations

from .any_page import AnyPage


class OutcomesPage(AnyPage):
    """Outcomes."""

    path = "/outcomes"
    heading = "Outcomes"
