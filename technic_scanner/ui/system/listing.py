"""A table of plain rows, as high as they are many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st


def listing(
    rows: Sequence[Sequence[object]], columns: Sequence[str], alt: str, settings: Mapping[str, Any] | None = None
) -> None:
    """Draw the rows under the names of their columns; ``alt`` describes them to people who cannot see them.

    ``settings`` is the ``column_config`` of some of the columns.
    """
    table = pd.DataFrame(rows, columns=list(columns))
    st.dataframe(table, hide_index=True, height="content", placeholder="–", column_config=dict(settings or {}), alt=alt)
