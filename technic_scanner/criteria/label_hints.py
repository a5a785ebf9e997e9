"""Tell of a label that no symbol can have, such as a sector with a letter too few: nothing would be found, unsaid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from technic_scanner.criteria.problems import suggestion
from technic_scanner.criteria.tree import Node
from technic_scanner.domain.sectors import GICS_SECTORS, to_gics
from technic_scanner.screening.signals import SIGNALS

Hint = tuple[int, int, str]


def label_hints(node: Node) -> Iterator[Hint]:
    """Return (start, stop, sentence) for each text that a sector or a signal is compared with and is none."""
    if node.op == "in":
        yield from ((node.start, node.stop, said) for text in node.value if (said := _said(node.args[0], text)))
    elif node.op == "compare":
        for label in node.args:
            for text in (other for other in node.args if other.op == "text"):
                if said := _said(label, text.value):
                    yield text.start, text.stop, said


def _said(label: Node, text: str) -> str:
    if label.op != "label":
        return ""
    if label.value == "signal" and text.casefold() not in {name.casefold() for name in SIGNALS}:
        return f'"{text}" is no signal.{_near(text, SIGNALS)} Signals are {", ".join(SIGNALS)}.'
    if label.value == "sector" and to_gics(text) is None:
        own = "only a universe with sectors of its own has it"
        return f'"{text}" is no GICS sector, so that {own}.{_near(text, GICS_SECTORS)}'
    return ""


def _near(text: str, known: Sequence[str]) -> str:
    return suggestion(text.title(), known)
