"""Decide how often the page of a run is redrawn, and when its figures are drawn.

While a browser loads Plotly's script, which is 4.7 MB, and draws its first figure, it draws nothing else for half a
second or more. So figures wait until a run has gone on for a while, or until the picks of a shorter one are there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from technic_scanner.domain.run import RunRecord
from technic_scanner.ui.app import watched
from technic_scanner.ui.app.services import services

TICK_SECONDS = 0.5
NEW_TICK_SECONDS = 0.1
# How long a run is new: since a worker has taken it, and since it was queued, because it may wait for long.
NEW_SECONDS, NEW_SINCE_QUEUED_SECONDS = 1.0, 3.0
# In which a browser has drawn the table of picks, whose cells come 0.2 s after its frame. The time is measured here as
# well, because a tick that the browser asked for before may come at once.
FIGURES_AFTER_SECONDS = 1.0


class Phase(Enum):
    """What a run's page is redrawn for: the seconds between two redraws, and whether figures are drawn."""

    NEW = (NEW_TICK_SECONDS, False)
    GOES_ON = (TICK_SECONDS, True)
    JUST_ENDED = (FIGURES_AFTER_SECONDS, False)
    ENDED = (None, True)

    def __init__(self, every_seconds: float | None, figures: bool) -> None:
        self.every_seconds = every_seconds
        self.figures = figures


@dataclass
class Pace:
    """The phase in which a whole page was drawn, until it is drawn again.

    ``since``: when that was, by the monotonic clock. ``has_seen_the_end``: the session has watched the run, and it has
    ended since.
    """

    phase: Phase
    since: float
    has_seen_the_end: bool = False

    def is_over(self, record: RunRecord) -> bool:
        """Return whether the page is to be drawn anew because the run has come to another phase."""
        if self.phase is Phase.JUST_ENDED:
            return services().clock.monotonic() - self.since >= FIGURES_AFTER_SECONDS
        if self.phase is Phase.ENDED:
            return False
        return record.status.is_terminal or (self.phase is Phase.NEW and not _is_new(record))


def begin(record: RunRecord) -> Pace:
    """Return the pace of a page that is now drawn whole."""
    now = services().clock.monotonic()
    if not record.status.is_terminal:
        phase = Phase.NEW if _is_new(record) else Phase.GOES_ON
        watched.begin(record.run_id, figures=phase.figures)
        return Pace(phase, now)
    had_figures = watched.end(record.run_id)
    phase = Phase.JUST_ENDED if had_figures is False else Phase.ENDED
    return Pace(phase, now, has_seen_the_end=had_figures is not None)


def _is_new(record: RunRecord) -> bool:
    started = record.started_at is None or _seconds_since(record.started_at) < NEW_SECONDS
    return started and _seconds_since(record.created_at) < NEW_SINCE_QUEUED_SECONDS


def _seconds_since(moment: datetime) -> float:
    """Return how far a moment is away; on hosts whose clocks differ it may seem to be still to come."""
    return abs((services().clock.now() - moment).total_seconds())
