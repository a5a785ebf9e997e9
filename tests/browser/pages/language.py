"""The page of the functions and names of criteria."""

from __future__ import annotations

from .any_page import AnyPage


class LanguagePage(AnyPage):
    """Scan language."""

    path = "/reference"
    heading = "Scan language"
