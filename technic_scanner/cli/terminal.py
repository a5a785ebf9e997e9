"""Shows a run's events in a terminal: stage bars with rich, plain lines without a terminal, JSON lines on request."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from technic_scanner.cli.output import emit, say
from technic_scanner.domain.progress import EventKind, ProgressEvent, StageProgress, StageState
from technic_scanner.progress.text import format_estimate, format_percent, format_throughput, format_time
from technic_scanner.runs.codec import event_to_dict

Show = Callable[[ProgressEvent], None]


@contextmanager
def event_view(*, as_json: bool, quiet: bool) -> Iterator[Show]:
    """Yield what shows an event: JSON lines, nothing, live bars on a terminal, or plain lines."""
    if as_json:
        yield lambda event: emit(event_to_dict(event))
    elif quiet:
        yield lambda _event: None
    elif sys.stderr.isatty():
        with StageBars(Console(stderr=True)) as bars:
            yield bars.show
    else:
        yield plain_line


def plain_line(event: ProgressEvent) -> None:
    """Print a boundary or message event as one line; advance events would flood a log file."""
    if event.kind is EventKind.ADVANCED:
        return
    parts = [format_percent(event.time_fraction), _stage_of(event), event.kind.value.replace("_", " ")]
    if event.kind in (EventKind.MESSAGE, EventKind.RUN_FINISHED):
        parts.append(event.message)
    say(" ".join(part for part in parts if part))


def _stage_of(event: ProgressEvent) -> str:
    """Return the stage at work, or the one that has just ended."""
    if event.current_stage is not None or event.kind is not EventKind.STAGE_COMPLETED:
        return event.current_stage or ""
    return [stage.name for stage in event.stages if stage.state is StageState.DONE][-1]


class StageBars:
    """One bar for the whole and one for each stage, drawn by rich."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description:<18}"),
            BarColumn(bar_width=36),
            TextColumn("{task.fields[share]:>6}"),
            TextColumn("{task.fields[facts]}"),
            console=console,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._progress.stop()

    def show(self, event: ProgressEvent) -> None:
        """Draw the event's state."""
        self._draw("overall", "Overall", event.time_fraction, _overall_facts(event))
        for stage in event.stages:
            self._draw(stage.name, stage.name.replace("_", " ").capitalize(), stage.fraction, _stage_facts(stage))
        if event.kind is EventKind.MESSAGE:
            self._progress.console.print(event.message)

    def _draw(self, key: str, name: str, fraction: float, facts: str) -> None:
        share = format_percent(fraction)
        if key not in self._tasks:
            self._tasks[key] = self._progress.add_task(name, total=1.0, share=share, facts=facts)
        self._progress.update(self._tasks[key], completed=fraction, share=share, facts=facts)


def _overall_facts(event: ProgressEvent) -> str:
    left = format_estimate(event.eta_seconds, event.eta_low_seconds, event.eta_high_seconds)
    asked = event.cache_hits + event.cache_misses
    cache = f"  cache {event.cache_hits / asked:.0%}" if asked else ""
    return f"{format_time(event.elapsed_seconds)} elapsed, {left} left{cache}"


def _stage_facts(stage: StageProgress) -> str:
    total = "?" if stage.total is None else stage.total
    rate = "" if stage.throughput is None else f"  {format_throughput(stage.throughput, 'units')}"
    steps = ", ".join(f"{step.name} {format_percent(step.fraction)}" for step in stage.substages)
    return f"{stage.completed}/{total}{rate}  {steps}" if stage.completed or stage.substages else stage.state.value
