"""Values that need all symbols at once: with them the rest can be evaluated for some symbols alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from technic_scanner.criteria.tree import Node


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """What symbols of a panel share.

    ``across``: values across symbols by node, (n, sessions). ``subjects``: by node the values of the market or of the
    sectors, (groups, columns), the row of each symbol (n,), and the column of each session of the panel.
    """

    across: Mapping[Node, Any] = field(default_factory=dict)
    subjects: Mapping[Node, tuple[Any, Any, Any]] = field(default_factory=dict)

    def rows(self, start: int, stop: int) -> Shared:
        """Return the part of the symbols start … stop − 1."""
        across = {node: values[start:stop] for node, values in self.across.items()}
        subjects = {
            node: (values, rows[start:stop], columns) for node, (values, rows, columns) in self.subjects.items()
        }
        return Shared(across, subjects)


NOTHING_SHARED = Shared()
