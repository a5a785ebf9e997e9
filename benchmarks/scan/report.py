"""The table of ratios and the goals, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Goal:
    """A figure that was promised: ``text`` says what of what, ``least`` whether more is better."""

    text: str
    figure: float
    goal: float
    least: bool = False
    unit: str = ""

    @property
    def met(self) -> bool:
        """Whether it holds."""
        return self.figure >= self.goal if self.least else self.figure <= self.goal

    @property
    def row(self) -> str:
        """The goal as a row of a table."""
        sign = "≥" if self.least else "≤"
        verdict = "met" if self.met else "**missed**"
        return f"| {self.text} | {self.figure:.3g}{self.unit} | {sign} {self.goal:g}{self.unit} | {verdict} |"


def times_table(title: str, best: dict[str, float], base: str, limit: str) -> list[str]:
    """Return seconds by contestant, slowest first, as ratios to ``base`` and to ``limit``."""
    lines = [f"| {title} | ms | × {base} | × {limit} |", "|---|---|---|---|"]
    for name, seconds in sorted(best.items(), key=lambda item: -item[1]):
        speed, slower = best[base] / seconds, seconds / best[limit]
        lines.append(f"| {name} | {1e3 * seconds:,.1f} | {speed:.3g} | {slower:,.3g} |")
    return lines


def goals_table(goals: Sequence[Goal]) -> list[str]:
    """Return the goals with what was measured."""
    return ["| goal | figure | promised | |", "|---|---|---|---|", *(goal.row for goal in goals)]
