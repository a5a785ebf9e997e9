"""Turn rows into criteria as text. A row that is not finished gives a text with a fault, which the check names."""

from __future__ import annotations

from lark import Token, Tree, UnexpectedInput

from technic_scanner.criteria.grammar import syntax_tree
from technic_scanner.criteria.printer import quoted
from technic_scanner.criteria.rows.comments import ends_in_comment
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


def text_of_rows(rows: Rows) -> str:
    """Return the text of all rows, in the spelling of the canonical text where every row is sound."""
    where = item_text(rows.group)
    before = rows.before.strip()
    if before and where.startswith(("(", "-", "not ")):
        before = f"{before.removesuffix(';')};"  # without it the bracket would call the line before
    lines = (*rows.comments, before, where, rows.after.strip())
    return "\n".join(line for line in lines if line)


def item_text(item: Item) -> str:
    """Return the text of one row, formula or group; nothing for an empty one."""
    if isinstance(item, Formula):
        return item.text.strip()
    if isinstance(item, Row):
        return _row_text(item)
    texts = [(part, item_text(part)) for part in item.items]
    present = [(part, text) for part, text in texts if text]
    if len(present) == 1:
        return present[0][1]
    return f" {item.joint} ".join(_operand(part, text, item.joint) for part, text in present)


def is_blank(row: Row) -> bool:
    """Return whether nothing has been written into a row yet."""
    return not row.field.strip() and not any(value.strip() for value in row.values)


def _row_text(row: Row) -> str:
    if is_blank(row):
        return ""
    text = _comparison(row)
    if not row.held:
        return text
    text = f"({text})" if text.startswith("not ") else text
    return f"{text} {row.held} {row.bars} {'bar' if row.bars == 1 else 'bars'}"


def _comparison(row: Row) -> str:
    field = _number(row.field)
    if row.operator == IN:
        return f"{field} in ({_listed(row)})"
    if row.operator == NOT_IN:
        return f"not {field} in ({_listed(row)})"
    if row.operator == KNOWN:
        return f"{field} is known"
    if row.operator == UNKNOWN:
        return f"not {field} is known"
    values = [_number(value) for value in row.values]
    if row.operator == BETWEEN:
        return f"{field} between {' and '.join((*values, '', '')[:2])}".rstrip()
    return f"{field} {row.operator} {values[0] if values else ''}".rstrip()


def _listed(row: Row) -> str:
    return ", ".join(quoted(value) for value in row.values if value.strip())


def _number(text: str) -> str:
    """Return a value as an operand: in brackets where it would reach beyond its place."""
    text = text.strip()
    tree = _parsed(f"{text} > 0")
    if not text or ends_in_comment(text) or (tree is not None and tree.data == "comparison"):
        return text
    return text if _parsed(f"({text}) > 0") is None else f"({text})"


def _operand(item: Item, text: str, joint: str) -> str:
    """Return a condition as an operand of ``joint``: in brackets where it would be taken apart."""
    if isinstance(item, Row):
        return text
    if isinstance(item, Group):
        sound = [part for part in item.items if item_text(part)]
        if len(sound) == 1:
            return _operand(sound[0], text, joint)
        return text if (item.joint, joint) == (AND, OR) else f"({text})"
    tree = _parsed(text)
    if tree is not None and tree.data != "or_" and (tree.data != "and_" or joint == OR):
        return f"{text}\n" if ends_in_comment(text) else text
    return f"({text}\n)" if ends_in_comment(text) else f"({text})"


def _parsed(text: str) -> Tree[Token] | None:
    """Return the syntax of a condition that stands alone; None where it has a fault or is more than a condition."""
    try:
        children = syntax_tree(text).children
    except UnexpectedInput:
        return None
    return children[0] if len(children) == 1 and isinstance(children[0], Tree) else None
