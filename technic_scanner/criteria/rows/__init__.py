"""Criteria as rows of field, operator and value in groups, for forms; text and rows turn into each other losslessly.

    from technic_scanner.criteria.rows import rows_of, text_of_rows
    rows = rows_of("rsi(14) < 30 and close > sma(close, 200)")
    text_of_rows(rows)

What fits no row is a row that holds a formula.
"""

from technic_scanner.criteria.rows.model import Formula, Group, Item, Row, Rows
from technic_scanner.criteria.rows.reading import rows_of
from technic_scanner.criteria.rows.writing import item_text, text_of_rows

__all__ = ["Formula", "Group", "Item", "Row", "Rows", "item_text", "rows_of", "text_of_rows"]
