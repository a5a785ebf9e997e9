"""Show the symbols that are not in a run's results: the count of each reason, and each symbol with its reason."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from technic_scanner.domain.metrics import SymbolFailure
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.pipeline.reasons import NOT_REACHED, reason_text
from technic_scanner.runs.model import StoredResult
from technic_scanner.ui.style import tables, theme
from technic_scanner.ui.style.wording import count_text

_FEW = 420  # px of the tables of failures


def show(record: RunRecord, stored: StoredResult) -> None:
    """Show the symbols that are not in the results: counts by reason and one row per symbol, largest group first."""
    if not stored.failures:
        if record.status is RunStatus.SUCCEEDED and stored.table.num_rows:
            st.caption("Every symbol of the universe is in the results.")
        return
    frame, counts = failure_frames(stored.failures)
    st.caption(f"{count_text(len(frame), 'symbol')} not in the results, with reasons.")
    left, right = st.columns([1, 3])
    left.dataframe(
        counts,
        hide_index=True,
        height=tables.height(len(counts), _FEW),
        column_config={"Symbols": st.column_config.NumberColumn(format="localized", width=70)},
        alt="Number of symbols not in the results by reason",
    )
    right.dataframe(
        frame,
        hide_index=True,
        height=tables.height(len(frame), _FEW),
        alt="Every symbol that is not in the results, with its reason",
        lazy=False,
    )


def failure_frames(items: tuple[SymbolFailure, ...]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return every failure as a row, in words, and the count of each reason; both with the most frequent reason first.

    Within a reason the failures keep their order. A reason has one kind and one stage, so the counts omit both.
    """
    frame = pd.DataFrame(
        [
            (item.symbol, kind_text(item), theme.stage_label(item.stage), reason_text(item.reason), item.detail)
            for item in items
        ],
        columns=["Symbol", "Kind", "Stage", "Reason", "Detail"],
    )
    sizes = frame.groupby("Reason", sort=False).size().sort_values(ascending=False, kind="stable")
    order = {reason: place for place, reason in enumerate(sizes.index)}
    frame = frame.sort_values("Reason", key=lambda reasons: reasons.map(order), kind="stable", ignore_index=True)
    return frame, sizes.rename("Symbols").reset_index()


def kind_text(failure: SymbolFailure) -> str:
    """Return whether a symbol was rejected, failed, or was not evaluated because the run ended before."""
    return "not evaluated" if failure.reason == NOT_REACHED else failure.kind.value
