"""Count the units of a class whose cost changes in a known order as units of mean cost."""

from __future__ import annotations

import math
from dataclasses import replace

from technic_scanner.progress.priors import Job
from technic_scanner.progress.shape import Shape
from technic_scanner.progress.shifts import LOG_JUMP
from technic_scanner.progress.stage_view import Seen

_LEAST = 1e-9  # units; a measurement of none cannot be used


def in_equivalents(job: Job, done: float, shape: Shape) -> Job:
    """Return the job in units of mean cost, of which ``done`` real units are done.

    The shape applies to all units of the class; the measured ones are the last of those done. A shift of the level that
    past runs had in the same place is none.
    """
    total = done + job.left
    if shape.trust == 0 or total <= 0:
        return job
    at = done / total
    cv = math.sqrt((1 - shape.trust) * job.cv**2 + shape.trust * shape.cv**2)
    left = total * (1 - shape.until(at))
    if job.seen is None:
        return replace(job, left=left, cv=cv)
    seen = _seen_in_equivalents(job.seen, total, at, shape)
    return replace(job, left=left, cv=cv, seen=seen)


def _seen_in_equivalents(seen: Seen, total: float, at: float, shape: Shape) -> Seen:
    start = max(0.0, at - seen.units / total)
    units = max(_LEAST, total * shape.between(start, at))
    if not seen.shifted:
        return replace(seen, units=units)
    before = max(_LEAST, total * shape.between(max(0.0, start - seen.units_before / total), start))
    jump = math.log(seen.seconds / units) - math.log(max(seen.seconds_before, _LEAST) / before)
    equivalent = replace(seen, units=units, units_before=before)
    return equivalent.whole() if abs(jump) <= LOG_JUMP else equivalent
