"""The page of all runs: filters, columns, actions on chosen runs, and what their timings say together."""

from __future__ import annotations

from playwright.sync_api import Locator

from .any_page import AnyPage, click_row


class HistoryPage(AnyPage):
    """History."""

    path = "/history"
    heading = "History"

    def runs(self) -> Locator:
        """Return the table of runs."""
        return self.tab.locator("[class*=st-key-runs_] [data-testid=stDataFrame]")

    def select(self, row: int) -> None:
        """Select a run of the table."""
        click_row(self.runs(), row)

    def stages(self) -> Locator:
        """Return the chart of stage seconds."""
        return self.tab.locator("[class*=st-key-h_stack_] .js-plotly-plot").last
