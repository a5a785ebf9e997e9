"""Turn one expression of thinkScript into ours; a number counts as true where it is not 0."""

from __future__ import annotations

from functools import cache
from typing import Any

from lark import Lark, UnexpectedInput

from technic_scanner.criteria.grammar import extent_of
from technic_scanner.criteria.imports.reader import place_of, unexpected
from technic_scanner.criteria.imports.result import NotUnderstoodError
from technic_scanner.criteria.imports.thinkscript_grammar import FUNCTIONS, GRAMMAR, PRICES
from technic_scanner.criteria.imports.thinkscript_truth import true_of
from technic_scanner.criteria.imports.values import Place, Value, number, whole

# What the names of a script stand for; None for one that is not understood.
Names = dict[str, Value | None]
_TEXT = "text"  # a word or a constant, which only a function takes
_DEEPEST = 100
_SPELLINGS = {"==": "=", "<>": "!=", "equals": "="}
_CONSTANTS = ("AverageType.", "CrossingDirection.")


@cache
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", propagate_positions=True, maybe_placeholders=True)


class ThinkScriptReader:
    """Reads expressions that may use the ``names`` of a script."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def clause(self, text: str) -> Value:
        """Return what an expression says. Raises NotUnderstoodError with a place in ``text``."""
        try:
            tree = _parser().parse(text)
        except UnexpectedInput as fault:
            raise unexpected(text, fault) from fault
        if extent_of(tree)[0] > _DEEPEST:
            raise NotUnderstoodError(0, len(text), "it is nested too deeply")
        return self.value(tree.children[0])

    def condition(self, text: str) -> Value:
        """Return an expression as a condition."""
        value = self.clause(text)
        if value.period == _TEXT:
            raise NotUnderstoodError(0, len(text), "this is a word, and a condition is needed here")
        return true_of(value)

    def value(self, tree: Any) -> Value:
        """Return what a part says."""
        found: Value = getattr(self, f"_{tree.data}")(tree)
        return found

    def _yes_no(self, tree: Any) -> str:
        return true_of(self._no_word(tree)).text

    def _no_word(self, tree: Any) -> Value:
        value = self.value(tree)
        if value.period == _TEXT:
            raise place_of(tree).refuse(f"{value.text} is a word, and a number is needed here")
        return value

    def _quantity(self, tree: Any) -> Value:
        value = self._no_word(tree)
        return Value(f"if({value.text}, 1, 0)") if value.condition else value

    # ---- conditions
    def _or_(self, tree: Any) -> Value:
        return Value(f"({' or '.join(self._yes_no(child) for child in tree.children)})", condition=True)

    def _and_(self, tree: Any) -> Value:
        return Value(f"({' and '.join(self._yes_no(child) for child in tree.children)})", condition=True)

    def _negation(self, tree: Any) -> Value:
        return Value(f"(not {self._yes_no(tree.children[0])})", condition=True)

    def _within(self, tree: Any) -> Value:
        return Value(f"({self._yes_no(tree.children[0])} within {tree.children[1]} bars)", condition=True)

    def _comparison(self, tree: Any) -> Value:
        left, sign, right = tree.children
        return Value(f"({self._quantity(left).text} {_sign(str(sign))} {self._quantity(right).text})", condition=True)

    def _crossing(self, tree: Any) -> Value:
        left, side, right = tree.children
        return _crossed(str(side).lower().split()[-1], self._quantity(left).text, self._quantity(right).text)

    def _between(self, tree: Any) -> Value:
        value, low, high = (self._quantity(part).text for part in tree.children)
        return Value(f"({value} between {low} and {high})", condition=True)

    # ---- numbers
    def _operation(self, tree: Any) -> Value:
        left, sign, right = tree.children
        if sign == "%":
            raise place_of(tree).refuse("the remainder of a division is not known here")
        return Value(f"({self._quantity(left).text} {sign} {self._quantity(right).text})")

    def _signed(self, tree: Any) -> Value:
        value = self._quantity(tree.children[1])
        if tree.children[0] == "+":
            return value
        return Value(f"(-{value.text})", literal=None if value.literal is None else -value.literal)

    def _choice(self, tree: Any) -> Value:
        return _chosen(self._yes_no(tree.children[0]), *(self._quantity(part) for part in tree.children[1:]))

    def _ago(self, tree: Any) -> Value:
        value, offset = self._no_word(tree.children[0]), self.value(tree.children[1])
        return _back(place_of(tree), value, whole(place_of(tree), offset, "an offset"))

    def _from_ago(self, tree: Any) -> Value:
        bars = whole(place_of(tree), number(str(tree.children[1])), "an offset")
        return _back(place_of(tree), self._no_word(tree.children[0]), bars)

    def _number(self, tree: Any) -> Value:
        return number(str(tree.children[0]))

    def _text(self, tree: Any) -> Value:
        return Value(str(tree.children[0])[1:-1], _TEXT)

    # ---- names and functions
    def _name(self, tree: Any) -> Value:
        written = str(tree.children[0])
        name = written.lower()
        if name in self._names:
            known = self._names[name]
            if known is None:
                raise place_of(tree).refuse(f"{written} is not understood where it is defined")
            return known
        if name in PRICES:
            return Value(PRICES[name])
        if name in {"yes", "no", "true", "false"}:
            return Value(str(int(name in {"yes", "true"})), literal=float(name in {"yes", "true"}))
        if written.startswith(_CONSTANTS):
            return Value(written, _TEXT)
        if name in FUNCTIONS:
            return self._study(place_of(tree), written, {}, "")
        raise place_of(tree).refuse(f"{written} is not known here")

    def _plot_of(self, tree: Any) -> Value:
        study, plot = tree.children
        if getattr(study, "data", "") not in {"call", "name"}:
            raise place_of(tree).refuse("only a study has plots")
        name = str(study.children[0])
        arguments = study.children[1] if study.data == "call" else None
        return self._study(place_of(tree), name, self._given(name, arguments), str(plot).strip('"').lower())

    def _call(self, tree: Any) -> Value:
        name, arguments = tree.children
        special = getattr(self, f"_called_{str(name).lower()}", None)
        if special is not None:
            given = () if arguments is None else arguments.children
            if any(part.data == "named" for part in given):
                raise place_of(tree).refuse(f"{name} is read with its values in their order, without names")
            found: Value = special(place_of(tree), [part.children[-1] for part in given])
            return found
        if str(name).lower() in PRICES:
            raise place_of(tree).refuse("bars of another period, or of another symbol, are not known here")
        return self._study(place_of(tree), str(name), self._given(str(name), arguments), "")

    def _given(self, name: str, arguments: Any) -> dict[str, Value]:
        """Return the arguments of a study by the names of its parameters."""
        signature = FUNCTIONS.get(name.lower())
        if arguments is None or signature is None:
            return {}
        known = [parameter for parameter, _ in signature.parameters]
        given: dict[str, Value] = {}
        for i, argument in enumerate(arguments.children):
            if argument.data == "named":
                key = str(argument.children[0]).strip('"').lower().replace(" ", "_")
            else:
                key = known[i] if i < len(known) else ""
            key = next((item for item in known if item.replace("_", "") == key.replace("_", "")), "")
            if not key:
                raise place_of(argument).refuse(f"{name} has no such value in the forms that are understood")
            if key in given:
                raise place_of(argument).refuse(f"{name} has this value twice")
            given[key] = self.value(argument.children[-1])
        return given

    def _study(self, place: Place, name: str, given: dict[str, Value], plot: str) -> Value:
        signature = FUNCTIONS.get(name.lower())
        if signature is None:
            raise place.refuse(f"{name} is not known here")
        if plot not in signature.plots:
            named = ", ".join(key for key in signature.plots if key)
            raise place.refuse(f"{name} is read with one of its plots {named}")
        texts: dict[str, str] = {}
        for parameter, default in signature.parameters:
            value = given.get(parameter)
            if value is None and default is None:
                raise place.refuse(f"{name} needs a value for {parameter}")
            texts[parameter] = str(default) if value is None else _argument(place, parameter, value)
        for parameter, wanted in signature.only:
            if texts[parameter] != wanted:
                raise place.refuse(f"{name} is understood with {parameter} {wanted} alone")
        condition = next((item for item in given.values() if item.condition), None)
        if condition is not None and name.lower() == "sum":
            return Value(f"count({condition.text}, {texts['length']})")
        return Value(signature.plots[plot].format(**texts))

    # ---- functions with forms of their own
    def _called_movingaverage(self, place: Place, parts: list[Any]) -> Value:
        if len(parts) != 3:
            raise place.refuse("MovingAverage is read with its type, data and length")
        kind, data, length = self.value(parts[0]).text, self._quantity(parts[1]), self._quantity(parts[2])
        function = {"simple": "sma", "exponential": "ema", "weighted": "wma"}.get(kind.rpartition(".")[2].lower())
        if function is None:
            raise place.refuse(f"{kind} averages are not known here")
        return Value(f"{function}({data.text}, {length.text})")

    def _called_crosses(self, place: Place, parts: list[Any]) -> Value:
        if not 2 <= len(parts) <= 3:
            raise place.refuse("Crosses takes two values and a direction")
        side = self.value(parts[2]).text.rpartition(".")[2].lower() if len(parts) == 3 else "any"
        side = {"1": "above", "0": "below"}.get(side, side)
        if side not in {"above", "below", "any"}:
            raise place.refuse("Crosses is read with the direction above, below or any")
        return _crossed(side, self._quantity(parts[0]).text, self._quantity(parts[1]).text)

    def _called_between(self, place: Place, parts: list[Any]) -> Value:
        if len(parts) != 3:
            raise place.refuse("between takes three values")
        value, low, high = (self._quantity(part).text for part in parts)
        return Value(f"({value} between {low} and {high})", condition=True)

    def _called_isnan(self, place: Place, parts: list[Any]) -> Value:
        if len(parts) != 1:
            raise place.refuse("IsNaN takes one value")
        return Value(f"(not {self._no_word(parts[0]).text} is known)", condition=True)

    def _called_if(self, place: Place, parts: list[Any]) -> Value:
        if len(parts) != 3:
            raise place.refuse("If takes three values")
        return _chosen(self._yes_no(parts[0]), *(self._quantity(part) for part in parts[1:]))

    def _called_truerange(self, place: Place, parts: list[Any]) -> Value:
        if [self.value(part).text for part in parts] != ["high", "close", "low"]:
            raise place.refuse("TrueRange is understood of high, close and low")
        return Value("true_range()")


def _argument(place: Place, parameter: str, value: Value) -> str:
    """Return what a study is given; a word only as the type of its average."""
    if value.period == _TEXT and parameter != "averagetype":
        raise place.refuse(f"{value.text} is a word, and a number is needed here")
    return f"if({value.text}, 1, 0)" if value.condition else value.text


def _chosen(condition: str, yes: Value, no: Value) -> Value:
    return Value(f"if({condition}, {yes.text}, {no.text})")


def _back(place: Place, value: Value, bars: int) -> Value:
    if bars < 0:
        raise place.refuse("a negative offset looks into the future")
    return Value(f"({value.text})[{bars}]", condition=value.condition)


def _crossed(side: str, left: str, right: str) -> Value:
    if side in {"above", "below"}:
        return Value(f"({left} crosses {side} {right})", condition=True)
    return Value(f"({left} crosses above {right} or {left} crosses below {right})", condition=True)


def _sign(written: str) -> str:
    words = " ".join(written.lower().split())
    if words.startswith("is"):
        words = words.removeprefix("is ")
        if words.endswith("equal to") and words.startswith(("equal", "not")):
            return "!=" if words.startswith("not") else "="
        sign = ">" if words.startswith("greater") else "<"
        return f"{sign}=" if words.endswith("equal to") else sign
    return _SPELLINGS.get(words, words)
