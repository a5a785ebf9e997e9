"""What the readers of StockCharts and Chartink share: conditions, arithmetic, and indicators with their timing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from lark import Lark, Token, Tree, UnexpectedCharacters, UnexpectedInput

from technic_scanner.criteria.grammar import extent_of
from technic_scanner.criteria.imports.indicators import FORMULAS, PRICES
from technic_scanner.criteria.imports.result import NotUnderstoodError, Untranslated, checked, left_out
from technic_scanner.criteria.imports.splitting import Span
from technic_scanner.criteria.imports.values import DAY, Place, Value, comparison, crossing, number, operation

# Rules of conditions and arithmetic; a language adds ``reference``, its brackets and its terminals.
CONDITIONS = r"""
start: or_
?or_: and_ (_OR and_)*
?and_: not_ (_AND not_)*
?not_: _NOT not_ -> negation
    | compared
?compared: sum_
    | sum_ COMPARE sum_ -> comparison
    | sum_ _CROSSES_ABOVE sum_ -> crossing_above
    | sum_ _CROSSES_BELOW sum_ -> crossing_below
?sum_: product
    | sum_ SIGN product -> operation
?product: unary
    | product TIMES unary -> operation
?unary: SIGN unary -> signed
    | atom
_OR.5: /or\b/i
_AND.5: /and\b/i
_NOT.5: /not\b/i
COMPARE.2: />=|<=|==|!=|<>|>|<|=/
SIGN: /[+-]/
TIMES: /[*\/]/
_OPEN: "("
_CLOSE: ")"
_COMMA: ","
NUMBER: /\d+(\.\d+)?|\.\d+/
UNKNOWN: /[A-Za-z_%][\w%]*/
%import common.WS
%ignore WS
"""
# Why a clause of the universe is no criterion.
ELSEWHERE = "what is scanned is chosen beside the criteria, by source, universe and sectors"
_SPELLINGS = {"==": "=", "<>": "!="}
_DEEPEST = 100


class Reader:
    """Reads one clause; a subclass has the grammar and the names of its language, and reads references."""

    grammar = ""
    names: Mapping[str, str] = {}

    @cached_property
    def parser(self) -> Lark:
        """The parser of one clause."""
        return Lark(self.grammar, parser="lalr", propagate_positions=True, maybe_placeholders=True)

    def clause(self, text: str) -> Value:
        """Return what a clause says. Raises NotUnderstoodError with a place in ``text``."""
        try:
            tree = self.parser.parse(text)
        except UnexpectedInput as fault:
            raise unexpected(text, fault) from fault
        if extent_of(tree)[0] > _DEEPEST:
            raise NotUnderstoodError(0, len(text), "it is nested too deeply")
        return self.value(tree.children[0], DAY)

    def value(self, tree: Any, period: str) -> Value:
        """Return what a part says, of bars of ``period`` where it names no other."""
        found: Value = getattr(self, f"_{tree.data}")(tree, period)
        return found

    def _unknown(self, tree: Any, _: str) -> Value:
        words = [str(child) for child in tree.children if getattr(child, "type", "") == "UNKNOWN"]
        raise place_of(tree).refuse(f"{' '.join(words)} is not known here")

    def _or_(self, tree: Any, period: str) -> Value:
        return self._joined(" or ", tree, period)

    def _and_(self, tree: Any, period: str) -> Value:
        return self._joined(" and ", tree, period)

    def _joined(self, word: str, tree: Any, period: str) -> Value:
        parts = [self._condition(child, period) for child in tree.children]
        return Value(f"({word.join(part.text for part in parts)})", condition=True)

    def _negation(self, tree: Any, period: str) -> Value:
        return Value(f"(not {self._condition(tree.children[0], period).text})", condition=True)

    def _condition(self, tree: Any, period: str) -> Value:
        value = self.value(tree, period)
        if not value.condition:
            raise place_of(tree).refuse("this is a number, and a condition is needed here")
        return value

    def _comparison(self, tree: Any, period: str) -> Value:
        left, sign, right = tree.children
        operands = self._numbers((left, right), period)
        return comparison(_SPELLINGS.get(str(sign), str(sign)), *operands)

    def _crossing_above(self, tree: Any, period: str) -> Value:
        return crossing(place_of(tree), "above", *self._numbers(tree.children, period))

    def _crossing_below(self, tree: Any, period: str) -> Value:
        return crossing(place_of(tree), "below", *self._numbers(tree.children, period))

    def _operation(self, tree: Any, period: str) -> Value:
        left, sign, right = tree.children
        return operation(str(sign), *self._numbers((left, right), period))

    def _signed(self, tree: Any, period: str) -> Value:
        sign, operand = tree.children
        value = self._numbers((operand,), period)[0]
        if sign == "+":
            return value
        literal = None if value.literal is None else -value.literal
        return Value(f"(-{value.text})", value.period, value.back, literal)

    def _numbers(self, trees: Sequence[Any], period: str) -> list[Value]:
        values = [self.value(tree, period) for tree in trees]
        for tree, value in zip(trees, values, strict=True):
            if value.condition:
                raise place_of(tree).refuse("this is a condition, and a number is needed here")
        return values

    def _number(self, tree: Any, _: str) -> Value:
        return number(str(tree.children[0]))

    def indicator(self, place: Place, name: str, args: Sequence[Value], period: str) -> Value:
        """Return an indicator or a price of bars of ``period``."""
        if name in PRICES:
            if args:
                raise place.refuse(f"{name} takes no values")
            return Value(f"{period}{name}", period)
        indicator = FORMULAS[name]
        numbers = [arg for arg in args if arg.literal is not None]
        series = [arg for arg in args if arg.literal is None]
        if len(numbers) != indicator.numbers or len(series) != int(indicator.series):
            more = " and a series" if indicator.series else ""
            raise place.refuse(f"this takes {indicator.numbers} numbers{more} in the forms that are understood")
        if series and series[0].period != period:
            raise place.refuse("the series is not of the bars that are counted: days, weeks and months do not mix here")
        x = series[0].text if series else ""
        text = indicator.formula.format(*(arg.text for arg in numbers), x=x, p=period)
        return Value(text, period, series[0].back if series else 0)

    @staticmethod
    def ago(place: Place, value: Value, bars: int) -> Value:
        """Return a value ``bars`` bars of its period ago; refuses one that lies back already."""
        if bars == 0:
            return value
        if value.back:
            raise place.refuse("an offset of a value that has an offset itself can be read in two ways")
        return Value(f"({value.text})[{bars}]", value.period, bars)


def place_of(tree: Any) -> Place:
    """Return where a part stands in the clause."""
    if isinstance(tree, Token):
        return Place(int(tree.start_pos or 0), int(tree.end_pos or 0))
    meta = tree.meta if isinstance(tree, Tree) else None
    return Place(0, 1) if meta is None or meta.empty else Place(meta.start_pos, meta.end_pos)


def unexpected(text: str, fault: UnexpectedInput) -> NotUnderstoodError:
    """Return the error of a clause whose form is not known."""
    place = fault.pos_in_stream if fault.pos_in_stream is not None and fault.pos_in_stream >= 0 else len(text)
    token = getattr(fault, "token", None)
    found = text[place : place + 1] if isinstance(fault, UnexpectedCharacters) else str(token or "")
    if not found.strip():
        return NotUnderstoodError(min(place, len(text)), len(text), "it ends where more is needed")
    stop = min(len(text), place + max(1, len(found)))
    return NotUnderstoodError(place, stop, f"{found!r} is not understood in this place")


def translated(
    source: str, spans: Sequence[Span], read: Callable[[str], Value], before: Sequence[str] = ()
) -> tuple[list[str], list[Untranslated]]:
    """Return the conditions of the spans of a scan that are understood, and what is not."""
    clauses: list[str] = []
    missing: list[Untranslated] = []
    for start, stop in spans:
        try:
            value = read(source[start:stop])
            if not value.condition:
                raise NotUnderstoodError(0, stop - start, "this is a number, and a condition is needed here")
            clauses.append(checked(value.text, before, 0, stop - start))
        except NotUnderstoodError as error:
            missing.append(left_out(source, start, stop, _placed(source, start, error)))
    return clauses, missing


def _placed(source: str, start: int, error: NotUnderstoodError) -> str:
    """Return the reason with the words that it is about, where these are not the whole clause."""
    part = " ".join(source[start + error.start : start + error.stop].split())
    return f"{error.reason}: {part}" if error.start and part and part not in error.reason else error.reason
