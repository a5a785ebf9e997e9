"""Evaluate a program over a panel: chunks of symbols in threads, values across symbols first, then per symbol."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from technic_scanner.criteria import labels
from technic_scanner.criteria.across import across_symbols
from technic_scanner.criteria.evaluator import Evaluator
from technic_scanner.criteria.levels import Level, Periods, day_level, fixed, index_of
from technic_scanner.criteria.panel import Panel
from technic_scanner.criteria.program import Program
from technic_scanner.criteria.surroundings import Surroundings
from technic_scanner.criteria.tree import DAILY, LABEL, MARKET, YES_NO, Frame, Node
from technic_scanner.screening.bars import FIELDS, DateArray

# Cells of one array of a chunk: small enough that the arrays of a program stay in a core's cache.
CHUNK_CELLS = 1 << 16
LEAST_ROWS = 8


def evaluate(
    roots: Sequence[Node], panel: Panel, sessions: int = 1, threads: int | None = None, *, at_last_bar: bool = False
) -> list[Any]:
    """Return the values of each root, (n, sessions), the newest session last.

    Numbers are float64 with NaN for unknown, yes/no is int8: 0 false, 1 unknown, 2 true. A session on which a symbol
    has no bar is unknown. ``threads``: at most that many, by default one a core.
    ``at_last_bar``: with one session, the value of each symbol's last bar, whichever session that is of.
    """
    total = len(panel.sessions)
    sessions = min(sessions, total)
    if not len(panel.symbols) or sessions == 0:
        return [np.empty((len(panel.symbols), sessions), np.int8 if r.kind == YES_NO else np.float64) for r in roots]
    program = Program.of(roots)
    run = _Run(program, panel, sessions, threads or min(4, os.cpu_count() or 1), at_last_bar=at_last_bar)
    found = run.values()
    return [found[root] for root in roots]


class _Run:
    """One evaluation."""

    def __init__(
        self, program: Program, panel: Panel, sessions: int, threads: int, *, at_last_bar: bool = False
    ) -> None:
        self.program = program
        self.panel = panel
        self.sessions = sessions
        self._threads = threads
        self._at_last_bar = at_last_bar
        self.periods = Periods(panel.sessions, panel.calendar)
        self.columns = min(len(panel.sessions), sessions + program.price_reach)
        self._across: dict[Node, Any] = {}
        self._subjects: dict[str, Any] = {}
        self._found: dict[Node, tuple[Any, Any, Any]] = {}

    def values(self) -> dict[Node, Any]:
        """Return the values of every root on the panel's sessions."""
        for node in self.program.across:
            self._across[node] = self._compared(node)
        for node in self.program.outer:
            frame = node.frame
            if frame is not None and frame.subject != DAILY.subject:
                self.subject(node)
        out = {
            root: np.empty((len(self.panel.symbols), self.sessions), np.int8 if root.kind == YES_NO else np.float64)
            for root in self.program.roots
        }
        bounds = self._bounds()
        self._each(bounds, lambda start, stop: self._chunk(start, stop, out))
        return out

    def _bounds(self) -> list[tuple[int, int]]:
        count = len(self.panel.symbols)
        kept = [node for node in self.program.order if node.op != "field" and node.frame is not None]
        widest = max((min(self.columns, self.sessions + self.program.reach[node]) for node in kept), default=1)
        size = max(LEAST_ROWS, min(CHUNK_CELLS // widest, -(-count // self._threads)))
        return [(start, min(start + size, count)) for start in range(0, count, size)]

    def _each(self, bounds: list[tuple[int, int]], work: Callable[[int, int], None]) -> None:
        if self._threads == 1 or len(bounds) == 1:
            for start, stop in bounds:
                work(start, stop)
            return
        with ThreadPoolExecutor(min(self._threads, len(bounds))) as pool:
            for done in [pool.submit(work, start, stop) for start, stop in bounds]:
                done.result()

    def _chunk(self, start: int, stop: int, out: dict[Node, Any]) -> None:
        level, whole = day_level(self.panel.bars, start, stop, self.columns)
        evaluator = Evaluator(self.program, level, DAILY, _Rows(self, start, stop), self.sessions)
        closes = self.panel.bars.close[start:stop, len(self.panel.sessions) - self.sessions :]
        missing = np.isnan(closes)
        with np.errstate(all="ignore"):
            for root in self.program.roots:
                values = evaluator.value(root)
                self._place(values, level, missing, out[root][start:stop], whole=whole)

    def _place(self, values: Any, level: Level, missing: Any, out: Any, *, whole: bool) -> None:
        """Put the newest values of each row's bars at their sessions; unknown where there is no bar."""
        unknown = 1 if values.dtype == np.int8 else np.nan
        if whole:
            out[:] = values[:, values.shape[1] - self.sessions :]
            out[missing] = unknown
            return
        if self._at_last_bar:
            out[:] = np.where(level.when[:, -1:] >= 0, values[:, -1:], values.dtype.type(unknown))
            return
        out[:] = unknown
        k = min(values.shape[1], level.shape[1])
        column = level.when[:, level.shape[1] - k :] - (len(self.panel.sessions) - self.sessions)
        rows, places = np.nonzero(column >= 0)
        wide = np.broadcast_to(values[:, values.shape[1] - k :], column.shape)
        out[rows, column[rows, places]] = wide[rows, places]

    def _compared(self, node: Node) -> Any:
        """Return a node's values across symbols, (n, sessions), of as many sessions as are read."""
        total = len(self.panel.sessions)
        reach = self.program.reach[node]
        wanted = min(total, self.sessions + reach)
        if (reach or self._at_last_bar) and np.isnan(self.panel.bars.close[:, total - wanted :]).any():
            wanted = total  # bars ago are further sessions ago where some are missing
        values = self._of_members(evaluate([node.args[0]], self.panel, wanted, self._threads)[0])
        function, by = node.value
        rows = np.zeros(len(self.panel.symbols), np.int64) if by is None else labels.groups(self.panel.texts(by))[0]
        return fixed(across_symbols(function, values, rows))

    def _of_members(self, values: Any) -> Any:
        """Return values (n, k) of the newest sessions, NaN where a symbol was not in the universe."""
        members = self.panel.members
        return values if members is None else np.where(members[:, members.shape[1] - values.shape[1] :], values, np.nan)

    def across(self, node: Node) -> Any:
        """Return what was compared across symbols."""
        return self._across[node]

    def subject(self, node: Node) -> tuple[Any, Any, Any]:
        """Return the values of the market or of the sectors, the row of each symbol, the column of each session."""
        assert node.frame is not None
        if node not in self._found:
            evaluator, rows, columns = self._subject(node.frame.subject)
            with np.errstate(all="ignore"):
                self._found[node] = evaluator.value(node), rows, columns
        return self._found[node]

    def _subject(self, name: str) -> tuple[Evaluator, Any, Any]:
        if name not in self._subjects:
            level, rows, sessions = self._market() if name == MARKET else self._sectors()
            around = Surroundings(Periods(sessions, self.panel.calendar))
            evaluator = Evaluator(self.program, level, Frame(name), around, level.shape[1])
            self._subjects[name] = evaluator, rows, _columns_on(level, sessions, self.panel.sessions)
        found: tuple[Evaluator, Any, Any] = self._subjects[name]
        return found

    def _market(self) -> tuple[Level, Any, Any]:
        bars, rows = self.panel.market, np.zeros(len(self.panel.symbols), np.int64)
        if bars is None or not len(bars.symbols) or not len(bars.sessions):
            nothing = fixed(np.full((1, len(self.panel.sessions)), np.nan))
            when = np.arange(len(self.panel.sessions), dtype=np.int32)[None]
            return Level(dict.fromkeys(FIELDS, nothing), when), rows, self.panel.sessions
        until = bars.until(self.panel.bars.last_session)
        level, _ = day_level(until, 0, 1, len(until.sessions))
        return level, rows, until.sessions

    def _sectors(self) -> tuple[Level, Any, Any]:
        rows, count = labels.groups(self.panel.texts("sector"))
        close = fixed(index_of(rows, max(count, 1), self._of_members(self.panel.bars.close)))
        when = np.arange(close.shape[1], dtype=np.int32)[None]
        nothing = fixed(np.full(close.shape, np.nan))
        return Level(dict.fromkeys(FIELDS, nothing) | {"close": close}, when), rows, self.panel.sessions

    def market_close(self) -> Any:
        """Return the market's close of each of the panel's sessions, NaN where it has no bar on that day."""
        out = np.full(len(self.panel.sessions), np.nan)
        bars = self.panel.market
        if bars is not None and len(bars.symbols):
            _, mine, theirs = np.intersect1d(self.panel.sessions, bars.sessions, return_indices=True)
            out[mine] = bars.close[0][theirs]
        return out


def _columns_on(level: Level, sessions: DateArray, days: DateArray) -> Any:
    """Return the column of a level's bar on each of ``days``, -1 where it has none that day."""
    columns = np.full(len(days), -1, dtype=np.int64)
    place = np.flatnonzero(level.when[0] >= 0)
    _, mine, theirs = np.intersect1d(days, sessions[level.when[0][place]], return_indices=True)
    columns[mine] = place[theirs]
    return columns


class _Rows(Surroundings):
    """What the symbols of one chunk are beside their bars."""

    def __init__(self, run: _Run, start: int, stop: int) -> None:
        super().__init__(run.periods)
        self._run = run
        self._cut = slice(start, stop)

    def label(self, name: str) -> labels.Texts:
        return self._run.panel.texts(name)[self._cut]

    def number(self, name: str) -> Any:
        values = self._run.panel.numbers.get(name)
        return np.nan if values is None else values[self._cut]

    def across(self, node: Node) -> Any:
        return self._run.across(node)[self._cut]

    def subject(self, node: Node) -> tuple[Any, Any, Any]:
        values, rows, columns = self._run.subject(node)
        return values, rows[self._cut], columns

    def market_close(self) -> Any:
        return self._run.market_close()


def texts_of(node: Node, panel: Panel) -> labels.Texts | None:
    """Return the texts of a label's node, None for another kind."""
    while node.op == "let":
        node = node.args[0]
    if node.kind != LABEL:
        return None
    return panel.texts(node.value) if node.op == "label" else (node.value,) * len(panel.symbols)
