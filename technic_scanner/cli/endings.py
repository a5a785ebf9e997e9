"""Determine how a run ended: an exit code for programs and a sentence for people."""

from __future__ import annotations

from collections import Counter
from datetime import date

from technic_scanner.cli.output import Exit
from technic_scanner.domain.metrics import FailureKind, Outcome
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.domain.stage import Stage
from technic_scanner.errors import ResultsNotReadyError, StoreDataError
from technic_scanner.runs.service.service import RunService


def end_code(service: RunService, run: RunRecord) -> Exit:
    """Return the exit code of an ended run; FAILED also if its source returned no bars for any symbol."""
    if run.status is not RunStatus.SUCCEEDED:
        return Exit.INTERRUPTED if run.status in (RunStatus.CANCELLED, RunStatus.INTERRUPTED) else Exit.FAILED
    if why_unread(service, run) is not None:
        return Exit.FAILED
    return Exit.EMPTY if run.outcome is Outcome.EMPTY else Exit.DONE


def end_sentence(service: RunService, run: RunRecord) -> str:
    """Return a sentence on how a run ended, with the code of its error if it has one."""
    if run.error is not None:
        return f"{run.error.message} [{run.error.code}]"
    return why_unread(service, run) or run.status_text or f"Run {run.run_id} is {run.status.value}."


def why_unread(service: RunService, run: RunRecord) -> str | None:
    """Return why no symbol could be read; None if any could be read or none was requested.

    For the pipeline such a run is a success without rows; for the user of the command line the source has failed.
    """
    metrics = run.metrics
    if run.status is not RunStatus.SUCCEEDED or metrics is None:
        return None
    if metrics.symbols_scanned or not metrics.symbols_attempted:
        return None
    failures = service.result(run.run_id).failures
    unread = [item for item in failures if item.stage == Stage.DATA_FETCHING and item.kind is FailureKind.ERROR]
    if len(unread) < metrics.symbols_attempted:
        return None
    reason, count = Counter(item.reason for item in unread).most_common(1)[0]
    detail = next(item.detail for item in unread if item.reason == reason).rstrip(".")
    return f"No symbol could be read: {reason.replace('_', ' ')} for {count:,} of {len(unread):,} ({detail})."


def about_data(service: RunService, run: RunRecord) -> tuple[date | None, tuple[str, ...]]:
    """Return the newest session of a run's result and the notes on its data; nothing if it has no result."""
    try:
        stored = service.result(run.run_id)
    except (ResultsNotReadyError, StoreDataError):
        return None, ()
    return stored.as_of, stored.notes
