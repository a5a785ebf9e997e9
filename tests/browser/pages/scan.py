"""The page on which a scan is configured and started."""

from __future__ import annotations

from playwright.sync_api import Locator

from .any_page import AnyPage


class ScanPage(AnyPage):
    """Scan without a run."""

    path = "/"
    heading = "Scan"

    @property
    def start(self) -> Locator:
        """The button that starts the scan."""
        return self.button("Start scan")

    def open_replay(self) -> None:
        """Open the form for past dates."""
        self.within("replay").get_by_text("Replay past dates").click()
        self.tab.get_by_role("combobox", name="How often").wait_for()
