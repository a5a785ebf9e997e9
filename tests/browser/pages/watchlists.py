"""The page of named symbols."""

from __future__ import annotations

from .any_page import AnyPage


class WatchlistsPage(AnyPage):
    """Watchlists."""

    path = "/watchlists"
    heading = "Watchlists"
