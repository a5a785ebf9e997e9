"""Show a tracker on a Streamlit page."""

from __future__ import annotations

import threading
from typing import Any

from technic_scanner.domain.progress import ProgressEvent
from technic_scanner.progress.tracker import MultiStageProgressTracker
from technic_scanner.progress.views.lines import line_of


class StProgress:
    """A progress bar in a container; see ``st_progress``."""

    def __init__(self, tracker: MultiStageProgressTracker, container: Any, interval_seconds: float) -> None:
        self._tracker = tracker
        self._bar = container.progress(0.0)
        self._script = threading.get_ident()
        self.draw()
        tracker.subscribe(self._on_event, interval_seconds=interval_seconds)

    def draw(self) -> None:
        """Show the current state, for a script that waits while other threads work."""
        self._show(self._tracker.snapshot())

    def _on_event(self, event: ProgressEvent) -> None:
        if threading.get_ident() == self._script:  # in other threads Streamlit does not know the page
            self._show(event)

    def _show(self, event: ProgressEvent) -> None:
        self._bar.progress(min(1.0, event.time_fraction), text=line_of(event))


def st_progress(
    tracker: MultiStageProgressTracker, container: Any = None, *, interval_seconds: float = 0.2
) -> StProgress:
    """Show ``tracker`` in ``container``, by default at the current position of the page.

    Only the script's own thread draws. While only other threads report, call ``draw()`` on the returned object. Nothing
    is stored in the session, so widgets and reruns are not affected.
    """
    import streamlit  # noqa: PLC0415 - slow to import

    return StProgress(tracker, streamlit if container is None else container, interval_seconds)
