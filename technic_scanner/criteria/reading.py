"""Read a criteria text into its typed tree, within the limits of what a text may be."""

from __future__ import annotations

from typing import Any

from lark import Tree, UnexpectedInput

from technic_scanner.criteria.build import Builder
from technic_scanner.criteria.grammar import extent_of, syntax_tree, too_deep_at
from technic_scanner.criteria.language import MAX_CHARACTERS, MAX_NESTING, MAX_NODES
from technic_scanner.criteria.problems import CriteriaError, at, refused
from technic_scanner.criteria.syntax_faults import syntax_fault
from technic_scanner.criteria.tree import Scan

_NESTED = f"This is nested more than {MAX_NESTING} deep: give parts of it a name with let, or leave brackets out."


def tree_of(text: str) -> Scan:
    """Return the typed tree of a text. Raises CriteriaError with every fault and its place."""
    syntax = _syntax(text)
    builder = Builder()
    tree = builder.scan(syntax)
    if builder.problems:
        found = dict.fromkeys(at(text, *problem) for problem in sorted(builder.problems))
        raise CriteriaError(text, found)
    if max(root.depth for root in (*tree.roots, *(value for _, value in tree.lets))) > 2 * MAX_NESTING:
        raise refused(text, 0, len(text), "The names given by let stand in one another too deeply: use fewer steps.")
    return tree


def _syntax(text: str) -> Tree[Any]:
    """Return the syntax tree of a text that is within every limit."""
    if len(text) > MAX_CHARACTERS:
        sentence = f"A text has at most {MAX_CHARACTERS:,} characters, and this one has {len(text):,}: shorten it."
        raise refused(text, MAX_CHARACTERS, len(text), sentence)
    if not text.strip():
        raise refused(text, 0, 1, "Write a condition, for example rsi(14) < 30.")
    deep = too_deep_at(text, MAX_NESTING)
    if deep is not None:
        raise refused(text, deep, deep + 1, _NESTED)
    try:
        syntax = syntax_tree(text)
    except UnexpectedInput as fault:
        raise CriteriaError(text, [syntax_fault(text, fault)]) from None
    depth, count = extent_of(syntax, flat="operation")
    if depth > MAX_NESTING:
        raise refused(text, 0, len(text), _NESTED)
    if count > MAX_NODES:
        sentence = f"This has {count} parts, and {MAX_NODES} are allowed: split it into several criteria."
        raise refused(text, 0, len(text), sentence)
    return syntax
