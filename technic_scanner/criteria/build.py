"""Turn a syntax tree into the typed tree, and collect every fault on the way."""

from __future__ import annotations

from typing import Any

from lark import Token, Tree

from technic_scanner.criteria.build_calls import CallBuilder
from technic_scanner.criteria.habits import name_advice
from technic_scanner.criteria.printer import heading_of
from technic_scanner.criteria.problems import suggestion
from technic_scanner.criteria.tree import BAD, LABEL, NUMBER, YES_NO, Node, Rank, Scan, Show

_UNITS = ("%", "bn", "b", "m", "k")
_ORDERED = {"<", "<=", ">", ">="}
_SPELLINGS = {"==": "=", "<>": "!="}


class Builder(CallBuilder):
    """Builds the tree of one text; ``problems`` are its faults as (start, stop, sentence)."""

    def scan(self, tree: Tree[Any]) -> Scan:
        """Return the whole text's tree, parts of which are of kind bad where ``problems`` were found."""
        lets: list[tuple[str, Node]] = []
        where, rank = None, None
        shows: list[Show] = []
        for part in tree.children:
            if part.data == "let":
                lets.append(self._let(part))
            elif part.data == "rank":
                rank = self._rank(part)
            elif part.data == "show":
                shows.append(self._show(part, {_heading(show) for show in shows}))
            else:
                where = self.need(self.value(part), YES_NO, ". Compare it, for example with > 0")
        assert where is not None  # the grammar asks for a condition
        return Scan(where, tuple(lets), rank, tuple(shows))

    def _let(self, tree: Any) -> tuple[str, Node]:
        name, value = str(tree.children[0]).lower(), self.value(tree.children[1])
        if "." in name:
            self.fault(tree.children[0], "A name of your own has no dot.")
        elif name in self.lets:
            self.fault(tree.children[0], f"The name {name!r} is given twice.")
        elif name in self.known_names():
            self.fault(tree.children[0], f"{name!r} is a name of the language; choose another.")
        self.lets[name] = value
        return name, value

    def _rank(self, tree: Any) -> Rank:
        by, order, top = tree.children
        count = None if top is None else self.whole(top, 1, 100_000, "The number after top")
        return Rank(self.need(self.value(by), NUMBER), (order or "desc").lower() == "desc", count)

    def _show(self, tree: Any, taken: set[str | None]) -> Show:
        title = tree.children[1]
        if title is not None and not str(title)[1:-1].strip():
            self.fault(title, "A heading needs a letter.")
        show = Show(self.value(tree.children[0]), None if title is None else str(title)[1:-1])
        if (heading := _heading(show)) is not None and heading in taken:
            self.fault(tree, f"Two columns have the heading {heading_of(show)!r}: give one another with as.")
        return show

    # ---- conditions
    def _or_(self, tree: Tree[Any]) -> Node:
        return self._joined("or", tree)

    def _and_(self, tree: Tree[Any]) -> Node:
        return self._joined("and", tree)

    def _joined(self, op: str, tree: Tree[Any]) -> Node:
        return self.node(tree, op, [self.need(self.value(child), YES_NO) for child in tree.children], kind=YES_NO)

    def _negation(self, tree: Tree[Any]) -> Node:
        return self.node(tree, "not", [self.need(self.value(tree.children[0]), YES_NO)], kind=YES_NO)

    def _within(self, tree: Tree[Any]) -> Node:
        return self._held("within", tree)

    def _lasting(self, tree: Tree[Any]) -> Node:
        return self._held("for", tree)

    def _held(self, op: str, tree: Any) -> Node:
        condition = self.need(self.value(tree.children[0]), YES_NO)
        bars = self.whole(tree.children[1], 1, None, f"The number of bars after {op}")
        return self.node(tree, op, [condition], bars, kind=YES_NO)

    def _comparison(self, tree: Tree[Any]) -> Node:
        left, sign = self.value(tree.children[0]), str(tree.children[1])
        right = self._compared(left, tree.children[2])
        sign = _SPELLINGS.get(sign, sign)
        if LABEL in {left.kind, right.kind} and sign not in _ORDERED:
            operands = [self.need(left, LABEL), self.need(right, LABEL)]
        else:
            operands = [self.need(left, NUMBER), self.need(right, NUMBER)]
        return self.node(tree, "compare", operands, sign, kind=YES_NO)

    def _compared(self, left: Node, tree: Any) -> Node:
        """Return what ``left`` is compared with; a name that is none, beside a label, is a text without quotes."""
        if left.kind == LABEL and tree.data == "name" and str(tree.children[0]).lower() not in self.known_words():
            self.fault(tree, f'A text stands in quotes: "{tree.children[0]}".')
            return self.bad(tree)
        return self.value(tree)

    def _between(self, tree: Tree[Any]) -> Node:
        operands = [self.need(self.value(child), NUMBER) for child in tree.children]
        return self.node(tree, "between", operands, kind=YES_NO)

    def _crossing(self, tree: Tree[Any]) -> Node:
        left, side, right = tree.children
        operands = [self.need(self.value(child), NUMBER) for child in (left, right)]
        return self.node(tree, "crosses", operands, str(side).lower(), kind=YES_NO)

    def _member(self, tree: Tree[Any]) -> Node:
        label = self.need(self.value(tree.children[0]), LABEL)
        return self.node(tree, "in", [label], tuple(str(text)[1:-1] for text in tree.children[1:]), kind=YES_NO)

    def _no_member(self, tree: Tree[Any]) -> Node:
        return self.node(tree, "not", [self._member(tree)], kind=YES_NO)

    def _known(self, tree: Tree[Any]) -> Node:
        return self.node(tree, "known", [self.value(tree.children[0])], kind=YES_NO)

    def _unknown(self, tree: Tree[Any]) -> Node:
        return self.node(tree, "not", [self._known(tree)], kind=YES_NO)

    # ---- numbers
    def _operation(self, tree: Tree[Any]) -> Node:
        chain: list[Any] = [tree]  # a + b + c leans to the left: a long one must not be a deep recursion
        while chain[-1].children[0].data == "operation":
            chain.append(chain[-1].children[0])
        node = self.need(self.value(chain[-1].children[0]), NUMBER)
        for part in reversed(chain):
            _, sign, right = part.children
            node = self.node(part, "arithmetic", [node, self.need(self.value(right), NUMBER)], str(sign))
        return node

    def _signed(self, tree: Tree[Any]) -> Node:
        operand = self.need(self.value(tree.children[1]), NUMBER)
        return operand if tree.children[0] == "+" else self.node(tree, "negative", [operand])

    def _ago(self, tree: Any) -> Node:
        value, offset = self.value(tree.children[0]), self.value(tree.children[1])
        number = self.literal(offset)
        if number is None:
            if offset.kind != BAD:
                self.fault(offset, "An offset must be written as a whole number from 0 to 1260.")
            return self.bad(tree)
        if number < 0:
            self.fault(offset, "An offset counts bars back and cannot be negative: that would look into the future.")
            return self.bad(tree)
        bars = self.checked_whole(offset, number, 0, "An offset")
        return value if bars == 0 else self.node(tree, "ago", [value], bars, kind=value.kind)

    def _number(self, tree: Any) -> Node:
        return self.number(tree.children[0])

    def number(self, token: Token) -> Node:
        """Return the node of a literal, spelled in one way for each number and unit."""
        text = "".join(str(token).lower().split())
        unit = next((unit for unit in _UNITS if text.endswith(unit)), "")
        digits = text[: len(text) - len(unit)]
        whole, _, part = digits.partition(".")
        whole, part = whole.lstrip("0") or "0", part.rstrip("0")
        if len(whole) > 15 or len(part) > 15:
            self.fault(token, "A number has at most 15 digits before the point and 15 after it.")
            return self.bad(token)
        spelled = whole + (f".{part}" if part else "") + ("bn" if unit == "b" else unit)
        return self.node(token, "number", (), spelled, constant=True)

    def _text(self, tree: Tree[Any]) -> Node:
        return self.node(tree, "text", (), str(tree.children[0])[1:-1], kind=LABEL, constant=True)

    def need(self, node: Node, kind: str, hint: str = "") -> Node:
        """Return ``node``, with a fault where it is of another kind."""
        if node.kind not in {kind, BAD}:
            if kind == NUMBER and node.op == "label" and node.value == "signal":
                hint = ": the line of the MACD is macd_signal"
            self.fault(node, f"A {kind} is needed here, and this is a {node.kind}{hint}.")
            return self.bad(node)
        return node

    def _name(self, tree: Any) -> Node:
        token = tree.children[0]
        node = self.named(token)
        if node is None:
            word = str(token).lower()
            advice = name_advice(word) or suggestion(word, self.known_words())
            self.fault(token, f"There is no name {word!r}.{advice}")
            return self.bad(token)
        return node


def _heading(show: Show) -> str | None:
    """Return the heading of a column in small letters; None where it is to be the text of a value that has a fault."""
    return None if not show.title and show.value.kind == BAD else heading_of(show).casefold()
