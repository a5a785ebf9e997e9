"""What criteria ask of a stored run: the order of its picks, columns of their own, which of its rows they match."""

from __future__ import annotations

from typing import Any

from technic_scanner.criteria import CriteriaError
from technic_scanner.criteria import compile as compile_criteria
from technic_scanner.criteria.printer import order_text
from technic_scanner.pipeline.columns import COLUMN_BY_NAME
from technic_scanner.pipeline.past_rows import JudgedRows
from technic_scanner.runs.model import StoredResult


def order_of(text: str) -> str | None:
    """Return the order that criteria ask for, in words; None where they ask for none or cannot be read."""
    if not text.strip():
        return None
    try:
        rank = compile_criteria(text).tree.rank
    except CriteriaError:
        return None  # of another version of the language
    return None if rank is None else order_text(rank)


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
