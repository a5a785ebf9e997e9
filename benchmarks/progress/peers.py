"""Compare the public class with tqdm, rich, alive-progress, enlighten and progressbar2: ETA error and cost, one table.

The errors are those of runs of 300 seconds and 1,200 units (see direct.py) without past runs, on virtual time, as mean
|ETA - truth| / total in %; every peer has one bar over all units, with its default smoothing. The cost is the processor
time of one update while nothing is drawn.
"""

from __future__ import annotations

import argparse
import io
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from statistics import fmean
from unittest.mock import patch

import enlighten
import progressbar
from alive_progress import alive_bar
from alive_progress.utils.timing import fn_simple_eta, gen_simple_exponential_smoothing

from benchmarks.progress import cost
from benchmarks.progress.contestants import OneBar, PublicTracker, Rich, Tqdm
from benchmarks.progress.direct import DIRECTS, simulate_direct
from benchmarks.progress.score import Maker, mean_error, replay
from benchmarks.progress.tables import markdown, put_into
from benchmarks.progress.traces import Trace
from benchmarks.progress.workloads import PAST_RUNS
from technic_scanner.clock import ManualClock

NEVER = cost.NEVER
UNITS = 10**9


class Asked(OneBar, ABC):
    """A bar whose smoothing is fed at every step and look, as a real one's is at redraws."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock, self._done = clock, 0

    def step(self, unit_class: str, units: int) -> None:
        self._done += units
        if units > 0:
            self._feed()

    def eta(self) -> float | None:
        return self._feed() if self._done else None

    @abstractmethod
    def _feed(self) -> float | None:
        """Tell the smoothing how it stands; return its ETA in seconds."""


class AliveProgress(Asked):
    """The two smoothings of alive_bar, as it sets them up."""

    def __init__(self, clock: ManualClock, trace: Trace, _past: tuple[Trace, ...]) -> None:
        super().__init__(clock)
        self._rate = gen_simple_exponential_smoothing(0.3, lambda position, elapsed: position / elapsed)
        self._eta = gen_simple_exponential_smoothing(0.5, fn_simple_eta(sum(step.units for step in trace.steps)))
        self._rate.send(None)
        self._eta.send(None)

    def _feed(self) -> float | None:
        rate = self._rate.send((self._done, self._clock.monotonic()))
        return self._eta.send((self._done, rate)) if rate else None


class Enlighten(OneBar):
    """A counter of enlighten, told the elapsed seconds; its ETA is read before it is rounded to text."""

    def __init__(self, clock: ManualClock, trace: Trace, _past: tuple[Trace, ...]) -> None:
        self._clock = clock
        manager = enlighten.Manager(stream=io.StringIO(), enabled=False)
        self._counter = manager.counter(total=sum(step.units for step in trace.steps), bar_format="{eta}")

    def step(self, unit_class: str, units: int) -> None:
        self._counter.update(units)

    def eta(self) -> float | None:
        with patch("enlighten._counter.format_time", lambda seconds: repr(float(seconds))):
            shown = self._counter.format(width=80, elapsed=self._clock.monotonic()).strip()
        return None if shown.startswith("?") else float(shown)


class ProgressBar2(Asked):
    """The ETA of progressbar2's default bar, SmoothingETA."""

    def __init__(self, clock: ManualClock, trace: Trace, _past: tuple[Trace, ...]) -> None:
        super().__init__(clock)
        total = sum(step.units for step in trace.steps)
        self._bar = progressbar.ProgressBar(max_value=total, fd=io.StringIO())
        self._widget = progressbar.SmoothingETA()

    def _feed(self) -> float | None:
        elapsed = timedelta(seconds=self._clock.monotonic())
        smoothed = self._widget.smoothing_algorithm.update(self._done, elapsed)
        return self._widget._calculate_eta(self._bar, {"value": self._done}, smoothed, elapsed)


def _alive_bar() -> cost.Update:
    kept = ExitStack()  # open for good, as a bar is while it is updated
    return kept.enter_context(alive_bar(UNITS, file=io.StringIO(), force_tty=False, receipt=False))


def _enlighten() -> cost.Update:
    return enlighten.Manager(stream=io.StringIO(), enabled=False).counter(total=UNITS, min_delta=NEVER).update


def _progressbar() -> cost.Update:
    bar = progressbar.ProgressBar(max_value=UNITS, fd=io.StringIO(), min_poll_interval=NEVER, poll_interval=NEVER)
    return bar.start().increment


PEERS: tuple[tuple[str, str, Maker, Callable[[], cost.Update]], ...] = (
    ("tqdm", "tqdm.update", Tqdm, cost.tqdm_update),
    ("rich", "rich Progress.update", Rich, cost.rich_update),
    ("alive-progress", "alive_bar", AliveProgress, _alive_bar),
    ("enlighten", "Counter.update", Enlighten, _enlighten),
    ("progressbar2", "ProgressBar.increment", ProgressBar2, _progressbar),
)
OURS = "MultiStageProgressTracker"


def errors(make: Maker, seeds: Sequence[int], past_runs: int = 0) -> list[float]:
    """Return the mean error on each of the workloads, in %."""
    found = []
    for workload in DIRECTS:
        runs = [simulate_direct(workload, seed, past_runs) for seed in seeds]
        found.append(fmean(mean_error(replay(make, trace, past), trace.seconds) for trace, past in runs))
    return found


def table(seeds: Sequence[int], updates: int, repeats: int) -> str:
    """Return the table of all peers and ours."""
    made = {name: make_update for name, _, _, make_update in PEERS} | {
        f"{OURS}.advance": cost.tracker_advance,
        f"{OURS}.update": cost.tracker_update,
    }
    nanoseconds = cost.measure(updates, repeats, made, time.process_time_ns)
    head = ["", *(workload.name for workload in DIRECTS), "ns an update, 1 thread", "8 threads"]
    body = []
    for name, call, make, _ in PEERS:
        body.append(
            [f"{name} {version(name)}, `{call}`", *map(_percent, errors(make, seeds)), *_costs(nanoseconds[name])]
        )
    costs = [
        " / ".join(pair)
        for pair in zip(*(_costs(nanoseconds[f"{OURS}.{one}"]) for one in ("advance", "update")), strict=True)
    ]
    for past_runs, title in ((0, "no past runs"), (PAST_RUNS, f"{PAST_RUNS} past runs")):
        own = [f"**{_percent(error)}**" for error in errors(PublicTracker, seeds, past_runs)]
        body.append([f"`{OURS}`, {title}, `advance` / `update`", *own, *costs])
    return markdown(head, body)


def _percent(error: float) -> str:
    return f"{error:,.1f}"


def _costs(pair: tuple[float, float]) -> list[str]:
    return [f"{one:,.0f}" for one in pair]


def main() -> None:
    """Print the table; with ``--docs`` put it into docs/progress.md as well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=24)
    parser.add_argument("--updates", type=int, default=20_000)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--docs", type=Path, help="docs folder whose progress.md to renew")
    options = parser.parse_args()
    found = table(range(options.seeds), options.updates, options.repeats)
    print(found)
    if options.docs is not None:
        put_into(options.docs / "progress.md", "peers", found)


if __name__ == "__main__":
    main()
