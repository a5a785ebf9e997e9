"""Evaluate a program over a panel: chunks of symbols in threads, values across symbols first, then per symbol."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from technic_scanner.criteria import kernel_points as points
from technic_scanner.criteria import labels
from technic_scanner.criteria.across import across_symbols
from technic_scanner.criteria.evaluator import Evaluator
from technic_scanner.criteria.levels import Level, Periods, columns_on, day_level, fixed, index_of, spread
from technic_scanner.criteria.panel import Panel
from technic_scanner.criteria.program import Program
from technic_scanner.criteria.shared_values import NOTHING_SHARED, Shared
from technic_scanner.criteria.surroundings import Surroundings
from technic_scanner.criteria.symbol_part import NOTHING_KEPT, Kept, sessions_read
from technic_scanner.criteria.tree import DAILY, LABEL, MARKET, YES_NO, Frame, Node
from technic_scanner.screening.bars import FIELDS, FloatArray
from technic_scanner.screening.index_bars import index_bars

# Cells of one array of a chunk: small enough that the arrays of a program stay in a core's cache.
CHUNK_CELLS = 1 << 16
LEAST_ROWS = 8


def evaluate(
    roots: Sequence[Node],
    panel: Panel,
    sessions: int = 1,
    threads: int | None = None,
    *,
    at_last_bar: bool = False,
    kept: Kept = NOTHING_KEPT,
) -> list[Any]:
    """Return the values of each root, (n, sessions), the newest session last.

    Numbers are float64 with NaN for unknown, yes/no is int8: 0 false, 1 unknown, 2 true. A session on which a symbol
    has no bar is unknown. ``threads``: at most that many, by default one a core.
    ``at_last_bar``: with one session, the value of each symbol's last bar, whichever session that is of. ``kept``:
    values of the panel's symbols that need not be computed again.
    """
    total = len(panel.sessions)
    sessions = min(sessions, total)
    if not len(panel.symbols) or sessions == 0:
        return [np.empty((len(panel.symbols), sessions), np.int8 if r.kind == YES_NO else np.float64) for r in roots]
    threads = threads or min(4, os.cpu_count() or 1)
    run = Evaluation(kept.program(roots, sessions), panel, sessions, threads, at_last_bar=at_last_bar, kept=kept)
    found = run.values()
    return [found[root] for root in roots]


def numbers(root: Node, panel: Panel, sessions: int, threads: int | None) -> FloatArray:
    """Return the truth of a condition as ``evaluate`` does, as 0.0, NaN (unknown) and 1.0."""
    sessions = min(sessions, len(panel.sessions))
    if not len(panel.symbols) or sessions == 0:
        return np.empty((len(panel.symbols), sessions))
    threads = threads or min(4, os.cpu_count() or 1)
    return Evaluation(Program.of([root]), panel, sessions, threads).numbers()


class Evaluation:
    """One evaluation of a program over a panel; ``shared`` values across symbols are not computed again."""

    def __init__(
        self,
        program: Program,
        panel: Panel,
        sessions: int,
        threads: int,
        *,
        at_last_bar: bool = False,
        kept: Kept = NOTHING_KEPT,
        shared: Shared = NOTHING_SHARED,
    ) -> None:
        self.program = program
        self.panel = panel
        self.sessions = sessions
        self._threads = threads
        self._at_last_bar = at_last_bar
        self._kept = kept
        self.periods = Periods(panel.sessions, panel.calendar)
        self.columns = min(len(panel.sessions), sessions + program.price_reach)
        self._across: dict[Node, Any] = dict(shared.across)
        self._subjects: dict[str, Any] = {}
        self._found: dict[Node, tuple[Any, Any, Any]] = dict(shared.subjects)

    def values(self) -> dict[Node, Any]:
        """Return the values of every root on the panel's sessions."""
        self.prepare()
        out = {
            root: np.empty((len(self.panel.symbols), self.sessions), np.int8 if root.kind == YES_NO else np.float64)
            for root in self.program.roots
        }
        self._each(self.bounds(), lambda start, stop: self._chunk(start, stop, out))
        return out

    def numbers(self) -> FloatArray:
        """Return the truth of the only root on the panel's sessions: 0.0, NaN (unknown) and 1.0."""
        self.prepare()
        out = self._buffer()
        self._each(self.bounds(), lambda start, stop: self._numbers_chunk(start, stop, out[start:stop]))
        return out

    def _buffer(self) -> FloatArray:
        """Return where the truth is put: what was compared across symbols, of which a chunk reads its own rows alone.

        They are read before the truth of the chunk is there, so that no second array of the panel's shape is needed.
        """
        shape = len(self.panel.symbols), self.sessions
        held = next(iter(self._across.values()), None)
        owner = None if held is None else held.base
        return owner if owner is not None and owner.shape == shape else np.empty(shape)

    def _numbers_chunk(self, start: int, stop: int, out: FloatArray) -> None:
        level, evaluator = self.evaluator(start, stop)
        root = self.program.roots[0]
        with np.errstate(all="ignore"):
            values = evaluator.value(root)
        if level.is_panel:
            points.put_numbers(values, level.prices["close"], out)
            return
        truth = np.empty(out.shape, np.int8)
        self.place(values, level, None, truth)
        out[:] = points.as_numbers(truth)

    def prepare(self) -> None:
        """Compute what all symbols share: values across them, of the market and of sectors."""
        for node in self.program.across:
            if node not in self._across:
                self._across[node] = self._compared(node)
        for node in self.program.outer:
            frame = node.frame
            if node not in self.program.known and frame is not None and frame.subject != DAILY.subject:
                self.subject(node)

    def shared(self) -> Shared:
        """Return what ``prepare`` has computed."""
        return Shared(self._across, self._found)

    def bounds(self) -> list[tuple[int, int]]:
        """Return the first symbol of each chunk and the one after its last."""
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

    def evaluator(self, start: int, stop: int) -> tuple[Level, Evaluator]:
        """Return the daily bars of a chunk, and what evaluates the program on them."""
        level = day_level(self.panel.bars, start, stop, self.columns)
        evaluator = Evaluator(self.program, level, DAILY, _Rows(self, start, stop), self.sessions)
        for node in self.program.known_here:
            evaluator.take(node, self._kept.bars[node][start:stop])
        return level, evaluator

    def _chunk(self, start: int, stop: int, out: dict[Node, Any]) -> None:
        level, evaluator = self.evaluator(start, stop)
        closes = self.panel.bars.close[start:stop, len(self.panel.sessions) - self.sessions :]
        missing = np.isnan(closes)
        with np.errstate(all="ignore"):
            for root in self.program.roots:
                self.place(evaluator.value(root), level, missing, out[root][start:stop])

    def place(self, values: Any, level: Level, missing: Any, out: Any) -> None:
        """Put the newest values of each row's bars at their sessions; unknown where there is no bar."""
        unknown = 1 if values.dtype == np.int8 else np.nan
        if level.is_panel:
            out[:] = values[:, values.shape[1] - self.sessions :]
            out[missing] = unknown
            return
        if self._at_last_bar:
            out[:] = np.where(level.when[:, -1:] >= 0, values[:, -1:], values.dtype.type(unknown))
            return
        out[:] = unknown
        spread(np.broadcast_to(values, (len(out), values.shape[1])), level, len(self.panel.sessions), out)

    def _compared(self, node: Node) -> Any:
        """Return a node's values across symbols, (n, sessions), of as many sessions as are read."""
        count, total = len(self.panel.symbols), len(self.panel.sessions)
        close, arg = self.panel.bars.close, node.args[0]
        read = sessions_read(close, self.sessions, self.program.reach[node], at_last_bars=self._at_last_bar)
        first = int(read[0])
        values = self._kept.on_sessions(arg, read)
        if values is None:
            found = evaluate([arg], self.panel, total - first, self._threads, kept=self._kept)[0]
            values = found if len(read) == total - first else found[:, read - first]
        values = self._of_members(values, read)
        function, by = node.value
        rows = np.zeros(count, np.int64) if by is None else labels.groups(self.panel.texts(by))[0]
        across = across_symbols(function, values if values.flags.writeable else values.copy(), rows, self._threads)
        if len(read) == total - first:
            return fixed(across)
        out = np.full((count, total - first), np.nan)
        out[:, read - first] = across
        return fixed(out)

    def _of_members(self, values: Any, sessions: Any) -> Any:
        """Return values (n, k) of some sessions, NaN where a symbol was not in the universe."""
        members = self.panel.members
        return values if members is None else np.where(members[:, sessions], values, np.nan)

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
            self._subjects[name] = evaluator, rows, columns_on(level, sessions, self.panel.sessions)
        found: tuple[Evaluator, Any, Any] = self._subjects[name]
        return found

    def _market(self) -> tuple[Level, Any, Any]:
        bars, rows = self.panel.market, np.zeros(len(self.panel.symbols), np.int64)
        if bars is None or not len(bars.symbols):
            bars = self.panel.index or index_bars(self.panel.bars, self.panel.members)
        if not len(bars.sessions):
            nothing = fixed(np.full((1, len(self.panel.sessions)), np.nan))
            when = np.arange(len(self.panel.sessions), dtype=np.int32)[None]
            return Level(dict.fromkeys(FIELDS, nothing), when), rows, self.panel.sessions
        until = bars.until(self.panel.bars.last_session)
        level = day_level(until, 0, 1, len(until.sessions))
        return level, rows, until.sessions

    def _sectors(self) -> tuple[Level, Any, Any]:
        rows, count = labels.groups(self.panel.texts("sector"))
        close = fixed(index_of(rows, max(count, 1), self._of_members(self.panel.bars.close, slice(None))))
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


class _Rows(Surroundings):
    """What the symbols of one chunk are beside their bars."""

    def __init__(self, run: Evaluation, start: int, stop: int) -> None:
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
