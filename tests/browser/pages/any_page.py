"""What a test does on every page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar, Protocol, Self
from urllib.parse import urlencode

from playwright.sync_api import Download, Locator, Page, TimeoutError, expect

HEADER = ROW = 35  # px of a table
Value = str | Sequence[str]
_ANY = re.compile("")
_OPENINGS, _LIST_MS = 4, 5_000

QUIET = """() => {
    const app = document.querySelector("[data-testid=stApp]")
    return app?.dataset.testConnectionState === "CONNECTED" && app.dataset.testScriptState === "notRunning"
        && document.querySelector("[data-testid=stSkeleton], [data-stale=true]") === null
}"""


class Opener(Protocol):
    """Opens a path of the site in a new tab."""

    def open(self, path: str) -> Page:
        """Return the tab."""


class AnyPage:
    """A page in a tab; ``path`` leads to it, ``heading`` is what it is called, None if a run names it."""

    path: ClassVar[str]
    heading: ClassVar[str | None]

    def __init__(self, tab: Page) -> None:
        self.tab = tab

    @classmethod
    def open(cls, tabs: Opener, **query: Value) -> Self:
        """Open the page with these parameters of its address, and wait until it is drawn."""
        return cls(tabs.open(cls.address(**query))).drawn()

    @classmethod
    def address(cls, **query: Value) -> str:
        """Return the path with these parameters; one with several values is repeated."""
        return cls.path + ("?" + urlencode(query, doseq=True) if query else "")

    def drawn(self) -> Self:
        """Wait until the page has its heading and is quiet."""
        heading = self.tab.locator("h1") if self.heading is None else self.tab.locator("h1", has_text=self.heading)
        expect(heading.first).to_be_visible()
        self.settle()
        return self

    def settle(self) -> None:
        """Wait until the page is quiet: its script has run, nothing is left of the run before or yet to be drawn.

        Right after an action the page is still quiet, for the server has not heard of it. So first wait for what only
        the action's own run can draw; this is for what moves the layout after that, where nothing ticks.
        """
        self.tab.wait_for_function(QUIET)

    def button(self, name: str) -> Locator:
        """Return the button that is called so."""
        return self.tab.get_by_role("button", name=name, exact=True)

    def within(self, key: str) -> Locator:
        """Return the element of this key of the page's script."""
        return self.tab.locator(f".st-key-{key}")

    def text(self, words: str | re.Pattern[str]) -> Locator:
        """Return the first text that has these words."""
        return self.tab.get_by_text(words).first

    def field(self, label: str) -> Locator:
        """Return the field of this label, into which text or a number is written."""
        return self.tab.get_by_label(label, exact=True).and_(self.tab.locator("input, textarea"))

    def date(self, key: str) -> Locator:
        """Return the field that holds a date as 2010-08-20; ``key`` is that of the page's script."""
        return self.within(key).locator("input[type=date]")

    def write_date(self, key: str, day: str) -> None:
        """Type a date, of the form 2010-08-20, into the parts of its field."""
        self.within(key).get_by_role("spinbutton").first.click()
        self.tab.keyboard.type(day.replace("-", ""))
        self.tab.keyboard.press("Enter")

    def write(self, label: str, text: str) -> None:
        """Write into a field and leave it."""
        self.field(label).fill(text)
        self.field(label).press("Enter")

    def choose(self, label: str, option: str | re.Pattern[str] = _ANY) -> None:
        """Choose from a list, by default its first option; a text is the whole name of the option.

        The list closes where the page is drawn anew in that moment, so it is opened again, as people do.
        """
        field = self.tab.get_by_role("combobox", name=label, exact=True)
        named = self.tab.get_by_role("option", name=option, exact=isinstance(option, str)).first
        for _ in range(_OPENINGS - 1):
            field.click()
            try:
                named.click(timeout=_LIST_MS)
            except TimeoutError:
                continue
            return
        field.click()
        named.click()

    def open_list(self, label: str) -> Locator:
        """Open a list and return its options; see ``choose``."""
        options = self.tab.get_by_role("option")
        for _ in range(_OPENINGS):
            self.tab.get_by_role("combobox", name=label, exact=True).click()
            try:
                expect(options.first).to_be_visible(timeout=_LIST_MS)
            except AssertionError:
                continue
            break
        return options

    def add(self, label: str, option: str) -> None:
        """Add to a list of several, found by typing, and close it."""
        field = self.tab.get_by_role("combobox", name=label, exact=True)
        field.fill(option)
        self.tab.get_by_role("option", name=option, exact=True).click()
        field.press("Escape")

    def segment(self, group: str, name: str) -> Locator:
        """Return one of the segments of a group."""
        return self.tab.get_by_role("radiogroup", name=group).get_by_role("radio", name=name, exact=True)

    def download(self, name: str) -> bytes:
        """Click a button and return the file that comes."""
        with self.tab.expect_download() as download:
            self.button(name).click()
        return _bytes_of(download.value)

    def expect_address(self, pattern: str) -> None:
        """Wait until the address matches."""
        expect(self.tab).to_have_url(re.compile(pattern))


def click_row(table: Locator, row: int) -> None:
    """Click the selection box of the ``row``-th drawn row; the table is a canvas."""
    table.click(position={"x": 15, "y": HEADER + row * ROW + ROW / 2})


def cell(table: Locator, column: int, row: int) -> Locator:
    """Return what the canvas tells screen readers of a cell that it has drawn."""
    return table.get_by_test_id(f"glide-cell-{column}-{row}")


def _bytes_of(download: Download) -> bytes:
    return download.path().read_bytes()
