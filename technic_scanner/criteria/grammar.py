"""The grammar of the scan language, and text turned into its syntax tree."""

from __future__ import annotations

import re
from functools import cache

from lark import Lark, Tree

RESERVED = (
    "and", "or", "not", "within", "for", "between", "crosses", "above", "below", "in", "is", "known", "by", "top",
    "show", "as", "let", "asc", "desc",
)  # fmt: skip

GRAMMAR = rf"""
start: let* or_ rank? show*
let: _LET NAME _EQUAL or_ _SEMICOLON?
rank: _RANK_BY or_ [ORDER] [_TOP NUMBER]
show: _SHOW or_ [_AS STRING]
?or_: and_ (_OR and_)*
?and_: not_ (_AND not_)*
?not_: _NOT not_ -> negation
    | held
?held: compared
    | held _WITHIN NUMBER _BARS? -> within
    | held _FOR NUMBER _BARS? -> lasting
?compared: sum_
    | sum_ COMPARE sum_ -> comparison
    | sum_ _BETWEEN sum_ _AND sum_ -> between
    | sum_ _CROSSES SIDE sum_ -> crossing
    | sum_ _IN _OPEN STRING (_COMMA STRING)* _CLOSE -> member
    | sum_ _NOT _IN _OPEN STRING (_COMMA STRING)* _CLOSE -> no_member
    | sum_ _IS _KNOWN -> known
    | sum_ _IS _NOT _KNOWN -> unknown
?sum_: product
    | sum_ SIGN product -> operation
?product: unary
    | product TIMES unary -> operation
?unary: SIGN unary -> signed
    | postfix
?postfix: atom
    | postfix _BRACKET or_ _UNBRACKET -> ago
?atom: NUMBER -> number
    | STRING -> text
    | NAME -> name
    | NAME _OPEN [arguments] _CLOSE [_BY NAME] -> call
    | _OPEN or_ _CLOSE
arguments: or_ (_COMMA or_)*
_RANK_BY.5: /rank\s+by\b/i
_LET.4: /let\b/i
_SHOW.4: /show\b/i
_AS.4: /as\b/i
_TOP.4: /top\b/i
ORDER.4: /(asc|desc)\b/i
_OR.4: /or\b/i
_AND.4: /and\b/i
_NOT.4: /not\b/i
_WITHIN.4: /within(\s+(the\s+)?last)?\b/i
_FOR.4: /for(\s+(the\s+)?last)?\b/i
_BETWEEN.4: /between\b/i
_CROSSES.4: /crosses\b/i
SIDE.4: /(above|below)\b/i
_IN.4: /in\b/i
_IS.4: /is\b/i
_KNOWN.4: /known\b/i
_BY.4: /by\b/i
_BARS.4: /bars?\b/i
COMPARE.2: />=|<=|==|!=|<>|>|<|=/
_EQUAL: "="
SIGN: /[+-]/
TIMES: /[*\/]/
_OPEN: "("
_CLOSE: ")"
_BRACKET: "["
_UNBRACKET: "]"
_COMMA: ","
_SEMICOLON: ";"
NUMBER: /(\d+(\.\d+)?|\.\d+)(\s*%|(bn|b|m|k)(?![a-z_0-9]))?/i
STRING: /"[^"\n]*"|'[^'\n]*'/
NAME: /(?!(?:{"|".join(RESERVED)})\b)[a-z_][a-z_0-9]*(\.[a-z_][a-z_0-9]*)*/i
COMMENT: /#[^\n]*/
%import common.WS
%ignore WS
%ignore COMMENT
"""

# What a terminal is called in a sentence; the others are called by what is written.
WORDS: dict[str, str] = {
    "NUMBER": "a number", "STRING": "a text in quotes", "NAME": "a name", "COMPARE": "a comparison", "SIGN": "+ or -",
    "TIMES": "* or /", "ORDER": "asc or desc", "SIDE": "above or below", "_OPEN": "(", "_CLOSE": ")",
    "_BRACKET": "[", "_UNBRACKET": "]", "_COMMA": "a comma", "_EQUAL": "=", "_RANK_BY": "rank by", "$END": "the end",
    "_SEMICOLON": ";",
}  # fmt: skip


# Texts in quotes and comments, whose brackets do not count, and brackets.
_BRACKETS = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|#[^\n]*|[()\[\]]")


@cache
def parser() -> Lark:
    """Return the LALR parser, which neither recurses nor backtracks."""
    return Lark(GRAMMAR, parser="lalr", propagate_positions=True, maybe_placeholders=True)


def syntax_tree(text: str) -> Tree:  # type: ignore[type-arg]
    """Return lark's tree of ``text``. Raises lark.UnexpectedInput with the place of the first fault."""
    return parser().parse(text)


def too_deep_at(text: str, most: int) -> int | None:
    """Return the place of the bracket with which more than ``most`` are open at once, None where there is none."""
    depth = 0
    for found in _BRACKETS.finditer(text):
        depth += (found.group() in "([") - (found.group() in ")]")
        if depth > most:
            return found.start()
    return None


def extent_of(tree: Tree, flat: str = "") -> tuple[int, int]:  # type: ignore[type-arg]
    """Return how deep ``tree`` is nested and its nodes; without recursion, which is what a deep one must not cause.

    ``flat``: a rule whose chains (a + b + c) lean to the left and are not nested.
    """
    deepest, count, stack = 0, 0, [(tree, 1)]
    while stack:
        node, depth = stack.pop()
        deepest, count = max(deepest, depth), count + 1
        for place, child in enumerate(node.children):
            if isinstance(child, Tree):
                chained = place == 0 and node.data == child.data == flat
                stack.append((child, depth if chained else depth + 1))
    return deepest, count
