"""Saved criteria and imports as JSON types, the same from every door."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from technic_scanner.criteria.imports import Imported
from technic_scanner.runs.saved_criteria.model import SavedCriteria


def saved_document(saved: SavedCriteria) -> dict[str, Any]:
    """Return one version of saved criteria."""
    return asdict(saved)


def imported_document(found: Imported) -> dict[str, Any]:
    """Return what a scan of another program is, and what of it is left out."""
    return {
        "complete": found.complete,
        "text": found.text or None,
        "clauses": list(found.clauses),
        "untranslated": [asdict(item) for item in found.untranslated],
    }
