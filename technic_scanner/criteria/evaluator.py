"""Values of the tree's nodes over the bars of one level; values of other frames are computed there and moved here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from technic_scanner.criteria import kernel_bars, labels
from technic_scanner.criteria import kernel_points as points
from technic_scanner.criteria import kernel_windows as windows
from technic_scanner.criteria.fields import MARKET_CLOSE
from technic_scanner.criteria.levels import Level, fixed
from technic_scanner.criteria.measures import ALL
from technic_scanner.criteria.numbers import number_of
from technic_scanner.criteria.operations import OPERATIONS
from technic_scanner.criteria.program import Program
from technic_scanner.criteria.surroundings import Surroundings
from technic_scanner.criteria.tree import LABEL, MONTH_NOW, NUMBER, WEEK_NOW, YES_NO, Frame, Node
from technic_scanner.domain.profiles import SUB_SCORES
from technic_scanner.screening.bars import FIELDS
from technic_scanner.screening.indicator_names import COLUMN, INDICATORS
from technic_scanner.screening.scoring import sub_scores

UNKNOWN = 1
_SIGNS = {"+": points.ADD, "-": points.SUBTRACT, "*": points.TIMES, "/": points.OVER}
_COMPARED = {
    "<": points.LESS, "<=": points.AT_MOST, ">": points.MORE, ">=": points.AT_LEAST, "=": points.EQUAL,
    "!=": points.UNEQUAL,
}  # fmt: skip


class Evaluator:
    """The values of a program's nodes on one level, each computed once.

    A value is (rows, k) or (1, k), of which the newest columns are wanted: ``sessions`` more than the node's reach.
    """

    def __init__(
        self,
        program: Program,
        level: Level,
        frame: Frame,
        around: Surroundings,
        sessions: int,
    ) -> None:
        self._program = program
        self._level = level
        self._frame = frame
        self._around = around
        self._sessions = sessions
        self._rows, self._columns = level.shape
        self._values: dict[Any, Any] = {}
        self._children: dict[str, Any] = {}

    def value(self, node: Node) -> Any:
        """Return the values of ``node`` on this level."""
        found = self._values.get(node)
        if found is None:
            here = node.frame is None or node.frame == self._frame
            found = self._computed(node) if here else self._moved(node)
            found.flags.writeable = False
            self._values[node] = found
        return found

    def take(self, node: Node, values: Any) -> None:
        """Take the values (rows, k) of the newest own bars of a node that need not be computed."""
        found = np.ascontiguousarray(values[:, -min(values.shape[1], self._columns) :])
        found.flags.writeable = False
        self._values[node] = found

    def forget(self, nodes: Iterable[Node]) -> None:
        """Drop the values of nodes; they are computed again when asked for."""
        dropped = tuple(nodes)
        for node in dropped:
            self._values.pop(node, None)
        for child, _ in self._children.values():
            child.forget(dropped)

    def _k(self, node: Node) -> int:
        return max(1, min(self._columns, self._sessions + self._program.reach[node]))

    # ---- values of this frame
    def _computed(self, node: Node) -> Any:
        if node.op in {"let", "named"}:
            return self._newest(self.value(node.args[0]), self._k(node)).view()
        return getattr(self, f"_{_METHODS.get(node.op, node.op)}")(node, self._k(node))

    def _operands(self, node: Node) -> list[Any]:
        """Return the values of the operands, unknown on bars that do not exist."""
        return [self._on_bars(self.value(arg)) if _without_bars(arg) else self.value(arg) for arg in node.args]

    def _on_bars(self, value: Any) -> Any:
        columns = value.shape[1]
        missing = np.isnan(self._level.prices["close"][:, self._columns - columns :])
        unknown = UNKNOWN if value.dtype == np.int8 else np.nan
        return np.where(missing, value.dtype.type(unknown), value)

    def _newest(self, value: Any, k: int) -> Any:
        return np.ascontiguousarray(value[:, value.shape[1] - k :])

    def _number(self, node: Node, k: int) -> Any:
        return np.full((1, k), number_of(node.value))

    def _field(self, node: Node, k: int) -> Any:
        if node.value == MARKET_CLOSE:
            return self._market_close(k)
        return fixed(self._level.prices[node.value])

    def _market_close(self, k: int) -> Any:
        when = self._when(k)
        closes = self._around.market_close()
        return np.where(when >= 0, closes[np.maximum(when, 0)], np.nan)

    def _when(self, k: int) -> Any:
        """Return the session of each own bar, (rows, k), -1 where there is none."""
        when = np.broadcast_to(self._level.when[:, self._columns - k :], (self._rows, k))
        return np.where(np.isnan(self._level.prices["close"][:, self._columns - k :]), -1, when).astype(np.int32)

    def _column(self, node: Node, k: int) -> Any:
        out = np.full((self._rows, k), np.nan)
        out[:, -1] = self._around.number(node.value)
        return out

    def _in(self, node: Node, k: int) -> Any:
        truth = labels.is_one_of(self._texts(node.args[0]), node.value)
        return np.repeat(truth[:, None], k, axis=1)

    def _texts(self, node: Node) -> labels.Texts:
        while node.op == "let":
            node = node.args[0]
        return self._around.label(node.value) if node.op == "label" else (node.value,) * self._rows

    def _compare(self, node: Node, k: int) -> Any:
        if node.args[0].kind != NUMBER:
            truth = labels.equal(self._texts(node.args[0]), self._texts(node.args[1]))
            return np.repeat((2 - truth if node.value == "!=" else truth)[:, None], k, axis=1)
        left, right = map(self.value, node.args)
        return self._pair(points.compare, _COMPARED[node.value], left, right, k)

    def _pair(self, kernel: Any, sign: Any, x: Any, y: Any, k: int) -> Any:
        return kernel(sign, x, y, max(x.shape[0], y.shape[0]), k)

    def _between(self, node: Node, k: int) -> Any:
        value, low, high = map(self.value, node.args)
        above = self._pair(points.compare, points.AT_LEAST, value, low, k)
        return self._pair(points.logic, True, above, self._pair(points.compare, points.AT_MOST, value, high, k), k)

    def _crosses(self, node: Node, k: int) -> Any:
        left, right = self._operands(node)
        return self._pair(points.crosses, node.value == "above", left, right, k)

    def _known(self, node: Node, k: int) -> Any:
        arg = node.args[0]
        if arg.kind not in {NUMBER, YES_NO}:
            truth = labels.known(self._texts(arg))
            return np.repeat(truth[:, None], k, axis=1)
        value = self._newest(self.value(arg), k)
        unknown = value == UNKNOWN if arg.kind == YES_NO else np.isnan(value)
        return np.where(unknown, np.int8(0), np.int8(2))

    def _joined(self, node: Node, k: int) -> Any:
        value = self.value(node.args[0])
        for other in node.args[1:]:
            value = self._pair(points.logic, node.op == "and", value, self.value(other), k)
        return value if len(node.args) > 1 else self._newest(value, k)

    def _not(self, node: Node, k: int) -> Any:
        return np.int8(2) - self._newest(self.value(node.args[0]), k)

    def _held(self, node: Node, k: int) -> Any:
        return windows.held(self._operands(node)[0], node.value, k, node.op == "for")

    def _arithmetic(self, node: Node, k: int) -> Any:
        left, right = map(self.value, node.args)
        return self._pair(points.arithmetic, _SIGNS[node.value], left, right, k)

    def _negative(self, node: Node, k: int) -> Any:
        return -self._newest(self.value(node.args[0]), k)

    def _ago(self, node: Node, k: int) -> Any:
        value = self._operands(node)[0]
        have = value.shape[1] - node.value
        if have >= k:
            return np.ascontiguousarray(value[:, have - k : have])
        unknown = UNKNOWN if value.dtype == np.int8 else np.nan
        out = np.full((value.shape[0], k), unknown, dtype=value.dtype)
        if have > 0:
            out[:, k - have :] = value[:, :have]
        return out

    def _call(self, node: Node, k: int) -> Any:
        name, *literals = node.value
        params = tuple(int(number) if number == number // 1 else number for number in literals)
        value = OPERATIONS[name](self._operands(node), params, k)
        return np.ascontiguousarray(value)

    def _sub_score(self, node: Node, k: int) -> Any:
        scores = self._values.get(node.args)
        if scores is None:
            matrix = np.full((self._rows, k, len(INDICATORS)), np.nan)
            for arg in node.args:
                name = arg.value[0] if arg.op == "call" else arg.value
                matrix[:, :, COLUMN[name]] = self.value(arg)[:, -k:]
            scores = sub_scores(matrix.reshape(-1, len(INDICATORS))).reshape(self._rows, k, -1)
            self._values[node.args] = scores
        return np.ascontiguousarray(scores[:, scores.shape[1] - k :, SUB_SCORES.index(node.value)])

    def _across(self, node: Node, k: int) -> Any:
        values = self._around.across(node)
        if self._level.is_panel:  # the level's columns are the sessions, and what has no bar there is unknown already
            return self._newest(values, k)
        total = len(self._around.periods.sessions)
        column = self._when(k) - (total - values.shape[1])
        return self._gather(values, np.arange(self._rows), column, k)

    # ---- values of other frames
    def _moved(self, node: Node) -> Any:
        k = max(1, min(self._columns, self._sessions + min(self._program.outer.get(node, 0), ALL)))
        frame = node.frame
        assert frame is not None
        if frame.subject != self._frame.subject:
            values, row_of, column_of = self._around.subject(node)
            when = self._when(k)
            return self._gather(values, row_of, np.where(when >= 0, column_of[np.maximum(when, 0)], -1), k)
        if frame.period in {WEEK_NOW, MONTH_NOW}:
            return self._running_values(node, frame, k)
        child, finished = self._child(frame)
        values = child.value(node)
        size = child.columns
        column = finished[:, finished.shape[1] - k :] - (size - values.shape[1])
        return self._gather(values, np.arange(self._rows), column, k)

    def _gather(self, values: Any, row_of: Any, column_of: Any, k: int) -> Any:
        rows = np.asarray(row_of, dtype=np.int64) if values.shape[0] > 1 else np.minimum(row_of, 0)
        out = np.empty((self._rows, k), dtype=values.dtype)
        unknown = UNKNOWN if values.dtype == np.int8 else np.nan
        points.gathered(values, rows.astype(np.int64), column_of.astype(np.int64), unknown, out)
        return out

    @property
    def columns(self) -> int:
        """The number of bars."""
        return self._columns

    def _child(self, frame: Frame) -> tuple[Evaluator, Any]:
        """Return the evaluator of weeks or months, and the newest finished one's column for the newest own bars."""
        if frame.period not in self._children:
            inner, outer = self._program.widest(frame)
            k = max(1, min(self._columns, self._sessions + outer))
            level, finished = self._periods(frame.period, self._sessions + inner + 1, self._columns - 1, k)
            child = Evaluator(self._program, level, frame, self._around, self._sessions)
            self._children[frame.period] = (child, finished)
        found: tuple[Evaluator, Any] = self._children[frame.period]
        return found

    def _periods(self, period: str, wanted: int, end: int, k: int) -> tuple[Level, Any]:
        periods = self._around.periods
        numbers = periods.numbers(period)
        size = min(wanted, len(np.unique(numbers)) + 1)
        prices = tuple(self._level.prices[name] for name in FIELDS)
        bars, finished = kernel_bars.period_bars(
            prices, self._level.when, numbers, periods.over(period), periods.begins(period), end, size, k
        )
        arrays = {name: fixed(bars[i]) for i, name in enumerate(FIELDS)}
        return Level(arrays, np.full((1, size), -1, dtype=np.int32)), finished

    def _running_values(self, node: Node, frame: Frame, k: int) -> Any:
        """Return the values with the running week or month as it was after each of the newest ``k`` bars."""
        inner, _ = self._program.widest(frame)
        columns = []
        for end in range(self._columns - k, self._columns):
            level, _ = self._periods(frame.period, 1 + inner, end, 1)
            value = Evaluator(self._program, level, frame, self._around, 1).value(node)
            columns.append(self._on_column(value[:, -1:], end))
        return np.ascontiguousarray(np.hstack(columns))

    def _on_column(self, value: Any, column: int) -> Any:
        missing = np.isnan(self._level.prices["close"][:, column : column + 1])
        unknown = UNKNOWN if value.dtype == np.int8 else np.nan
        return np.where(missing, value.dtype.type(unknown), np.broadcast_to(value, missing.shape))


_METHODS = {"and": "joined", "or": "joined", "within": "held", "for": "held"}


def _without_bars(node: Node) -> bool:
    """Return whether a value of the node may be known on a bar that does not exist."""
    if node.frame is None or node.op == "known" or any(arg.kind == LABEL for arg in node.args):
        return True
    if node.op in {"and", "or", "not", "between", "let", "named"} or (node.op == "call" and node.value[0] == "if"):
        return any(map(_without_bars, node.args))
    return False
