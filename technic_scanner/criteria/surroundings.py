"""What the rows of a level are beside their bars: labels, values across symbols, other subjects, the scan's numbers."""

from __future__ import annotations

from typing import Any

from technic_scanner.criteria import labels
from technic_scanner.criteria.levels import Periods
from technic_scanner.criteria.tree import Node


class Surroundings:
    """What the rows of a level are beside their bars: labels, columns across symbols, other subjects' values."""

    def __init__(self, periods: Periods) -> None:
        self.periods = periods

    def label(self, name: str) -> labels.Texts:
        """Return a label of every row."""
        raise NotImplementedError(name)

    def number(self, name: str) -> Any:
        """Return a number that only a scan knows, (rows,), NaN where it is unknown."""
        raise NotImplementedError(name)

    def across(self, node: Node) -> Any:
        """Return the values across symbols of a node, (rows, sessions), the newest session last."""
        raise NotImplementedError(node)

    def subject(self, node: Node) -> tuple[Any, Any, Any]:
        """Return another subject's values (r, c), the row of each own row, and the column of each session, -1: none."""
        raise NotImplementedError(node)

    def market_close(self) -> Any:
        """Return the market's close of each session, (sessions,)."""
        raise NotImplementedError
