"""Show which stages were slower than in earlier comparable runs, by which rule, and how many could be checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from technic_scanner.runs.model import RunQuery
from technic_scanner.runs.timings import analytics
from technic_scanner.ui.app import moments
from technic_scanner.ui.app.services import run_service
from technic_scanner.ui.history import timing_frames
from technic_scanner.ui.style import theme
from technic_scanner.ui.style.tables import height
from technic_scanner.ui.style.wording import count_text, short_id, slower_text

MAX_JUDGED = 5_000  # runs that are checked at once
MAX_PICKED_OUT = 500  # the same, if a filter excludes runs in between: then each run's baseline is read separately


def warn(query: RunQuery, ended: tuple[object, ...]) -> None:
    """Show a warning if the newest run that passes the filters was slower than comparable runs."""
    slow = analytics.slower(_checks(replace(query, limit=1), ended))
    if slow:
        parts = [
            f"{theme.stage_label(check.stage)} {slower_text(check.cost, check.median or 0.0, check.seconds)}"
            for check in slow
        ]
        st.warning(f"{', '.join(parts)}. See the Slow-downs tab.", title=f"Run {short_id(slow[0].run_id)} was slower")


def show(runs: int, query: RunQuery, ended: tuple[object, ...]) -> None:
    """Show the slower stages of the newest ``runs`` runs that pass the filters, up to the limit of checked runs.

    ``ended`` is a cache key that changes whenever a run begins or ends.
    """
    picked_out = any(
        value is not None for value in (query.min_seconds, query.max_seconds, query.text, query.criteria, query.pinned)
    )
    most = MAX_PICKED_OUT if picked_out else MAX_JUDGED
    say_how_many_are_judged(runs, most)
    checks = _checks(replace(query, limit=min(query.limit, most)), ended)
    rule = analytics.RegressionRule()
    st.caption(
        f"A stage counts as slower if it took more than {rule.factor} × the median, more than the median plus "
        f"{rule.mads:.0f} × MAD of the last {rule.history} comparable successful runs, and more than "
        f"{rule.floor_seconds} s. With fewer than {rule.minimum} such runs there is not enough history. "
        "Scanning is compared per symbol; the time between stages is treated as a stage."
    )
    only = st.toggle("Only slower stages", value=True, key="h_only_slow")
    shown = analytics.slower(checks) if only else checks
    if shown:
        _table(shown)
    else:
        _say_none_was_slower(checks, rule.minimum)


def say_how_many_are_judged(runs: int, most: int = MAX_JUDGED) -> None:
    """Show a note if not all of the ``runs`` runs are checked."""
    if runs > most or runs >= MAX_JUDGED:
        st.caption(f"Covers the newest {most:,} runs.")


@st.cache_resource(ttl="1m", max_entries=4, show_spinner=False)
def _checks(query: RunQuery, ended: tuple[object, ...]) -> tuple[analytics.StageCheck, ...]:
    """Return checks against all comparable runs, including those that the filters exclude; cached until a run ends."""
    del ended  # part of the key only
    return run_service().slowdowns(query)


def _table(checks: Sequence[analytics.StageCheck]) -> None:
    numbers = {name: st.column_config.NumberColumn(format="%.4f") for name in ("Seconds", "Cost", "Median", "Limit")}
    st.dataframe(
        timing_frames.checks_frame(checks),
        hide_index=True,
        height=height(len(checks), 420),
        placeholder="–",
        column_config={
            "Created": moments.column("Created"),
            **numbers,
        },
        alt="Stages checked against the same stages of earlier runs",
    )


def _say_none_was_slower(checks: Sequence[analytics.StageCheck], minimum: int) -> None:
    """Show that no stage was slower, or that there is not enough history to tell."""
    judged = [check for check in checks if check.verdict is not analytics.Verdict.TOO_LITTLE_HISTORY]
    text = f"{count_text(len(judged), 'stage')} of {len(checks):,} had enough history to be checked."
    if judged:
        st.success(text, title="No stage was slower than its baseline")
    else:
        text += f" A stage is checked when there are at least {minimum} earlier comparable successful runs."
        st.info(text, title="Not enough history")
