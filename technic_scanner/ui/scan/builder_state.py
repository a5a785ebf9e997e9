"""Keep the rows of criteria in the session: each row has an id that its widgets are called by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from technic_scanner.criteria.fields import LABELS
from technic_scanner.criteria.rows import Formula, Group, Item, Row
from technic_scanner.criteria.rows.model import (
    AND,
    IN,
    LABEL_OPERATORS,
    NOT_IN,
    NUMBER_OPERATORS,
    values_of,
)

_NEXT = count(1)


@dataclass
class Node:
    """One row, formula or group on the page; ``item`` is what it held when it was drawn last, groups hold nodes."""

    item: Item
    children: list[Node] = field(default_factory=list)
    number: int = field(default_factory=lambda: next(_NEXT))

    @property
    def is_group(self) -> bool:
        """Whether this is a group."""
        return isinstance(self.item, Group)

    def key(self, name: str) -> str:
        """Return the key of one of its widgets."""
        return f"criteria_{self.number}_{name}"

    def walk(self) -> Iterator[Node]:
        """Yield this node and all under it."""
        yield self
        for child in self.children:
            yield from child.walk()


def node_of(item: Item) -> Node:
    """Return the node of a row, formula or group, with new ids."""
    return Node(item, [node_of(child) for child in item.items] if isinstance(item, Group) else [])


def is_label(text: str) -> bool:
    """Return whether a row's field is a text (a sector, say) and not a number."""
    return text.strip().lower() in LABELS


def operators_of(text: str) -> tuple[str, ...]:
    """Return the operators that a field may stand before."""
    return LABEL_OPERATORS if is_label(text) else NUMBER_OPERATORS


def widget_values(node: Node) -> dict[str, Any]:
    """Return the first values of a node's widgets, by key."""
    item = node.item
    if isinstance(item, Group):
        return {node.key("joint"): item.joint}
    if isinstance(item, Formula):
        return {node.key("text"): item.text}
    several = item.operator in {IN, NOT_IN}
    values = (*(() if several else item.values), "", "")
    return {
        node.key("field"): item.field or None,
        node.key("operator"): item.operator,
        node.key("names"): list(item.values) if several else [],
        node.key("value"): values[0],
        node.key("second"): values[1],
        node.key("held"): item.held,
        node.key("bars"): item.bars,
    }


def item_of(node: Node, state: Mapping[Any, Any]) -> Item:
    """Return what the widgets of a node and of all under it say now; what has no widget yet is as it was."""
    known = {key: state.get(key, value) for key, value in widget_values(node).items()}
    item = node.item
    if isinstance(item, Group):
        return Group(known[node.key("joint")] or AND, tuple(item_of(child, state) for child in node.children))
    if isinstance(item, Formula):
        return Formula(known[node.key("text")] or "")
    text = known[node.key("field")] or ""
    allowed = operators_of(text)
    operator = known[node.key("operator")]
    operator = operator if operator in allowed else allowed[0]
    wanted = values_of(operator)
    if wanted is None:
        values = tuple(known[node.key("names")])
    else:
        values = ((known[node.key("value")] or "").strip(), (known[node.key("second")] or "").strip())[:wanted]
    held = known[node.key("held")] or ""
    return Row(text, operator, values, held, int(known[node.key("bars")] or 1) if held else 1)


def remember(node: Node, state: Mapping[Any, Any]) -> None:
    """Keep in every node what its widgets say, because Streamlit forgets widgets that are not drawn."""
    for one in node.walk():
        one.item = item_of(one, state)


def removed(root: Node, number: int) -> None:
    """Take a node out, wherever it stands."""
    for node in root.walk():
        node.children = [child for child in node.children if child.number != number]


def found(root: Node, number: int) -> Node:
    """Return the node with an id."""
    return next(node for node in root.walk() if node.number == number)


NEW: dict[str, Item] = {"row": Row(), "formula": Formula(), "group": Group(AND, (Row(),))}
