"""One object a page: what a test does on a page and looks for there, in the words of the page."""

from __future__ import annotations

from .any_page import AnyPage
from .compare import ComparePage
from .data import DataPage
from .history import HistoryPage
from .language import LanguagePage
from .outcomes import OutcomesPage
from .results import ResultsPage
from .run import RunPage
from .scan import ScanPage
from .studies import StudiesPage
from .system import SystemPage
from .watchlists import WatchlistsPage

# In the order of the navigation.
ALL: tuple[type[AnyPage], ...] = (
    ScanPage,
    ResultsPage,
    HistoryPage,
    ComparePage,
    OutcomesPage,
    StudiesPage,
    WatchlistsPage,
    DataPage,
    LanguagePage,
    SystemPage,
)

__all__ = [
    "ALL",
    "AnyPage",
    "ComparePage",
    "DataPage",
    "HistoryPage",
    "LanguagePage",
    "OutcomesPage",
    "ResultsPage",
    "RunPage",
    "ScanPage",
    "StudiesPage",
    "SystemPage",
    "WatchlistsPage",
]
