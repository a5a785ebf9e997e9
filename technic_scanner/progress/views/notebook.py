"""Show a tracker in a notebook, with bars of ipywidgets."""

from __future__ import annotations

from typing import Any

from technic_scanner.domain.progress import ProgressEvent, StageState
from technic_scanner.extras import import_package
from technic_scanner.progress.text import left_text
from technic_scanner.progress.tracker import MultiStageProgressTracker
from technic_scanner.progress.views.lines import count_of

_STYLES = {StageState.DONE: "success", StageState.FAILED: "danger", StageState.CANCELLED: "warning"}


class NotebookBars:
    """A bar for the run and one for each stage; ``box`` is the widget that holds them. See ``show_widget``."""

    def __init__(self, tracker: MultiStageProgressTracker, interval_seconds: float) -> None:
        self._widgets = import_package("ipywidgets", "ipywidgets", "a tracker's bars in a notebook")
        self._run = self._row("whole run")
        self._stages = {name: self._row(name) for name in tracker.stage_weights}
        self.box: Any = self._widgets.VBox(
            [self._widgets.HBox(list(row)) for row in (self._run, *self._stages.values())]
        )
        self._draw(tracker.snapshot())
        tracker.subscribe(self._draw, interval_seconds=interval_seconds)

    def _row(self, name: str) -> tuple[Any, Any]:
        bar = self._widgets.FloatProgress(0.0, min=0.0, max=1.0, description=name, style={"description_width": "8em"})
        return bar, self._widgets.Label()

    def _draw(self, event: ProgressEvent) -> None:
        bar, text = self._run
        bar.value = event.time_fraction
        text.value = left_text(event.eta_seconds, event.eta_low_seconds, event.eta_high_seconds)
        for stage in event.stages:
            bar, text = self._stages[stage.name]
            bar.value, bar.bar_style = stage.fraction, _STYLES.get(stage.state, "")
            text.value = count_of(stage)


def show_widget(tracker: MultiStageProgressTracker, *, interval_seconds: float = 0.2) -> NotebookBars:
    """Show ``tracker`` below the notebook's current cell, with counts and the time left.

    Raises MissingExtraError without ipywidgets.
    """
    bars = NotebookBars(tracker, interval_seconds)
    import_package("IPython.display", "ipython", "a tracker's bars in a notebook").display(bars.box)
    return bars
