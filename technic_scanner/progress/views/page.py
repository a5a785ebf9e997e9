"""Show a tracker on a Streamlit page, beside whatever widgets there are."""

from __future__ import annotations

import threading
from typing import Any

from technic_scanner.domain.progress import ProgressEvent
from technic_scanner.progress.tracker import MultiStageProgressTracker
from technic_scanner.progress.views.lines import line_of


class StProgress:
    """A bar in a place of its own; see ``st_progress``."""

    def __init__(self, tracker: MultiStageProgressTracker, container: Any, interval_seconds: float) -> None:
        self._tracker = tracker
        self._bar = container.progress(0.0)
        self._script = threading.get_ident()
        self.draw()
        tracker.subscribe(self._on_event, interval_seconds=interval_seconds)

    def draw(self) -> None:
        """Show how it stands now; for a script that waits while other threads work."""
        self._show(self._tracker.snapshot())

    def _on_event(self, event: ProgressEvent) -> None:
        if threading.get_ident() == self._script:  # Streamlit knows no page in threads of the script's own making
            self._show(event)

    def _show(self, event: ProgressEvent) -> None:
        self._bar.progress(min(1.0, event.time_fraction), text=line_of(event))


def st_progress(
    tracker: MultiStageProgressTracker, container: Any = None, *, interval_seconds: float = 0.2
) -> StProgress:
    """Show ``tracker`` in ``container``, or where the script is now.

    It is drawn from the script's own thread alone. While only other threads report, call ``draw()`` of what is
    returned. Nothing is kept in the session, so widgets and reruns are as they were without it.
    """
    import streamlit  # noqa: PLC0415 - slow to import

    return StProgress(tracker, streamlit if container is None else container, interval_seconds)
