"""Replay a run into a contestant and measure how far its ETAs were from the truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.progress.contestants import Contestant, Ours, PublicTracker
from benchmarks.progress.traces import DECLARE, END, START, Call, Trace
from technic_scanner.clock import ManualClock

SAMPLES = 200  # moments of a run, evenly spread over its time, at which the ETA is read

Maker = Callable[[ManualClock, Trace, tuple[Trace, ...]], Contestant]


@dataclass(frozen=True)
class Reading:
    """One look at an ETA: share of the run's time gone, the ETA and its band, the truth, in seconds."""

    moment: float
    eta: float | None
    band: tuple[float, float] | None
    truth: float


def replay(make: Maker, trace: Trace, past: tuple[Trace, ...]) -> list[Reading]:
    """Feed a run to a contestant on virtual time and read its ETA at evenly spread moments."""
    clock = ManualClock()
    contestant = make(clock, trace, past)
    total = trace.seconds
    moments = [total * (i + 0.5) / SAMPLES for i in range(SAMPLES)]
    readings: list[Reading] = []

    def move_to(at: float) -> None:
        while len(readings) < SAMPLES and moments[len(readings)] < at:
            moment = moments[len(readings)]
            clock.advance(max(0.0, moment - clock.monotonic()))
            eta, band = (
                contestant.eta_and_band() if isinstance(contestant, Ours | PublicTracker) else (contestant.eta(), None)
            )
            readings.append(Reading(moment / total, eta, band, total - moment))
        clock.advance(max(0.0, at - clock.monotonic()))

    for call in trace.calls:
        move_to(call.at)
        _tell(contestant, call)
    return readings


def _tell(contestant: Contestant, call: Call) -> None:
    if call.what == START:
        contestant.stage(call.stage)
    elif call.what == DECLARE:
        contestant.declare(call.stage, call.unit_class, call.units)
    elif call.what == END:
        contestant.stage_done()
    else:
        contestant.step(call.unit_class, call.units)


def mean_error(readings: list[Reading], total: float) -> float:
    """Return mean |ETA - truth| / total in %, an unknown ETA counted as 100."""
    errors = [1.0 if item.eta is None else abs(item.eta - item.truth) / total for item in readings]
    return 100 * sum(errors) / len(errors)


def coverage(readings: list[Reading]) -> float | None:
    """Return the share of the moments with a band at which it held the truth, in %; None without bands."""
    held = [item.band[0] <= item.truth <= item.band[1] for item in readings if item.band is not None]
    return 100 * sum(held) / len(held) if held else None
