"""What criteria ask of a stored run: the order of its picks, columns of their own, which of its rows they match."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from technic_scanner.criteria import CriteriaError
from technic_scanner.criteria import compile as compile_criteria
from technic_scanner.criteria.printer import order_text, text_of
from technic_scanner.pipeline.columns import COLUMN_BY_NAME

if TYPE_CHECKING:
    from technic_scanner.pipeline.past_rows import JudgedRows
    from technic_scanner.runs.model import StoredResult


def canonical_of(text: str) -> str:
    """Return criteria in the one spelling that equal ones share; as they are where they cannot be read."""
    if not text.strip():
        return ""
    try:
        return compile_criteria(text).canonical
    except CriteriaError:
        return text  # of another version of the language


def order_of(text: str) -> str | None:
    """Return the order that criteria ask for, in words; None where they ask for none or cannot be read."""
    if not text.strip():
        return None
    try:
        rank = compile_criteria(text).tree.rank
    except CriteriaError:
        return None  # of another version of the language
    return None if rank is None else order_text(rank)


def parts_of(text: str) -> tuple[str, ...]:
    """Return the clauses of criteria, what they name by let, the order and the columns, each in one spelling."""
    if not text.strip():
        return ()
    try:
        asked = compile_criteria(text)
    except CriteriaError:
        return (text.strip(),)  # of another version of the language
    clauses = [text_of(node) for node in asked.clauses]
    first, last = len(asked.tree.lets), len(asked.tree.lets) + 1  # the condition is one line of the canonical text
    lines = asked.canonical.split("\n")
    return (*(line.rstrip(";") for line in lines[:first]), *clauses, *lines[last:])


def clause_changes(before: str, after: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the parts of criteria that only ``before`` has, and those that only ``after`` has."""
    old, new = parts_of(before), parts_of(after)
    return tuple(part for part in old if part not in new), tuple(part for part in new if part not in old)


def change_sentences(texts: Sequence[str | None], names: Sequence[str]) -> list[str]:
    """Return what differs between the first of several criteria and each other one; ``names`` are of their runs."""
    sentences = []
    for text, name in zip(texts[1:], names[1:], strict=True):
        gone, come = clause_changes(texts[0] or "", text or "")
        said = [f"without {part}" for part in gone] + [f"with {part}" for part in come]
        if said:
            sentences.append(f"{names[0]} → {name}: {'; '.join(said)}")
    return sentences


def own_columns(stored: StoredResult | None) -> tuple[str, ...]:
    """Return the names of a result's columns that only this run has, in their order."""
    names = () if stored is None else stored.table.column_names
    return tuple(name for name in names if name not in COLUMN_BY_NAME)


def matches_document(found: JudgedRows) -> dict[str, Any]:
    """Return which rows of a run criteria match, as JSON types."""
    judged = found.judged
    counts, left = judged.counts(), judged.left_after()
    return {
        "matches": list(found.matches),
        "counts": counts,
        "left_after": left,
        "unknown": judged.unknown,
        "notes": list(found.notes),
    }
