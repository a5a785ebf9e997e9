"""Draw the stage bars of a run with their sub-stages."""

from __future__ import annotations

import streamlit as st

from technic_scanner.domain.progress import ProgressEvent, StageProgress, StageState, SubstageProgress
from technic_scanner.domain.run import RunRecord
from technic_scanner.domain.stage import unit_of
from technic_scanner.progress.text import format_percent, rate_text, seconds_text
from technic_scanner.ui.style.theme import stage_label
from technic_scanner.ui.style.wording import escape

MARKS: dict[StageState, str] = {
    StageState.PENDING: "○",
    StageState.RUNNING: "▶",
    StageState.DONE: "✓",
    StageState.FAILED: "✕",
    StageState.CANCELLED: "■",
    StageState.SKIPPED: "–",
}

_RESUMED_HELP = "The steps of this attempt only. The bar above also counts the work of earlier attempts."


def draw(record: RunRecord, event: ProgressEvent | None) -> None:
    """Draw a bar per stage; before the first event, the planned stages at zero."""
    with st.container(border=True, gap="small"):
        if event is None:
            to_come = _to_come(record.status.is_terminal)
            for name in record.options.stage_plan.names:
                st.progress(0.0, text=f"{MARKS[StageState.PENDING]} {stage_label(name)} · {to_come}")
            return
        for stage in event.stages:
            st.progress(min(1.0, max(0.0, stage.fraction)), text=stage_text(stage, record.status.is_terminal))
            if stage.substages:
                ended = record.status.is_terminal
                st.caption(
                    " · ".join(substage_text(substage, ended) for substage in stage.substages),
                    help=_RESUMED_HELP if event.earlier_seconds else None,
                )


def stage_text(stage: StageProgress, ended: bool = False) -> str:
    """Return the state of a stage as text: mark, name, counts, rate and time.

    ``ended``: the run is over, so stages that a terminated worker left as running or pending will not continue.
    """
    parts = [f"{_mark(stage.state, ended)} **{stage_label(stage.name)}** {format_percent(stage.fraction)}"]
    if stage.total is not None and stage.state is not StageState.PENDING:
        parts.append(f"{stage.completed:,} / {stage.total:,} {unit_of(stage.name)}")
    if stage.state is StageState.RUNNING and not ended:
        if stage.throughput is not None:
            parts.append(rate_text(stage.throughput, unit_of(stage.name)))
        parts.append(
            f"{seconds_text(stage.eta_seconds)} left" if stage.eta_seconds is not None else "time left unknown"
        )
    elif stage.state is StageState.PENDING:
        parts.append(_to_come(ended))
    else:
        parts.append(seconds_text(stage.elapsed_seconds))
    return " · ".join(parts)


def _to_come(ended: bool) -> str:
    return "not reached" if ended else "waiting"


def _mark(state: StageState, ended: bool) -> str:
    return MARKS[StageState.CANCELLED if ended and state is StageState.RUNNING else state]


def substage_text(substage: SubstageProgress, ended: bool = False) -> str:
    """Return the state of a sub-stage as text: mark, name and counts; ``ended`` as in ``stage_text``."""
    name = escape(substage.name.replace("_", " "))
    counts = f" {substage.completed:,}/{substage.total:,}" if substage.total else ""
    return f"{_mark(substage.state, ended)} {name}{counts}"
