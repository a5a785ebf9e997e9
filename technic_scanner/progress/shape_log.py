"""Record how the cost of a class of work is spread over its units, from the first to the last, in bounded memory."""

from __future__ import annotations

import math
from array import array
from itertools import accumulate, pairwise

PARTS = 20  # of equally many units, whose shares of the cost later runs are told
LEAST_STEPS = 2 * PARTS  # fewer reports say nothing about parts
_BUCKETS = 64


class ShapeLog:
    """Seconds by position: equally wide buckets of units, which become twice as wide when they are all in use."""

    __slots__ = ("_seconds", "_steps", "_units", "_width")

    def __init__(self) -> None:
        self._seconds = array("d")
        self._width = 1.0  # units of a bucket
        self._units = 0.0
        self._steps = 0

    def add(self, units: float, seconds: float) -> None:
        """Record the next ``units``, which took ``seconds``."""
        start, end = self._units, self._units + units
        while end > self._width * _BUCKETS:
            self._widen()
        first, last = int(start / self._width), math.ceil(end / self._width) - 1
        if last >= len(self._seconds):
            self._seconds.extend([0.0] * (last + 1 - len(self._seconds)))
        if first >= last:
            self._seconds[last] += seconds
        else:
            for bucket in range(first, last + 1):
                inside = min(end, (bucket + 1) * self._width) - max(start, bucket * self._width)
                self._seconds[bucket] += seconds * inside / units
        self._units = end
        self._steps += 1

    def shares(self) -> tuple[float, ...]:
        """Return the share of the seconds of each of the 20 parts; empty if there were too few reports."""
        total = math.fsum(self._seconds)
        if self._steps < LEAST_STEPS or not 0 < total < math.inf:
            return ()
        sums = [0.0, *accumulate(self._seconds)]
        places = [part * self._units / PARTS for part in range(PARTS + 1)]
        passed = [self._until(sums, place) for place in places]
        return tuple(round(max(0.0, after - before) / total, 4) for before, after in pairwise(passed))

    def _until(self, sums: list[float], place: float) -> float:
        """Return the seconds of the first ``place`` units."""
        bucket = min(int(place / self._width), len(sums) - 2)
        width = min(self._width, self._units - bucket * self._width)  # the last bucket may be cut short
        return sums[bucket] + (sums[bucket + 1] - sums[bucket]) * min(1.0, (place - bucket * self._width) / width)

    def _widen(self) -> None:
        pairs = self._seconds if len(self._seconds) % 2 == 0 else array("d", [*self._seconds, 0.0])
        self._seconds = array("d", map(sum, zip(pairs[::2], pairs[1::2], strict=True)))
        self._width *= 2
