"""Follow a run to its end for a person or a program, and handle Ctrl-C."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from technic_scanner.bootstrap import Services
from technic_scanner.cli.endings import end_code
from technic_scanner.cli.output import Exit, say
from technic_scanner.domain.run import RunRecord

if TYPE_CHECKING:
    from technic_scanner.cli.terminal import Show

POLL_SECONDS = 0.2


@dataclass(slots=True)
class Follower:
    """The position in a run's events: all events up to number ``seen`` have been shown."""

    services: Services
    run_id: str
    seen: int = 0

    def to_end(self, show: Show) -> RunRecord:
        """Show events until the last one of an ended run is shown; a repeated call continues."""
        service = self.services.service
        while True:
            # The run first: once it says that it has ended, every event is in the journal.
            run = service.get(self.run_id)
            events = service.events(self.run_id, self.seen)
            for event in events:
                with held_back():
                    show(event)
                    self.seen = event.seq
            if run.status.is_terminal and not events:
                return run
            if not events:
                self.services.clock.sleep(POLL_SECONDS)


@contextmanager
def held_back() -> Iterator[None]:
    """Delay Ctrl-C until the end of the block: otherwise bars or an event could be printed twice."""
    usual = signal.getsignal(signal.SIGINT)
    if usual is not signal.default_int_handler:  # Ctrl-C is ignored or does not raise
        yield
        return
    presses: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _frame: presses.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
    if presses:
        raise KeyboardInterrupt


def present(services: Services, run_id: str) -> int:
    """Return the event number to follow from so that a run's current state is shown at once.

    Events are self-contained, so the last one is enough. A new attempt without an event has no state: the last event
    then belongs to the previous attempt.
    """
    run = services.service.get(run_id)
    latest = services.service.latest_event(run_id)
    if latest is None:
        return 0
    return latest.seq - 1 if latest.attempt == run.attempt else latest.seq


def watch_to_end(services: Services, run_id: str, *, progress: bool, as_json: bool) -> Exit:
    """Watch a run from its current state on; Ctrl-C leaves it running."""
    from technic_scanner.cli.terminal import event_view  # noqa: PLC0415 - with rich, which no worker needs

    _say_if_for_another_host(services, run_id)
    follower = Follower(services, run_id, present(services, run_id))
    try:
        with event_view(as_json=as_json, quiet=not progress) as show:
            run = follower.to_end(show)
    except KeyboardInterrupt:
        say(f"Run {run_id} continues. To watch it again: technic-scanner watch {run_id}")
        raise typer.Exit(Exit.INTERRUPTED) from None
    return end_code(services.service, run)


def follow(services: Services, run_id: str, seen: int, *, progress: bool, as_json: bool) -> Exit:
    """Watch a run; Ctrl-C cancels it and the view continues to its end; a second Ctrl-C exits without waiting."""
    from technic_scanner.cli.terminal import event_view  # noqa: PLC0415 - as above

    _say_if_for_another_host(services, run_id)
    follower = Follower(services, run_id, seen)
    cancelled = False
    try:
        with event_view(as_json=as_json, quiet=not progress) as show:
            try:
                run = follower.to_end(show)
            except KeyboardInterrupt:
                cancelled = True
                services.service.cancel(run_id)
                say("Cancelling ...")
                run = follower.to_end(show)
    except KeyboardInterrupt:
        if cancelled:  # otherwise the key was pressed after the end, while the view was closing
            say(f"Run {run_id} is being cancelled. To resume it afterwards: technic-scanner resume {run_id}")
        raise typer.Exit(Exit.INTERRUPTED) from None
    return _after_cancel(services, run) if cancelled else end_code(services.service, run)


def _say_if_for_another_host(services: Services, run_id: str) -> None:
    if sentence := services.waits_elsewhere(services.service.get(run_id)):
        say(sentence)


def _after_cancel(services: Services, run: RunRecord) -> Exit:
    """Print how a cancelled run ended, and return its exit code."""
    if run.status.can_resume:
        say(f"Run {run.run_id} is {run.status.value}. To resume it: technic-scanner resume {run.run_id}")
        return Exit.INTERRUPTED
    say(f"Run {run.run_id} had ended before it could be cancelled.")
    return end_code(services.service, run)
