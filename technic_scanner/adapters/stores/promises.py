"""What the ETA promised when a run passed each moment of its work, judged by its events as they are stored."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from technic_scanner.adapters.stores.rows import PREDICTION_MOMENTS
from technic_scanner.domain.progress import ProgressEvent

_NEAR = 0.1  # an event this far past a moment still tells what was promised at it


def may_have_passed(known: Collection[str], event: ProgressEvent) -> bool:
    """Tell whether the event lies past a moment, after the start, of which no promise is known."""
    return any(name not in known and 0.0 < share <= event.overall_fraction for name, share in PREDICTION_MOMENTS)


def new_promises(
    known: Collection[str], before: ProgressEvent | None, batch: Sequence[ProgressEvent]
) -> dict[str, float]:
    """Return the total seconds that were promised at each moment which these events are the first to pass.

    ``before`` is the event before the batch. The promise of the first event with an ETA within a moment counts; where
    an event jumps over a moment, as the end of a stage does, it is the promise that stood until then.
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
    """Tell whether the event is of this moment, which reaches to the next one, and not far past its beginning."""
    name, share = [item for item in PREDICTION_MOMENTS if event.overall_fraction >= item[1]][-1]
    return name == moment and event.overall_fraction <= share + _NEAR


def _last_before(share: float, before: ProgressEvent | None) -> ProgressEvent | None:
    return before if before is not None and before.overall_fraction < share else None
