"""The pages that are opened: where each is, and a text that stands on it once it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from benchmarks.pages.home import Seeded


@dataclass(frozen=True, slots=True)
class Page:
    """A page by its short name; ``query`` may name ``{run}``, ``{other}`` and ``{symbol}`` of a seeded home."""

    name: str
    path: str
    text: str
    query: tuple[tuple[str, str], ...] = ()

    def address(self, url: str, seeded: Seeded) -> str:
        """Return where it is on the server at ``url``."""
        names = {"run": seeded.run, "other": seeded.other, "symbol": seeded.symbol}
        query = urlencode([(key, value.format(**names)) for key, value in self.query], safe=",")
        return f"{url}/{self.path}" + (f"?{query}" if query else "")


_RUN = ("run", "{run}")
_ALL = ("h_depth", "All")
_ROWS = ("r_rows", "true")  # all scanned ones

# The texts are those of many runs and many rows, and come from the end of each page where it has one of its own.
PAGES: tuple[Page, ...] = (
    Page("scan", "", "to scan."),
    Page("run", "", "Stage timeline", (_RUN,)),
    Page("results", "results", "Score distribution", (_RUN, _ROWS)),
    Page("symbol", "results", "Reward ÷ risk", (_RUN, _ROWS, ("symbol", "{symbol}"))),
    Page("history-30", "history", "Click a bar"),
    Page("history-all", "history", "The chart shows the newest", (_ALL,)),
    Page("percentiles", "history", "over successful runs only", (_ALL, ("h_tab", "Percentiles"))),
    Page("rates", "history", "Shown daily medians", (_ALL, ("h_tab", "Throughput and cache"))),
    Page("eta", "history", "Errors are shares of the actual duration", (_ALL, ("h_tab", "ETA accuracy"))),
    Page("slow-downs", "history", "A stage counts as slower", (_ALL, ("h_tab", "Slow-downs"))),
    Page("compare", "compare", "Timelines, overlaid", (("runs", "{run},{other}"),)),
    Page("outcomes", "outcomes", "Best and worst picks"),
    Page("system", "system", "Price cache"),
)
