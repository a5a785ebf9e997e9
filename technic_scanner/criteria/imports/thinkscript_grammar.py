"""The expressions of thinkScript, and the functions whose meaning is the same as one of ours."""

from __future__ import annotations

from dataclasses import dataclass

GRAMMAR = r"""
start: or_
?or_: and_ (_OR and_)*
?and_: not_ (_AND not_)*
?not_: _NOT not_ -> negation
    | held
?held: compared
    | held _WITHIN NUMBER _BARS -> within
?compared: sum_
    | sum_ COMPARE sum_ -> comparison
    | sum_ SIDE sum_ -> crossing
    | sum_ _BETWEEN sum_ _AND sum_ -> between
?sum_: product
    | sum_ SIGN product -> operation
?product: unary
    | product TIMES unary -> operation
?unary: SIGN unary -> signed
    | _BANG unary -> negation
    | postfix
?postfix: atom
    | postfix _BRACKET or_ _UNBRACKET -> ago
    | postfix _FROM NUMBER _BARS_AGO -> from_ago
    | postfix _DOT PLOT -> plot_of
    | postfix _DOT STRING -> plot_of
?atom: NUMBER -> number
    | _IF or_ _THEN or_ _ELSE or_ -> choice
    | _REFERENCE? NAME -> name
    | _REFERENCE? NAME _OPEN [arguments] _CLOSE -> call
    | STRING -> text
    | _OPEN or_ _CLOSE
arguments: argument (_COMMA argument)*
argument: NAME _EQUAL or_ -> named
    | STRING _EQUAL or_ -> named
    | or_ -> placed
_IF.5: /if\b/i
_THEN.5: /then\b/i
_ELSE.5: /else\b/i
_REFERENCE.5: /reference\b/i
_WITHIN.5: /within\b/i
_BETWEEN.5: /between\b/i
_FROM.5: /from\b/i
_BARS_AGO.6: /bars?\s+ago\b/i
_BARS.5: /bars?\b/i
_OR.5: /or\b|\|\|/i
_AND.5: /and\b|&&/i
_NOT.5: /not\b/i
_BANG.1: "!"
SIDE.6: /crosses\s+(above|below)\b|crosses\b/i
COMPARE.4: />=|<=|==|!=|<>|>|<|is\s+(not\s+)?equal\s+to\b|equals\b|is\s+(greater|less)\s+than(\s+or\s+equal\s+to)?\b/i
_EQUAL.1: "="
SIGN: /[+-]/
TIMES: /[*\/%]/
_OPEN: "("
_CLOSE: ")"
_BRACKET: "["
_UNBRACKET: "]"
_COMMA: ","
_DOT: "."
PLOT.3: /(?<=\.)[A-Za-z_]\w*/
NUMBER.2: /\d+(\.\d+)?|\.\d+(?![\w])/
STRING: /"[^"\n]*"/
NAME: /[A-Za-z_]\w*(\.(?=[A-Z_]+\b)[A-Z_]+)?/
%import common.WS
%ignore WS
"""


@dataclass(frozen=True, slots=True)
class Signature:
    """A function: its parameters in their order with defaults (None: must be given), and its formula for each plot.

    A formula's ``{name}`` is the parameter's value. ``only``: parameters that have one value in what is understood.
    """

    parameters: tuple[tuple[str, str | None], ...]
    plots: dict[str, str]
    only: tuple[tuple[str, str], ...] = ()
    ignored: tuple[str, ...] = ()


def _series(name: str, length: str | None = "12", data: str = "data") -> Signature:
    return Signature(((data, None), ("length", length)), {"": f"{name}({{{data}}}, {{length}})"})


_SIMPLE, _WILDER, _EXPONENTIAL = "AverageType.SIMPLE", "AverageType.WILDERS", "AverageType.EXPONENTIAL"
_RSI = Signature(
    (("length", "14"), ("over_bought", "70"), ("over_sold", "30"), ("price", "close"), ("averagetype", _WILDER),
     ("showbreakoutsignals", "no")),
    {"": "rsi({price}, {length})", "rsi": "rsi({price}, {length})", "overbought": "{over_bought}",
     "oversold": "{over_sold}"},
    only=(("averagetype", _WILDER),), ignored=("showbreakoutsignals",),
)  # fmt: skip
_MACD = Signature(
    (("fastlength", "12"), ("slowlength", "26"), ("macdlength", "9"), ("averagetype", _EXPONENTIAL),
     ("showbreakoutsignals", "no")),
    {"": "macd(close, {fastlength}, {slowlength}, {macdlength})",
     "value": "macd(close, {fastlength}, {slowlength}, {macdlength})",
     "avg": "macd_signal(close, {fastlength}, {slowlength}, {macdlength})",
     "diff": "macd_hist(close, {fastlength}, {slowlength}, {macdlength})", "zeroline": "0"},
    only=(("averagetype", _EXPONENTIAL),), ignored=("showbreakoutsignals",),
)  # fmt: skip
_BANDS = Signature(
    (("price", "close"), ("displace", "0"), ("length", "20"), ("num_dev_dn", "-2"), ("num_dev_up", "2"),
     ("averagetype", _SIMPLE)),
    {"upperband": "(sma({price}, {length}) + {num_dev_up} * stdev({price}, {length}))",
     "midline": "sma({price}, {length})",
     "lowerband": "(sma({price}, {length}) + {num_dev_dn} * stdev({price}, {length}))"},
    only=(("averagetype", _SIMPLE), ("displace", "0")),
)  # fmt: skip


def _wilder(formula: str, plot: str) -> Signature:
    return Signature(
        (("length", "14"), ("averagetype", _WILDER)), {"": formula, plot: formula}, only=(("averagetype", _WILDER),)
    )


FUNCTIONS: dict[str, Signature] = {
    "average": _series("sma"),
    "simplemovingavg": Signature(
        (("price", "close"), ("length", "9"), ("displace", "0"), ("showbreakoutsignals", "no")),
        {"": "sma({price}, {length})", "sma": "sma({price}, {length})"},
        only=(("displace", "0"),), ignored=("showbreakoutsignals",)),
    "expaverage": _series("ema"),
    "movavgexponential": Signature(
        (("price", "close"), ("length", "9"), ("displace", "0"), ("showbreakoutsignals", "no")),
        {"": "ema({price}, {length})", "avgexp": "ema({price}, {length})"},
        only=(("displace", "0"),), ignored=("showbreakoutsignals",)),
    "wma": _series("wma", "10"),
    "highest": _series("highest"),
    "lowest": _series("lowest"),
    "sum": _series("sum"),
    "stdev": _series("stdev"),
    "rsi": _RSI,
    "macd": _MACD,
    "bollingerbands": _BANDS,
    "atr": _wilder("atr({length})", "atr"),
    "adx": _wilder("adx({length})", "adx"),
    "diplus": _wilder("plus_di({length})", "di+"),
    "diminus": _wilder("minus_di({length})", "di-"),
    "volumeavg": Signature((("length", "50"),), {"volavg": "sma(volume, {length})", "vol": "volume"}),
    "absvalue": Signature((("value", None),), {"": "abs({value})"}),
    "sqrt": Signature((("value", None),), {"": "sqrt({value})"}),
    "sqr": Signature((("value", None),), {"": "({value} * {value})"}),
    "log": Signature((("value", None),), {"": "log({value})"}),
    "max": Signature((("value1", None), ("value2", None)), {"": "max({value1}, {value2})"}),
    "min": Signature((("value1", None), ("value2", None)), {"": "min({value1}, {value2})"}),
}  # fmt: skip
PRICES: dict[str, str] = {
    "open": "open", "high": "high", "low": "low", "close": "close", "volume": "volume",
    "hl2": "((high + low) / 2)", "hlc3": "((high + low + close) / 3)", "ohlc4": "((open + high + low + close) / 4)",
}  # fmt: skip
