"""Contestants that take turns in one process, so that a busy machine hits all alike, and what they ran on."""

from __future__ import annotations

import gc
import importlib.metadata
import os
import platform
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Contestant:
    """One way to do the work: ``run`` is timed ``times`` a round, ``scale`` times that is the whole work."""

    name: str
    run: Callable[[], object]
    times: int = 1
    scale: float = 1.0
    prepare: Callable[[], None] = lambda: None
    seconds: list[float] = field(default_factory=list)
    processor_seconds: list[float] = field(default_factory=list)

    def measure(self) -> None:
        """Add this round's seconds."""
        for _ in range(self.times):
            self.prepare()
            start, processor = time.perf_counter(), time.process_time()
            self.run()
            self.seconds.append((time.perf_counter() - start) * self.scale)
            self.processor_seconds.append((time.process_time() - processor) * self.scale)

    @property
    def best(self) -> float:
        """The least of all seconds: what the work costs when nothing disturbs it."""
        return min(self.seconds)

    @property
    def best_processor(self) -> float:
        """The least processor time of this process, of all its threads: other work on the machine changes it little."""
        return min(self.processor_seconds)


def take_turns(contestants: Sequence[Contestant], rounds: int) -> dict[str, float]:
    """Let everyone run once a round; return the least seconds of each."""
    for number in range(rounds):
        for contestant in contestants:
            contestant.measure()
            gc.collect()
        print(f"round {number + 1} of {rounds} done", flush=True)
    return {contestant.name: contestant.best for contestant in contestants}


def machine(packages: Iterable[str]) -> str:
    """Return processor, load, Python and the versions of ``packages`` as one sentence without its end."""
    versions = []
    for name in packages:
        try:
            versions.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            versions.append(f"{name} not installed")
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())
    load = f"load {os.getloadavg()[0]:.1f}"
    return f"{model}, {os.cpu_count()} processors, {load}, Python {platform.python_version()}, {', '.join(versions)}"
