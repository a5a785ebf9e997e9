"""Draw the plots of docs/progress.md from the benchmark's own runs; the only module here that needs matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import matplotlib.pyplot as plt

from benchmarks.progress.contestants import FixedWeights, Ours, Rich, Tqdm
from benchmarks.progress.score import Maker, replay
from benchmarks.progress.workloads import WORKLOADS, simulate

if TYPE_CHECKING:
    from benchmarks.progress.__main__ import Row

# Okabe-Ito: told apart by people with any kind of colour vision.
LINES: tuple[tuple[str, Maker, str, str], ...] = (
    ("tqdm, one bar", Tqdm, "#E69F00", ":"),
    ("rich, 30 s window", Rich, "#009E73", "--"),
    ("fixed weights", FixedWeights, "#CC79A7", "-."),
    ("ours", Ours, "#0072B2", "-"),
)
SHOWN = (0, 3, 6, 9)
SEED = 3


def draw(rows: Sequence[Row], folder: Path) -> None:
    """Write ``eta-runs.svg`` and ``eta-error.svg`` into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    # A fixed salt and no date, so that the same numbers make the same file.
    mpl.rcParams.update(
        {"svg.hashsalt": "technic", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
    )
    _draw_runs(folder / "eta-runs.svg")
    _draw_errors(rows, folder / "eta-error.svg")


def _draw_runs(path: Path) -> None:
    figure, axes = plt.subplots(2, 2, figsize=(9, 6.2), layout="constrained")
    for axis, index in zip(axes.flat, SHOWN, strict=True):
        trace, past = simulate(WORKLOADS[index], SEED)
        total = trace.seconds
        for label, make, colour, style in LINES:
            readings = replay(make, trace, past)
            moments = [item.moment * total for item in readings]
            axis.plot(moments, [item.eta for item in readings], color=colour, linestyle=style, label=label, lw=1.3)
            if make is Ours:
                banded = [item for item in readings if item.band is not None]
                low = [item.band[0] for item in banded if item.band]
                high = [item.band[1] for item in banded if item.band]
                axis.fill_between(
                    [item.moment * total for item in banded],
                    low,
                    high,
                    color=colour,
                    alpha=0.18,
                    lw=0,
                    label="80 % band",
                )
        axis.plot([0, total], [total, 0], color="black", lw=1, label="truth")
        for start in trace.stage_starts()[1:]:
            axis.axvline(start, color="0.85", lw=0.8, zorder=0)
        axis.set(title=WORKLOADS[index].name, xlim=(0, total), ylim=(0, 2.2 * total), xlabel="seconds into the run")
    axes[0][0].set_ylabel("predicted seconds left")
    axes[1][0].set_ylabel("predicted seconds left")
    handles, labels = axes[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=6, frameon=False)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def _draw_errors(rows: Sequence[Row], path: Path) -> None:
    figure, axis = plt.subplots(figsize=(9, 4), layout="constrained")
    positions = list(range(len(rows)))[::-1]
    markers = ("^", "s", "D", "o")
    for (label, _, colour, _), marker in zip(LINES, markers, strict=True):
        axis.plot([row.errors[label] for row in rows], positions, marker, color=colour, label=label, ms=7)
    axis.set_xscale("log")
    axis.set_xticks([3, 5, 10, 20, 50, 100, 200, 400], labels=["3", "5", "10", "20", "50", "100", "200", "400"])
    axis.set_xticks([], minor=True)
    axis.set_yticks(positions, labels=[row.name for row in rows])
    axis.set_xlabel("mean |ETA - truth| / total, % (log scale); left is better")
    axis.grid(axis="x", color="0.9")
    figure.legend(loc="outside lower center", ncols=4, frameon=False)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
