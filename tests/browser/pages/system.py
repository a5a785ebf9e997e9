"""The page of this installation: health, workers, schedules, sources."""

from __future__ import annotations

from playwright.sync_api import expect

from .any_page import AnyPage


class SystemPage(AnyPage):
    """System."""

    path = "/system"
    heading = "System"

    def expect_count(self, label: str, count: int) -> None:
        """Wait until a tile shows this number."""
        tile = self.tab.get_by_test_id("stMetric").filter(has_text=label)
        expect(tile.get_by_test_id("stMetricValue")).to_have_text(f"{count:,}")
