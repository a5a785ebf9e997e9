"""Show a tracker in a terminal with rich: a bar for the run, one for each stage, their sub-steps, the band."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Self

from technic_scanner.domain.progress import ProgressEvent, StageState
from technic_scanner.progress.text import left_text
from technic_scanner.progress.tracker import MultiStageProgressTracker
from technic_scanner.progress.views.lines import count_of

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import TaskID


class Bars:
    """Draws while it is entered: ``with Bars(tracker), tracker: ...``; needs rich.."""

    def __init__(
        self, tracker: MultiStageProgressTracker, console: Console | None = None, *, interval_seconds: float = 0.1
    ) -> None:
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn  # noqa: PLC0415 - an extra's

        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[detail]}"),
            console=console,
        )
        self._run = self._progress.add_task("whole run", total=1.0, detail="")
        self._stages: dict[str, TaskID] = {
            name: self._progress.add_task(f"  {name}", total=1.0, detail="") for name in tracker.stage_weights
        }
        self._substages: dict[tuple[str, str], TaskID] = {}
        self._tracker = tracker
        self.show(tracker.snapshot())
        tracker.subscribe(self.show, interval_seconds=interval_seconds)

    def show(self, event: ProgressEvent) -> None:
        """Draw an event."""
        left = left_text(event.eta_seconds, event.eta_low_seconds, event.eta_high_seconds)
        self._progress.update(self._run, completed=event.time_fraction, detail=left)
        for stage in event.stages:
            self._progress.update(self._stages[stage.name], completed=stage.fraction, detail=count_of(stage))
            for substage in stage.substages:
                place = (stage.name, substage.name)
                if place not in self._substages:
                    self._substages[place] = self._progress.add_task(f"    {substage.name}", total=1.0, detail="")
                is_over = substage.state in (StageState.DONE, StageState.SKIPPED)
                self._progress.update(self._substages[place], completed=substage.fraction, visible=not is_over)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.show(self._tracker.snapshot())
        self._progress.stop()
