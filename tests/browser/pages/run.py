"""The page of one run: its stages while it runs, its summary, its actions and its log."""

from __future__ import annotations

from typing import Self

from playwright.sync_api import Locator, expect

from .any_page import AnyPage, Opener


class RunPage(AnyPage):
    """Scan with a run in the address."""

    path = "/"
    heading = None

    @classmethod
    def of(cls, tabs: Opener, run_id: str) -> Self:
        """Open the page of a run; while the run goes on the page is never quiet."""
        return cls(tabs.open(cls.address(run=run_id)))

    @property
    def run_id(self) -> str:
        """The run in the address."""
        return self.tab.url.split("run=")[1].split("&")[0]

    @property
    def cancel(self) -> Locator:
        """The button that stops the run."""
        return self.button("Cancel")

    @property
    def picks(self) -> Locator:
        """The table of the first picks, which is there once the run has ended."""
        return self.tab.locator("[class*=st-key-picks_]")

    @property
    def figures(self) -> Locator:
        """What Plotly has drawn."""
        return self.tab.locator("[data-testid=stPlotlyChart]")

    def expect_success(self) -> None:
        """Wait until the run has ended well."""
        expect(self.text("✓ Succeeded")).to_be_visible()
        expect(self.button("Open results")).to_be_visible()
