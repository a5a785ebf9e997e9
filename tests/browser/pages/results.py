"""The page of the results of one run: filters, table or charts, the open symbol, files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Self

from playwright.sync_api import Locator, expect

from technic_scanner.domain.run import RunRecord
from technic_scanner.ui.style.tables import revision

from .any_page import HEADER, ROW, AnyPage, Opener, Value, cell


class ResultsPage(AnyPage):
    """Results."""

    path = "/results"
    heading = "Results"

    @classmethod
    def of(cls, tabs: Opener, run: RunRecord, order: Sequence[str], **query: Value) -> Self:
        """Open the results of a run and wait until its rows are drawn in this order."""
        page = cls(tabs.open(cls.address(run=run.run_id, **query)))
        page.expect_rows(run, order)
        page.settle()
        return page

    def table(self, run: RunRecord, order: Sequence[str]) -> Locator:
        """Return the table of these rows in this order; while another order comes, the one before is there too."""
        mark = revision(run.run_id, run.attempt, *order)
        return self.tab.locator(f"[class*=st-key-rows_{mark}] [data-testid=stDataFrame]")

    def any_table(self) -> Locator:
        """Return the table of rows, whichever they are."""
        return self.tab.locator("[class*=st-key-rows_] [data-testid=stDataFrame]")

    def expect_rows(self, run: RunRecord, order: Sequence[str]) -> Locator:
        """Wait until the table's first rows are of these symbols; return the table."""
        table = self.table(run, order)
        for row, symbol in enumerate(order[:3]):
            expect(cell(table, 2, row)).to_have_text(symbol)
        return table

    def click_cell(self, run: RunRecord, order: Sequence[str], row: int) -> None:
        """Click a cell of a row, in the column of small charts."""
        self.table(run, order).click(position={"x": 180, "y": HEADER + (row + 0.5) * ROW})

    def open_row(self, run: RunRecord, order: Sequence[str], row: int) -> None:
        """Click a cell of a row and wait until its symbol is open."""
        self.click_cell(run, order, row)
        self.expect_symbol(order[row])

    def selected(self, run: RunRecord, order: Sequence[str], row: int) -> Locator:
        """Return what the table tells screen readers of a row whose box is checked; none if it is not."""
        return self.table(run, order).locator(f"tr[aria-rowindex='{row + 2}'][aria-selected=true]")

    def expect_symbol(self, symbol: str) -> None:
        """Wait until a symbol is open and in the address."""
        self.expect_address(rf"symbol={re.escape(symbol)}(&|$)")
        expect(self.tab.locator("strong", has_text=re.compile(rf"^{re.escape(symbol)}$")).first).to_be_visible()

    def chart(self, symbol: str) -> Locator:
        """Return the chart of the open symbol; while a new one comes, the one before is there too."""
        return self.tab.locator(f"[class*=st-key-candles_{symbol}] .js-plotly-plot").last

    def panel(self, name: str) -> Locator:
        """Return the button of a panel of the chart."""
        return self.tab.get_by_role("toolbar", name="Panels").get_by_role("button", name=name, exact=True)

    def headers(self) -> list[str]:
        """Return the titles of the table's columns, as the canvas tells them to screen readers."""
        return self.any_table().locator("th").all_text_contents()
