"""Turn criteria as text into rows."""

from __future__ import annotations

from dataclasses import replace

from technic_scanner.criteria.criteria import compile_text
from technic_scanner.criteria.printer import canonical, text_of
from technic_scanner.criteria.problems import CriteriaError
from technic_scanner.criteria.rows.comments import comments_of
from technic_scanner.criteria.rows.model import (
    AND,
    BETWEEN,
    IN,
    KNOWN,
    NOT_IN,
    OR,
    UNKNOWN,
    Formula,
    Group,
    Item,
    Row,
    Rows,
)
from technic_scanner.criteria.tree import Node, Scan


def rows_of(text: str) -> Rows:
    """Return the rows of a text; one with a fault is a single formula row that holds it as it is."""
    if not text.strip():
        return Rows()
    try:
        scan = compile_text(text).tree
    except CriteriaError:
        return Rows(Group(AND, (Formula(text),)))
    item = _item(scan.where)
    group = item if isinstance(item, Group) else Group(AND, (item,))
    before, after = _around(scan)
    return Rows(group, before, after, comments_of(text))


def _around(scan: Scan) -> tuple[str, str]:
    """Return the lines before and after the condition."""
    lines = canonical(scan).split("\n")
    lets = len(scan.lets)
    before = "\n".join(line.removesuffix(";") for line in lines[:lets])
    return before, "\n".join(lines[lets + 1 :])


def _item(node: Node) -> Item:
    if node.op in {AND, OR}:
        return Group(node.op, tuple(_item(arg) for arg in node.args))
    return _row(node) or Formula(text_of(node))


def _row(node: Node) -> Row | None:
    if node.op in {"within", "for"}:
        inner = _row(node.args[0])
        if inner is None or inner.held:
            return None
        return replace(inner, held=node.op, bars=int(node.value))
    if node.op == "not":
        return _denied(node.args[0])
    return _compared(node)


def _denied(node: Node) -> Row | None:
    if node.op == "in":
        return Row(text_of(node.args[0]), NOT_IN, tuple(node.value))
    if node.op == "known":
        return Row(text_of(node.args[0]), UNKNOWN, ())
    return None


def _compared(node: Node) -> Row | None:
    if node.op not in {"compare", "between", "crosses", "in", "known"}:
        return None
    field, *values = (text_of(arg) for arg in node.args)
    if node.op == "in":
        return Row(field, IN, tuple(node.value))
    if node.op == "known":
        return Row(field, KNOWN, ())
    operator = {"compare": node.value, "between": BETWEEN, "crosses": f"crosses {node.value}"}[node.op]
    return Row(field, str(operator), tuple(values))
