"""The newest session judged: who passes, how many each clause lets through, and the reason of everybody else."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from technic_scanner.criteria.evaluate import evaluate, numbers, texts_of
from technic_scanner.criteria.kernel_bars import positions
from technic_scanner.criteria.kernel_points import as_numbers
from technic_scanner.criteria.lacking import lacking
from technic_scanner.criteria.levels import fixed
from technic_scanner.criteria.panel import Panel
from technic_scanner.criteria.printer import heading_of, text_of
from technic_scanner.criteria.symbol_part import NOTHING_KEPT, Kept
from technic_scanner.criteria.tree import LABEL, NUMBER, Node
from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.bars import Panel as Bars

if TYPE_CHECKING:
    from technic_scanner.criteria.criteria import Criteria

FALSE, UNKNOWN, TRUE = 0, 1, 2
_MOST_FACTS = 4


@dataclass(frozen=True)
class Judgement:
    """What the criteria say of every symbol of a panel in its newest session.

    ``truth``: (n,) int8, 0 false, 1 unknown, 2 true. ``clauses``: the same of each clause, (clauses, n). ``facts``: the
    values that clauses compare, (n,) each by node. ``shown``: own columns by heading, (n,) numbers or texts. ``order``:
    the value of ``rank by``, None without one.
    """

    criteria: Criteria
    panel: Panel
    truth: npt.NDArray[np.int8]
    clauses: npt.NDArray[np.int8]
    facts: dict[Node, Any]
    shown: dict[str, Any]
    order: FloatArray | None
    at_last_bar: bool = False

    @cached_property
    def has_bar(self) -> npt.NDArray[np.bool_]:
        """Which symbols have a bar in the newest session, (n,); where each is judged at its last bar, any bar."""
        close = self.panel.bars.close
        if self.at_last_bar:
            return np.asarray(self._last_bar >= 0, dtype=np.bool_)
        if not close.shape[1]:
            return np.zeros(len(close), dtype=np.bool_)
        return np.asarray(~np.isnan(close[:, -1]), dtype=np.bool_)

    @cached_property
    def _last_bar(self) -> npt.NDArray[np.int32]:
        """The column of each symbol's last bar, (n,), -1 where there is none."""
        last: npt.NDArray[np.int32] = positions(fixed(self.panel.bars.close), 1)[:, 0]
        return last

    @property
    def passes(self) -> npt.NDArray[np.bool_]:
        """Which symbols pass, (n,): those of which the condition is true."""
        return np.asarray((self.truth == TRUE) & self.has_bar)

    def matches(self) -> list[str]:
        """Return the symbols that pass: in the order of ``rank by`` and cut to its top, else in the panel's order."""
        rows = np.flatnonzero(self.passes)
        rank = self.criteria.tree.rank
        if rank is not None and self.order is not None:
            value = self.order[rows]
            key = -value if rank.descending else value
            rows = rows[np.argsort(key, kind="stable")][: rank.top]  # NaN, the unknown, last
        return [self.panel.symbols[row] for row in rows.tolist()]

    def counts(self) -> dict[str, int]:
        """Return for each clause how many symbols with a bar it alone is true of."""
        texts = [text_of(node) for node in self.criteria.clauses]
        return {text: int(((row == TRUE) & self.has_bar).sum()) for text, row in zip(texts, self.clauses, strict=True)}

    def left_after(self) -> dict[str, int]:
        """Return for each clause how many symbols are left after it and all before it."""
        left = self.has_bar.copy()
        found: dict[str, int] = {}
        for node, row in zip(self.criteria.clauses, self.clauses, strict=True):
            left &= row == TRUE
            found[text_of(node)] = int(left.sum())
        return found

    @cached_property
    def is_false(self) -> npt.NDArray[np.bool_]:
        """Which symbols have a bar and a condition that is false, (n,)."""
        return np.asarray((self.truth == FALSE) & self.has_bar)

    @property
    def unknown(self) -> int:
        """How many symbols with a bar the condition is unknown of."""
        return int(((self.truth == UNKNOWN) & self.has_bar).sum())

    @cached_property
    def lacking(self) -> tuple[str, ...]:
        """A sentence on each thing that the criteria read and the panel has of no symbol, such as a benchmark."""
        return lacking(self.criteria.tree, self.panel)

    def failing(self, row: int) -> tuple[Node, bool] | None:
        """Return the first clause that is not true of a symbol and whether it is unknown; None if it passes."""
        if not self.has_bar[row] or self.truth[row] == TRUE:
            return None
        first = int(self._first_failing[row])
        return self.criteria.clauses[first], bool(self.clauses[first, row] == UNKNOWN)

    @cached_property
    def _first_failing(self) -> npt.NDArray[np.intp]:
        """The first clause that is not true, (n,)."""
        first: npt.NDArray[np.intp] = np.argmax(self.clauses != TRUE, axis=0)
        return first

    def explain(self, row: int) -> str:
        """Return why a symbol does not pass, with the facts of the first clause that is not true, or that it passes."""
        if not self.has_bar[row]:
            return "It has no bar in the newest session."
        failing = self.failing(row)
        if failing is None:
            return f"{text_of(self.criteria.tree.where)} is true."
        word = "unknown" if failing[1] else "false"
        text, compared = self._told[int(self._first_failing[row])]
        facts = [f"{name} {_value(values, row)}" for name, values in compared]
        day = self._day(row)
        told = f": {', '.join(facts)} on {day}" if facts else f" on {day}"
        return f"{text} is {word}{told}"

    @cached_property
    def _told(self) -> list[tuple[str, list[tuple[str, Any]]]]:
        """For each clause its text, and the texts and values of what it compares."""
        return [
            (text_of(node), [(text_of(fact), self.facts[fact]) for fact in facts_of(node)[:_MOST_FACTS]])
            for node in self.criteria.clauses
        ]

    def _day(self, row: int) -> str:
        """Return the session that a symbol is judged in, as text."""
        column = int(self._last_bar[row]) if self.at_last_bar else len(self.panel.sessions) - 1
        if column not in self._days:
            self._days[column] = str(np.datetime64(self.panel.sessions[column], "D"))
        return self._days[column]

    @cached_property
    def _days(self) -> dict[int, str]:
        """Sessions as text by column, those that were asked for."""
        return {}


def _value(values: Any, row: int) -> str:
    value = values[row]
    if isinstance(value, str):
        return f'= "{value}"'
    return "is unknown" if value is None or math.isnan(value) else f"= {number_text(float(value))}"


def number_text(value: float) -> str:
    """Return a number for a sentence: two decimals where that shows four digits, else four significant ones."""
    size = abs(value)
    if size >= 10.0 or value == 0.0:
        return f"{value:,.2f}".removesuffix(".00") if size < 1e15 else f"{value:.4g}"
    return f"{value:.4g}"


@lru_cache(maxsize=1024)
def facts_of(clause: Node) -> tuple[Node, ...]:
    """Return the values that a clause compares, outermost first; literals are none."""
    found: dict[Node, None] = {}
    stack = [clause]
    while stack:
        node = stack.pop()
        if node.kind in {NUMBER, LABEL} and node.op not in {"number", "text", "negative"}:
            found[node] = None
        elif node.op == "let" and node.kind not in {NUMBER, LABEL}:
            stack.append(node.args[0])
        elif node.op != "number":
            stack.extend(reversed(node.args))
    return tuple(found)


def truth(criteria: Criteria, panel: Panel | Bars, sessions: int, threads: int | None) -> FloatArray:
    """Return 1.0, 0.0 or NaN for each symbol and session."""
    if isinstance(sessions, bool) or not isinstance(sessions, int) or sessions < 1:
        raise ValueError(f"sessions must be a whole number of at least 1, not {sessions!r}")
    return numbers(criteria.tree.where, whole(panel), sessions, threads)


def whole(panel: Panel | Bars) -> Panel:
    """Return bars alone as a panel that knows nothing else."""
    return panel if isinstance(panel, Panel) else Panel(panel)


def judged_roots(criteria: Criteria) -> tuple[Node, ...]:
    """Return every node whose values a judgement computes."""
    facts = (fact for node in criteria.clauses for fact in facts_of(node))
    rank = () if criteria.tree.rank is None else (criteria.tree.rank.by,)
    shown = (show.value for show in criteria.tree.shows)
    wanted = (node for node in (*facts, *rank, *shown) if node.kind != LABEL)
    return tuple(dict.fromkeys((criteria.tree.where, *criteria.clauses, *wanted)))


def judge(
    criteria: Criteria,
    panel: Panel | Bars,
    threads: int | None,
    *,
    at_last_bar: bool = False,
    kept: Kept = NOTHING_KEPT,
) -> Judgement:
    """Return the judgement of the newest session, or of each symbol's last bar; ``kept``: what is known already."""
    panel = whole(panel)
    facts = tuple(dict.fromkeys(fact for node in criteria.clauses for fact in facts_of(node)))
    rank = () if criteria.tree.rank is None else (criteria.tree.rank.by,)
    shown = tuple(show.value for show in criteria.tree.shows)
    roots = judged_roots(criteria)
    found = evaluate(roots, panel, 1, threads, at_last_bar=at_last_bar, kept=kept)
    values = {node: _column(array) for node, array in zip(roots, found, strict=True)}
    told = {node: values[node] if node in values else texts_of(node, panel) for node in (*facts, *shown)}
    return Judgement(
        criteria,
        panel,
        values[criteria.tree.where],
        np.array([values[node] for node in criteria.clauses]),
        {node: told[node] for node in facts},
        {heading_of(show): _shown(told[show.value]) for show in criteria.tree.shows},
        values[rank[0]] if rank else None,
        at_last_bar,
    )


def _column(values: Any) -> Any:
    if values.shape[1]:
        return values[:, -1]
    return np.full(len(values), 1 if values.dtype == np.int8 else np.nan, dtype=values.dtype)


def _shown(values: Any) -> Any:
    return as_numbers(values) if getattr(values, "dtype", None) == np.int8 else values
