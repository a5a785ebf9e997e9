"""Put the benchmark's results into Markdown tables and a list of goals, met or not."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev

PROTOTYPE = (3.6, 6.9, 4.0, 5.8, 4.7, 4.3, 9.4, 5.4, 17.5, 97.0)
HARD = ("same, heavy-tailed units", "same, heavy-tailed", "provider throttles ×3 mid-run")
OURS, FLOOR = "ours", "floor"
PUBLIC, TODAY = "public class", "weights alone"
TQDM, RICH, FIXED = "tqdm, one bar", "rich, 30 s window", "fixed weights"
SHOWN = (TQDM, RICH, FIXED, OURS)
HELD_FROM, HELD_TO = 70, 90


@dataclass(frozen=True)
class Judged:
    """One run: errors by contestant and how often our band held the truth, in %."""

    errors: dict[str, float]
    held: float


@dataclass(frozen=True)
class Row:
    """The means over the runs of a workload, ours and the floor's with their standard error, in %."""

    name: str
    errors: dict[str, float]
    standard_errors: dict[str, float]
    held: float
    runs: int
    learned: bool


def make_row(name: str, judged: Sequence[Judged], *, learned: bool) -> Row:
    """Return the means over runs."""
    columns = {label: [run.errors[label] for run in judged] for label in judged[0].errors}
    spreads = {label: stdev(column) / math.sqrt(len(column)) for label, column in columns.items()}
    means = {label: fmean(column) for label, column in columns.items()}
    return Row(name, means, spreads, fmean(run.held for run in judged), len(judged), learned)


def simulated_table(rows: Sequence[Row]) -> str:
    """Return the simulated workloads as a Markdown table, the prototype's figures beside ours."""
    head = ["workload", *SHOWN, "prototype", "floor", "80 % band holds"]
    body = []
    for row, prototype in zip(rows, PROTOTYPE, strict=True):
        floor = _with_error(row, FLOOR) if FLOOR in row.errors else "–"
        body.append([row.name, *_cells(row), f"{prototype:g}", floor, f"{row.held:.0f} %"])
    return markdown(head, body)


def recorded_table(rows: Sequence[Row], head: str = "recorded scans") -> str:
    """Return scans that have no prototype's figures as a Markdown table."""
    return markdown(
        [head, *SHOWN, "80 % band holds"],
        [[row.name, *_cells(row), f"{row.held:.0f} %"] for row in rows],
    )


def goals(rows: Sequence[Row], recorded: Sequence[Row]) -> list[str]:
    """Return one line for every goal on every row: met, or by how much it is missed."""
    lines = []
    for row, prototype in zip(rows, PROTOTYPE, strict=True):
        ours = row.errors[OURS]
        if row.learned:
            floor = f"; the floor is {row.errors[FLOOR]:.2f}"
            lines.append(_goal(row, "at or under the prototype", ours, prototype) + floor)
        else:
            lines.append(_goal(row, "better than tqdm and rich", ours, min(row.errors[TQDM], row.errors[RICH])))
            if "matching" in row.name:
                lines.append(_goal(row, "within twice the fixed weights", ours, 2 * row.errors[FIXED]))
    for row in (*rows, *recorded):
        if row.learned and row.name not in HARD:
            lines.append(_goal(row, "at most 5", row.errors[OURS], 5.0))
        held = HELD_FROM <= round(row.held) <= HELD_TO
        lines.append(f"{_met(held)}  {row.name}: band holds {HELD_FROM}-{HELD_TO} %: {row.held:.0f} %")
    return lines


DIRECT_SHOWN = (TQDM, RICH, TODAY, PUBLIC)
MOST_OF_PEERS, MOST_OF_TODAY, MOST_WITH_PAST = 1.0, 1.5, 0.2


def direct_table(rows: Sequence[Row]) -> str:
    """Return the runs of a tracker that is used directly as a Markdown table."""
    body = []
    for row in rows:
        peers = [f"{row.errors[label]:,.1f}" for label in DIRECT_SHOWN[:-1]]
        body.append([row.name, *peers, f"**{_with_error(row, PUBLIC)}**", f"{row.held:.0f} %"])
    return markdown(["300 s, 1,200 units", *DIRECT_SHOWN, "80 % band holds"], body)


def direct_goals(rows: Sequence[Row], stated: Mapping[str, float]) -> list[str]:
    """Return one line for every goal of the public class: beside tqdm and rich, and beside the weights alone.

    ``stated`` are the errors of the weights alone as the issue that set the goals gives them.
    """
    lines = []
    for row in rows:
        peers, found = min(row.errors[TQDM], row.errors[RICH]), row.errors[PUBLIC]
        if row.learned:
            lines.append(_goal(row, "at most 0.2 of the better of tqdm and rich", found, MOST_WITH_PAST * peers))
            continue
        lines.append(_goal(row, "at most the better of tqdm and rich", found, MOST_OF_PEERS * peers))
        if row.errors[TODAY] < peers:
            lines.append(_goal(row, "at most 1.5 of the weights alone", found, MOST_OF_TODAY * row.errors[TODAY]))
            lines.append(_goal(row, "at most 1.5 of what was stated of them", found, MOST_OF_TODAY * stated[row.name]))
    for row in rows:
        held = HELD_FROM <= round(row.held) <= HELD_TO
        lines.append(f"{_met(held)}  {row.name}: band holds {HELD_FROM}-{HELD_TO} %: {row.held:.0f} %")
    return lines


def past_goals(rows: Sequence[Row]) -> list[str]:
    """Return one line for every row with past runs: at most a fifth of the better of tqdm and rich."""
    return [
        _goal(
            row,
            "at most 0.2 of tqdm and rich",
            row.errors[OURS],
            MOST_WITH_PAST * min(row.errors[TQDM], row.errors[RICH]),
        )
        for row in rows
        if row.learned
    ]


def put_into(page: Path, name: str, text: str) -> None:
    """Replace what stands between ``<!-- name -->`` and ``<!-- end -->`` in a page; ValueError if nothing does."""
    old = page.read_text(encoding="utf-8")
    new, found = re.subn(
        rf"(<!-- {name} -->\n).*?(\n<!-- end -->)", lambda at: at[1] + text + at[2], old, flags=re.DOTALL
    )
    if not found:
        raise ValueError(f"{page} has no place for {name}")
    page.write_text(new, encoding="utf-8")


def _goal(row: Row, goal: str, ours: float, limit: float) -> str:
    return f"{_met(ours <= limit)}  {row.name}: {goal}: {ours:.2f} against {limit:.2f}"


def _met(met: bool) -> str:
    return "met    " if met else "NOT met"


def _cells(row: Row) -> list[str]:
    """Return the errors of those shown; in bold and with its standard error for ours."""
    return [f"{row.errors[label]:,.1f}" for label in SHOWN[:-1]] + [f"**{_with_error(row, OURS)}**"]


def _with_error(row: Row, label: str) -> str:
    return f"{row.errors[label]:.1f} ± {row.standard_errors[label]:.1f}"


def markdown(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---|" * (len(head) - 1)]
    return "\n".join([*lines, *("| " + " | ".join(cells) + " |" for cells in body)])
