"""Show the functions, names and prefixes of the scan language from its one table, and search in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from technic_scanner.criteria.reference import functions_document
from technic_scanner.criteria.shipped import SHIPPED_SCANS
from technic_scanner.ui.style.tables import height
from technic_scanner.ui.style.wording import count_text, escape

_SEARCH, _GROUP = "reference_search", "reference_group"
_MOST_ROWS = 60
_RULES = """
A text is a condition: comparisons joined by `and`, `or`, `not`, for example `rsi(14) < 30 and close > sma(close, 200)`.
`x[5]` is x five bars ago, `… within 5 bars` and `… for 5 bars` look back, `a crosses above b` compares two bars,
`x between a and b`, `sector in ("Energy", "Utilities")`, `x is known`. Numbers may be `8%`, `10m`, `250k`. Before the
condition `let name = …` names a value; after it stand `rank by … top 25` and `show … as "Heading"`.
"""


def show() -> None:
    """Show the page."""
    document = functions_document()
    st.markdown(_RULES)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        word = st.text_input("Search", key=_SEARCH, placeholder="average, volume, rank …", width=300)
        groups = list(dict.fromkeys(item["group"] for item in document["functions"]))
        st.pills("Group of functions", groups, key=_GROUP)
    group = st.session_state.get(_GROUP)
    wanted = (word or "").strip().casefold()
    functions = [item for item in document["functions"] if group in {None, item["group"]} and _holds(item, wanted)]
    _table(
        "Functions",
        [
            {
                "Function": item["signature"],
                "What it is": item["help"],
                "Example": item["example"],
                "Group": item["group"],
            }
            for item in functions
        ],
    )
    if group is None:
        names = (*document["fields"], *document["frames"])
        rows = [{"Name": item["name"], "What it is": item["help"]} for item in names if _holds(item, wanted)]
        _table("Names, and what may stand before them", rows)
        scans = [
            {"Name": scan.name, "Finds": scan.finds, "Text": scan.text, "Group": scan.group} for scan in SHIPPED_SCANS
        ]
        _table("Shipped scans", [row for row in scans if _holds(row, wanted)])


def _holds(item: Mapping[str, Any], word: str) -> bool:
    return any(word in str(value).casefold() for value in item.values() if isinstance(value, str))


def _table(title: str, rows: list[dict[str, str]]) -> None:
    st.markdown(f"**{escape(title)}** – {count_text(len(rows), 'row')}")
    if not rows:
        st.caption("Nothing matches the search.")
        return
    settings = {
        "Example": st.column_config.TextColumn(width="large"),
        "Text": st.column_config.TextColumn(width="large"),
    }
    st.dataframe(
        rows,
        hide_index=True,
        height=height(len(rows), _MOST_ROWS * 35),
        column_config=settings,
        alt=f"{title} as a table",
    )
