"""What an alert tells of a run: all that is new, or what is new among the symbols of a watchlist."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from technic_scanner.domain.alert import Alert
from technic_scanner.errors import WatchlistNotFoundError
from technic_scanner.runs.changes.picks import WhatIsNew


def _no_watchlists(name: str) -> Sequence[str]:
    raise WatchlistNotFoundError(f"there is no watchlist {name!r}")


@dataclass(frozen=True, slots=True)
class ToldChanges:
    """``changes`` of a run by its id, and the ``members`` of a watchlist by its name, which raises if there is none."""

    changes: Callable[[str], WhatIsNew]
    members: Callable[[str], Sequence[str]] = _no_watchlists

    def of(self, alert: Alert, run_id: str) -> WhatIsNew:
        """Return what is new. Raises RunNotFoundError, ResultsNotReadyError, WatchlistNotFoundError, ConfigError."""
        found = self.changes(run_id)
        return found.among(self.members(alert.watchlist)) if alert.watchlist else found
