"""The page of two or more runs side by side."""

from __future__ import annotations

from .any_page import AnyPage


class ComparePage(AnyPage):
    """Compare."""

    path = "/compare"
    heading = "Compare"

    def letters(self) -> str:
        """Return the line that says which letter is which run."""
        return self.tab.locator("[data-testid=stCaptionContainer]", has_text="A ").first.inner_text()
