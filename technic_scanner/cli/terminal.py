"""Show a run's events: stage bars in a terminal, plain lines without a terminal, JSON lines on request."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, Task, TaskID, TextColumn
from rich.table import Column, Table

from technic_scanner.cli.output import emit, say
from technic_scanner.domain.printable import visible
from technic_scanner.domain.progress import EventKind, ProgressEvent, StageProgress, StageState, SubstageProgress
from technic_scanner.domain.stage import unit_of
from technic_scanner.progress.text import format_percent, left_text, rate_text, seconds_text
from technic_scanner.runs.serialization import event_to_dict

Show = Callable[[ProgressEvent], None]
_Place = tuple[int, int]  # row of the stage (0 is the whole run), and row of the sub-stage in it (0 is the stage)


@contextmanager
def event_view(*, as_json: bool, quiet: bool) -> Iterator[Show]:
    """Yield a function that shows an event: as JSON lines, not at all, as live bars or as plain lines."""
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
    """Print a boundary or message event as one line; advance events are omitted to keep log files short."""
    if event.kind is EventKind.ADVANCED:
        return
    if event.kind is EventKind.RUN_FINISHED:
        say(_end_of(event))
        return
    parts = [format_percent(event.time_fraction), _stage_of(event), event.kind.value.replace("_", " ")]
    parts.append(event.message if event.kind is EventKind.MESSAGE else f"- {_left(event)}")
    say(" ".join(part for part in parts if part))


def _end_of(event: ProgressEvent) -> str:
    """Return that the run has ended, and in which stage; the command itself prints the reason.

    For a run that stopped early the share of its total time is unknown, so no percentage is shown.
    """
    if event.time_fraction >= 1.0:
        return f"{format_percent(event.time_fraction)} run finished"
    stopped = [stage.name for stage in event.stages if stage.state in (StageState.FAILED, StageState.CANCELLED)]
    return " in ".join(["run stopped", *stopped[:1]])


def _stage_of(event: ProgressEvent) -> str:
    """Return the current stage, or the one that has just ended."""
    if event.current_stage is not None or event.kind is not EventKind.STAGE_COMPLETED:
        return event.current_stage or ""
    return [stage.name for stage in event.stages if stage.state is StageState.DONE][-1]


def _widths(columns: int) -> tuple[int, int]:
    """Return the widths of a bar and of the facts beside it: a narrow terminal shortens the bar, then the facts.

    If there is no room for facts, there is no bar. Two columns are kept free for the ^C that a terminal echoes: if it
    started a new line, the bars would be redrawn one line too low and the first bar would be visible twice.
    """
    rest = columns - 2 - 18 - 6 - 3  # for ^C, name, share and the spaces between them
    bar = min(36, max(10, rest - 56))  # 56: usual maximum width of the facts
    return (bar, rest - bar) if rest - bar >= 10 else (0, max(1, rest + 1))


class StageBars:
    """One bar for the run, one per stage, and one per sub-stage of the running stage, drawn by rich."""

    def __init__(self, console: Console) -> None:
        bar, facts = _widths(console.width)
        self._progress = _SortedProgress(
            TextColumn("{task.description:<18}"),
            *([BarColumn(bar_width=bar)] if bar else []),
            TextColumn("{task.fields[share]:>6}"),
            TextColumn("{task.fields[facts]}", table_column=Column(no_wrap=True, overflow="ellipsis", max_width=facts)),
            console=console,
        )
        self._tasks: dict[_Place, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._progress.stop()

    def show(self, event: ProgressEvent) -> None:
        """Draw the event's state."""
        self._draw((0, 0), "Overall", event.time_fraction, _overall_facts(event))
        for row, stage in enumerate(event.stages, start=1):
            name = stage.name.replace("_", " ").capitalize()
            self._draw((row, 0), name, stage.fraction, _stage_facts(stage))
            shown = stage.state is not StageState.DONE
            for place, step in enumerate(stage.substages, start=1):
                self._draw((row, place), f"  {step.name}", step.fraction, _step_facts(step), shown=shown)
        if event.kind is EventKind.MESSAGE:
            self._progress.console.print(visible(event.message, keep="\n"), markup=False)

    def _draw(self, place: _Place, name: str, fraction: float, facts: str, *, shown: bool = True) -> None:
        share = format_percent(fraction)
        if place not in self._tasks:
            self._tasks[place] = self._progress.add_task(name, total=1.0, share=share, facts=facts, place=place)
        self._progress.update(self._tasks[place], completed=fraction, share=share, facts=facts, visible=shown)


class _SortedProgress(Progress):
    """Draws tasks sorted by position, because sub-stages become known after the stages that follow theirs."""

    def make_tasks_table(self, tasks: Iterable[Task]) -> Table:
        return super().make_tasks_table(sorted(tasks, key=lambda task: task.fields["place"]))


def _overall_facts(event: ProgressEvent) -> str:
    """Return time left, elapsed time and cache hit rate, by importance: a narrow terminal cuts the end off."""
    facts = [] if event.kind is EventKind.RUN_FINISHED else [_left(event)]
    facts.append(f"{seconds_text(event.elapsed_seconds)} elapsed")
    asked = event.cache_hits + event.cache_misses
    if asked:
        facts.append(f"cache {event.cache_hits / asked:.0%}")
    return "  ".join(facts)


def _left(event: ProgressEvent) -> str:
    return left_text(event.eta_seconds, event.eta_low_seconds, event.eta_high_seconds)


def _stage_facts(stage: StageProgress) -> str:
    if not stage.completed and not stage.substages:
        return stage.state.value
    facts = [f"{stage.completed:,} / {'?' if stage.total is None else f'{stage.total:,}'} {unit_of(stage.name)}"]
    if stage.state is not StageState.RUNNING:
        return "  ".join([*facts, seconds_text(stage.elapsed_seconds)])
    if stage.throughput is not None:
        facts.append(rate_text(stage.throughput, unit_of(stage.name)))
    if stage.eta_seconds is not None:
        facts.append(f"{seconds_text(stage.eta_seconds)} left")
    return "  ".join(facts)


def _step_facts(step: SubstageProgress) -> str:
    total = "?" if step.total is None else f"{step.total:,}"
    return f"{step.completed:,} / {total}  {seconds_text(step.elapsed_seconds)}"
