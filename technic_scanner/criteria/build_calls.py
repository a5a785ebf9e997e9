"""The part of the builder that resolves names, frames and calls of functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lark import Token, Tree

from technic_scanner.criteria.fields import (
    BARS,
    LABELS,
    MARKET_CLOSE,
    NAMED,
    PRICES,
    SCAN_NUMBERS,
    SUB_SCORE_FIELDS,
    SUB_SCORE_INPUTS,
)
from technic_scanner.criteria.functions import (
    FACTOR,
    FUNCTIONS,
    GROUPS,
    LEAST_WINDOW,
    MAX_OPERANDS,
    MAX_WINDOW,
    Function,
    Parameter,
)
from technic_scanner.criteria.grammar import syntax_tree
from technic_scanner.criteria.habits import name_advice
from technic_scanner.criteria.names import FRAME_NAMES, NOTHING, Prefix, taken_apart
from technic_scanner.criteria.numbers import number_of
from technic_scanner.criteria.problems import suggestion
from technic_scanner.criteria.tree import BAD, DAILY, LABEL, NUMBER, SECTOR, Frame, Node, common_frame

Place = Token | Tree[Any] | Node
MAX_FACTOR = 1000.0


class CallBuilder:
    """Resolves names and calls; ``problems`` collects faults as (start, stop, sentence)."""

    def __init__(self) -> None:
        self.problems: list[tuple[int, int, str]] = []
        self.lets: dict[str, Node] = {}
        self._prefix = NOTHING

    # ---- what every rule uses
    def value(self, tree: Tree[Any]) -> Node:
        """Return the node of one part of the syntax tree."""
        found: Node = getattr(self, f"_{tree.data}")(tree)
        return found

    def fault(self, place: Place, sentence: str) -> None:
        """Record a fault at ``place``."""
        self.problems.append((*_span(place), sentence))

    def bad(self, place: Place) -> Node:
        """Return a node that stands for a part with a fault, of which nothing else is said."""
        start, stop = _span(place)
        return Node("bad", kind=BAD, frame=None, start=start, stop=stop)

    def node(
        self,
        place: Place,
        op: str,
        args: Sequence[Node] = (),
        value: Any = None,
        *,
        kind: str = NUMBER,
        constant: bool = False,
        frame: Frame | None = None,
    ) -> Node:
        """Return a node; one with a bad operand is bad itself. Its frame is that of its operands unless given."""
        if any(arg.kind == BAD for arg in args) or kind == BAD:
            return self.bad(place)
        if not constant and frame is None:
            frame = common_frame(args)
        return Node(op, tuple(args), value, kind, frame, *_span(place))

    def literal(self, node: Node) -> float | None:
        """Return the number that is written here, or that a let stands for; None for anything else."""
        while node.op == "let":
            node = node.args[0]
        if node.op == "negative" and node.args[0].op == "number":
            return -number_of(node.args[0].value)
        return number_of(node.value) if node.op == "number" else None

    def whole(self, token: Token, least: int, most: int | None, what: str) -> int:
        """Return a whole number that is written as a token."""
        return self.checked_whole(token, number_of("".join(str(token).lower().split())), least, what, most)

    def checked_whole(self, place: Place, number: float, least: int, what: str, most: int | None = None) -> int:
        """Return ``number`` as int, with a fault where it is none or out of bounds."""
        most = MAX_WINDOW if most is None else most
        if number != number // 1 or not least <= number <= most:
            self.fault(place, f"{what} must be a whole number from {least} to {most}.")
            return least
        return int(number)

    def known_names(self) -> set[str]:
        """Return every name of the language that a let may not take."""
        names = {*PRICES, *LABELS, *NAMED, *SUB_SCORE_FIELDS, *SCAN_NUMBERS, *FUNCTIONS, BARS, MARKET_CLOSE}
        return names | {"weekly", "monthly", "market", "now"}

    def known_words(self) -> list[str]:
        """Return every name that may stand here, for suggestions."""
        return sorted((self.known_names() | set(self.lets)) - {"now"})

    # ---- names
    def named(self, token: Token) -> Node | None:
        """Return the node of a name without brackets; None if there is no such name."""
        found = taken_apart(str(token).lower())
        if found is None:
            self.fault(token, f"Before a name may stand: {', '.join(f'{name}.' for name in FRAME_NAMES)}")
            return self.bad(token)
        prefix, name = found
        if name in self.lets and prefix == NOTHING:
            definition = self.lets[name]
            return self.node(token, "let", [definition], name, kind=definition.kind)
        node: Node | None = self._in_frame(prefix, lambda: self._field(token, name))
        return node

    def _in_frame(self, prefix: Prefix, make: Any) -> Any:
        outer, self._prefix = self._prefix, prefix.over(self._prefix)
        try:
            return make()
        finally:
            self._prefix = outer

    def _field(self, token: Token, name: str) -> Node | None:
        if name in PRICES:
            return self._price(token, name)
        if name in LABELS or name in SCAN_NUMBERS or name == MARKET_CLOSE:
            return self._of_symbol(token, name)
        if name == BARS:
            return self.node(token, "call", [self._price(token, "close")], (BARS,))
        if name in NAMED:
            formula = self._formula(NAMED[name][0], token)
            return self.node(token, "named", [formula], name)
        if name in SUB_SCORE_FIELDS:
            inputs = [self._field(token, item) for item in SUB_SCORE_INPUTS]
            return self.node(token, "sub_score", [item for item in inputs if item is not None], SUB_SCORE_FIELDS[name])
        if name in FUNCTIONS:
            return self._bare_function(token, FUNCTIONS[name])
        return None

    def _price(self, place: Place, name: str) -> Node:
        frame = self._prefix.frame
        if frame.subject == SECTOR and name != "close":
            self.fault(place, f"A sector has no {name}: sector.close is an index of its symbols' returns.")
            return self.bad(place)
        return self.node(place, "field", (), name, frame=frame)

    def _of_symbol(self, token: Token, name: str) -> Node:
        if self._prefix != NOTHING:
            self.fault(token, f"{name} belongs to the symbol: nothing may stand before it.")
            return self.bad(token)
        if name in LABELS:
            return self.node(token, "label", (), name, kind=LABEL, frame=DAILY)
        return self.node(token, "field" if name == MARKET_CLOSE else "column", (), name, frame=DAILY)

    def _formula(self, text: str, place: Place) -> Node:
        """Return the node of a formula of the language's own, all of it at ``place``."""
        tree = syntax_tree(f"{text} > 0").children[0].children[0]
        node = self.value(tree)
        start, stop = _span(place)
        return Node(node.op, node.args, node.value, node.kind, node.frame, start, stop)

    def _bare_function(self, token: Token, function: Function) -> Node:
        if function.parameters:
            self.fault(token, f"{function.name} is a function: write {function.signature}, as in {function.example}.")
            return self.bad(token)
        return self._applied(token, function, [], ())

    # ---- calls
    def _call(self, tree: Any) -> Node:
        token, arguments, group = tree.children
        found = taken_apart(str(token).lower())
        if found is None:
            self.fault(token, f"Before a name may stand: {', '.join(f'{name}.' for name in FRAME_NAMES)}")
            return self.bad(tree)
        prefix, name = found
        function = FUNCTIONS.get(name)
        if function is None:
            return self._no_function(tree, token, name, arguments)
        node: Node = self._in_frame(prefix, lambda: self._called(tree, function, arguments, group))
        if prefix != NOTHING and node.kind != BAD and node.frame != prefix.over(self._prefix).frame:
            self.fault(token, f"{token}(…) reads values that are not {str(token).rpartition('.')[0]}.")
            return self.bad(tree)
        return node

    def _no_function(self, tree: Tree[Any], token: Token, name: str, arguments: Tree[Any] | None) -> Node:
        if arguments is None and name not in self.lets:
            node = self.named(token)
            if node is not None:
                return node
        for part in arguments.children if arguments is not None else ():
            self.value(part)  # for its faults
        if name in self.lets or name in self.known_names():
            self.fault(token, f"{name} is no function: write it without brackets, or write * to multiply.")
        else:
            self.fault(token, f"There is no function {name!r}.{name_advice(name) or suggestion(name, FUNCTIONS)}")
        return self.bad(tree)

    def _called(self, tree: Tree[Any], function: Function, arguments: Tree[Any] | None, group: Token | None) -> Node:
        nodes = [self.value(part) for part in arguments.children] if arguments is not None else []
        operands, literals = self._sorted(tree, function, nodes)
        if operands is None:
            return self.bad(tree)
        if function.across:
            return self._across(tree, function, operands, group)
        if group is not None:
            several = ", ".join(name for name, item in FUNCTIONS.items() if item.across)
            self.fault(group, f"Only functions across symbols can be taken by a group: {several}.")
            return self.bad(tree)
        return self._applied(tree, function, operands, literals)

    def _sorted(
        self, tree: Tree[Any], function: Function, nodes: list[Node]
    ) -> tuple[list[Node] | None, tuple[float, ...]]:
        """Return operands and literals of a call; None where they do not fit the function."""
        wanted, written = len(function.operands), len(nodes)
        if function.source and (not nodes or self.literal(nodes[0]) is not None):
            nodes = [self._price(tree, function.source), *nodes]
        if function.variadic and len(nodes) > wanted:
            wanted = min(len(nodes), MAX_OPERANDS)
        literals = function.literals
        needed = wanted + sum(item.default is None for item in literals)
        if not needed <= len(nodes) <= wanted + len(literals):
            self._miscounted(tree, function, written)
            return None, ()
        kinds = [*(item.kind for item in function.operands), *[NUMBER] * MAX_OPERANDS]
        operands = [self.need(node, kind) for node, kind in zip(nodes[:wanted], kinds, strict=False)]
        given = [self._literal(function, *pair) for pair in zip(literals, nodes[wanted:], strict=False)]
        values = (*given, *(float(item.default or 0) for item in literals[len(given) :]))
        if function.name.startswith("macd") and values[0] >= values[1]:
            self.fault(tree, f"{function.name} needs a fast average of fewer bars than the slow one.")
        return operands, values

    def need(self, node: Node, kind: str, hint: str = "") -> Node:
        """Return ``node``, with a fault where it is of another kind."""
        raise NotImplementedError

    def _miscounted(self, tree: Tree[Any], function: Function, given: int) -> None:
        most = len(function.parameters)
        if function.variadic:
            takes = f"{most} to {MAX_OPERANDS} values"
        else:
            least = most - sum(item.default is not None for item in function.parameters) - bool(function.source)
            count = str(most) if least == most else f"{least} to {most}"
            takes = "no value" if most == 0 else f"{count} value{'' if most == 1 else 's'}"
            if least <= given <= most:  # a number stands where the series does
                takes = "its values in another order"
                self.fault(tree, f"{function.name} takes {takes}: {function.signature}, as in {function.example}.")
                return
        self.fault(tree, f"{function.name} takes {takes}, not {given}: {function.signature}, as in {function.example}.")

    def _literal(self, function: Function, parameter: Parameter, node: Node) -> float:
        number = self.literal(node)
        if node.kind == BAD:
            return 1.0
        if parameter.kind == FACTOR:
            if number is None or not 0.0 < number <= MAX_FACTOR:
                self.fault(node, f"The {parameter.name} must be written as a number above 0, at most {MAX_FACTOR:g}.")
                return 1.0
            return number
        least = LEAST_WINDOW.get(function.name, 1)
        if number is None:
            self.fault(node, f"A window must be written as a whole number from {least} to {MAX_WINDOW}.")
            return float(least)
        return float(self.checked_whole(node, number, least, "A window"))

    def _across(self, tree: Tree[Any], function: Function, operands: list[Node], group: Token | None) -> Node:
        by = None if group is None else str(group).lower()
        if group is not None and by not in GROUPS:
            self.fault(group, f"Symbols are grouped by {' or '.join(GROUPS)}.{suggestion(by or '', GROUPS)}")
            return self.bad(tree)
        return self.node(tree, "across", operands, (function.name, by), frame=DAILY)

    def _applied(self, place: Place, function: Function, operands: list[Node], literals: tuple[float, ...]) -> Node:
        implied = [self._implied(place, name) for name in function.fields]
        return self.node(place, "call", [*operands, *implied], (function.name, *literals))

    def _implied(self, place: Place, name: str) -> Node:
        if name == MARKET_CLOSE:
            return self.node(place, "field", (), name, frame=DAILY)
        return self._price(place, name)


def _span(place: Place) -> tuple[int, int]:
    if isinstance(place, Node):
        return place.start, place.stop
    meta: Any = place.meta if isinstance(place, Tree) else place
    if getattr(meta, "empty", False):
        return 0, 1
    return int(meta.start_pos or 0), int(meta.end_pos or 0)
