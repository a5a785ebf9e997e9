"""Chunk tasks that travel to other processes: plain work, and work that waits, fails or dies when told."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from technic_scanner.clock import SystemClock
from technic_scanner.screening.bars import FloatArray, Panel

PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.01
_CLOCK = SystemClock()


@dataclass(frozen=True)
class RowMeans:
    """The mean close of each row."""

    def __call__(self, chunk: Panel) -> FloatArray:
        means: FloatArray = chunk.close.mean(axis=1, keepdims=True)
        return means


@dataclass(frozen=True)
class Gated:
    """Leaves a file named after its process in ``folder``, and answers once a file ``open`` is there."""

    folder: Path

    def __call__(self, chunk: Panel) -> FloatArray:
        (self.folder / f"{os.getpid()}.started").touch()
        until(self.folder / "open")
        return RowMeans()(chunk)


@dataclass(frozen=True)
class Failing:
    """Raises for the chunk that holds ``symbol``."""

    symbol: str

    def __call__(self, chunk: Panel) -> FloatArray:
        if self.symbol in chunk.symbols:
            raise ZeroDivisionError(f"{self.symbol} cannot be computed")
        return RowMeans()(chunk)


@dataclass(frozen=True)
class Deadly:
    """Kills the process that computes it; never run it in threads."""

    def __call__(self, chunk: Panel) -> FloatArray:
        os.kill(os.getpid(), signal.SIGKILL)
        return np.empty((chunk.shape[0], 1))


def until(path: Path) -> None:
    """Return when ``path`` exists; AssertionError if it does not come to be."""
    deadline = _CLOCK.monotonic() + PATIENCE_SECONDS
    while not path.exists():
        assert _CLOCK.monotonic() < deadline, f"{path.name} never came"
        _CLOCK.sleep(POLL_SECONDS)


def first_started(folder: Path) -> int:
    """Return the process that began the first gated chunk, once there is one."""
    deadline = _CLOCK.monotonic() + PATIENCE_SECONDS
    while not (started := sorted(folder.glob("*.started"))):
        assert _CLOCK.monotonic() < deadline, "no chunk was ever begun"
        _CLOCK.sleep(POLL_SECONDS)
    return int(started[0].stem)
