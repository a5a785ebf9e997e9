"""Refuse criteria that a study of the past cannot answer: those that read what only a scan of one day knows."""

from __future__ import annotations

from technic_scanner.criteria import Criteria, CriteriaError, Problem
from technic_scanner.criteria.problems import at
from technic_scanner.criteria.tree import Node, ordered


def check_readable(criteria: Criteria) -> None:
    """Raise CriteriaError with the place of each number or label that is known in a scan only."""
    rank = criteria.tree.rank
    roots = (criteria.tree.where,) if rank is None else (criteria.tree.where, rank.by)
    found = [node for node in ordered(roots) if node.op == "column" or (node.op == "label" and node.value == "signal")]
    if found:
        raise CriteriaError(criteria.text, dict.fromkeys(_refused(criteria.text, node) for node in found))


def _refused(text: str, node: Node) -> Problem:
    sentence = f"{node.value} is known in a scan of one day only: a study of the past needs criteria without it."
    return at(text, min(node.start, len(text)), min(node.stop, len(text)), sentence)
