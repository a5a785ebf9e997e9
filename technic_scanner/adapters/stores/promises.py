"""The total seconds that the ETA predicted when a run passed certain shares of its work, taken from stored events."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from technic_scanner.adapters.stores.rows import PREDICTION_MOMENTS
from technic_scanner.domain.progress import ProgressEvent

_NEAR = 0.1  # an event this far past a moment still counts for it


def may_have_passed(known: Collection[str], event: ProgressEvent) -> bool:
    """Return whether the event is past a moment (after the start) that has no prediction yet."""
    return any(name not in known and 0.0 < share <= event.overall_fraction for name, share in PREDICTION_MOMENTS)


def new_promises(
    known: Collection[str], before: ProgressEvent | None, batch: Sequence[ProgressEvent]
) -> dict[str, float]:
    """Return the predicted total seconds at each moment that these events are the first to pass.

    ``before`` is the event before the batch. The prediction of the first event with an ETA within a moment counts; if
    an event jumps over a moment, as at the end of a stage, it is the latest prediction before it.
    """
    made: dict[str, float] = {}
    for event in batch:
        for name, share in PREDICTION_MOMENTS:
            if name in known or name in made or event.overall_fraction < share:
                continue
            teller = event if _is_within(name, event) else _last_before(share, before)
            if teller is not None and teller.eta_seconds is not None:
                made[name] = teller.elapsed_seconds + teller.eta_seconds
        before = event
    return made


def _is_within(moment: str, event: ProgressEvent) -> bool:
    """Return whether the event belongs to this moment: before the next one, and not far past its beginning."""
    name, share = [item for item in PREDICTION_MOMENTS if event.overall_fraction >= item[1]][-1]
    return name == moment and event.overall_fraction <= share + _NEAR


def _last_before(share: float, before: ProgressEvent | None) -> ProgressEvent | None:
    return before if before is not None and before.overall_fraction < share else None
