"""Draw the live view of one run, read from the run journal at every tick; it stops ticking when the run has ended."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from technic_scanner.domain.progress import ProgressEvent, StageState
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.domain.stage import Stage, unit_of
from technic_scanner.progress.text import format_percent, range_text, rate_text, seconds_text
from technic_scanner.ui.app import notices
from technic_scanner.ui.app.services import run_service, services
from technic_scanner.ui.run import (
    pace,
    run_actions,
    run_figures,
    run_note,
    run_summary,
    silence,
    stage_bars,
    worker_log,
)
from technic_scanner.ui.run.event_history import EventHistory
from technic_scanner.ui.style import theme, ticking
from technic_scanner.ui.style.wording import (
    ending_badge,
    ending_text,
    escape,
    left_text,
    run_name,
    sentence,
    status_text,
    unreadable_text,
)

_EVENTS_PER_READ = 500
_SHOWN_MESSAGES = 6
_BROKEN_OFF = (StageState.FAILED, StageState.CANCELLED, StageState.RUNNING)


def show(run_id: str, below: Callable[[RunRecord], None]) -> None:
    """Show one run; ticks while it is queued or running. Raises RunNotFoundError.

    ``below`` draws what stands below the panel. It is drawn before the figures, which stand above it.
    """
    record = run_service().get(run_id)
    now = pace.begin(record)
    if now.has_seen_the_end:
        st.toast(f"{ending_text(record)}: {escape(run_name(record))}. {escape(record.status_text)}", duration="long")
    ticking.draw(_tick, run_id, now, below, every_seconds=now.phase.every_seconds)


def _tick(run_id: str, now: pace.Pace, below: Callable[[RunRecord], None]) -> None:
    with notices.guarded():
        record = run_service().get(run_id)
        if now.is_over(record):
            st.rerun()
        history = _history(run_id)
        place = _draw(record, history)
        with notices.guarded():
            below(record)
        with place:
            run_figures.draw(record, history, now=now.phase.figures)


def _draw(record: RunRecord, history: EventHistory) -> DeltaGenerator:
    """Draw everything but the figures; return their place."""
    event, silent = history.latest, silence.text(record)
    if silent is not None and event is not None:
        event = silence.without_predictions(event)
    st.title(f"{ending_badge(record)} {escape(run_name(record))}", anchor=False)
    _overall(record, event, silent)
    run_actions.draw(record)
    if record.unreadable or record.unknown_fields:
        st.warning(escape(unreadable_text(record)))
    # Before a worker takes the attempt its numbers are unknown: the last event belongs to the previous attempt.
    if record.started_at is not None:
        _numbers(record, event)
    if record.status.is_terminal:
        run_summary.draw(record)
        run_note.show(record)
        run_note.form(record)
    left, right = st.columns([5, 6])
    with left:
        stage_bars.draw(record, event)
        _messages(history)
    if record.status.is_terminal:
        worker_log.show(record)
    return right


def _history(run_id: str) -> EventHistory:
    """Return the run's event history, updated from the journal; created if the session has none."""
    slot = f"trail_{run_id}"
    history = st.session_state.get(slot)
    # After a code reload the stored object is of an outdated class; the history is then rebuilt from the journal.
    if not isinstance(history, EventHistory):
        history = EventHistory(run_id)
    while True:
        events = run_service().events(run_id, after_seq=history.last_seq, limit=_EVENTS_PER_READ)
        history.follow(events)
        if len(events) < _EVENTS_PER_READ:
            break
    st.session_state[slot] = history
    return history


def _overall(record: RunRecord, event: ProgressEvent | None, silent: str | None) -> None:
    if record.status is RunStatus.QUEUED:
        place = "" if record.queue_position is None else f" Position {record.queue_position} in the queue."
        waits = services().waits_elsewhere(record)
        st.progress(record.time_fraction, text=escape(waits) + place if waits else f"Waiting for a worker.{place}")
        return
    if record.status.is_terminal and record.status is not RunStatus.SUCCEEDED:
        # The share of its total time is unknown for a run that did not finish: none is told, the bar stays.
        done = 0.0 if event is None else event.time_fraction
        st.progress(min(1.0, max(0.0, done)), text=f"{_stopped_in(event)}{_overall_words(record, event)}")
        return
    fraction = event.time_fraction if event is not None else record.time_fraction
    st.progress(
        min(1.0, max(0.0, fraction)), text=f"{format_percent(fraction)} · {silent or _overall_words(record, event)}"
    )


def _stopped_in(event: ProgressEvent | None) -> str:
    """Return the stage in which a run stopped, and its counts: ``Stopped in data fetching, 280 of 524 symbols · ``."""
    stage = None if event is None else next((stage for stage in event.stages if stage.state in _BROKEN_OFF), None)
    if stage is None:
        return ""
    done = "" if stage.total is None else f", {stage.completed:,} of {stage.total:,} {unit_of(stage.name)}"
    return f"Stopped in {theme.stage_label(stage.name).lower()}{done} · "


def _overall_words(record: RunRecord, event: ProgressEvent | None) -> str:
    if record.cancel_requested and not record.status.is_terminal:
        return "cancelling: the workers finish their current work"
    if record.status.is_terminal:
        return escape(sentence(record.status_text)) or status_text(record.status)
    return "starting" if event is None else left_text(event)


def _numbers(record: RunRecord, event: ProgressEvent | None) -> None:
    with st.grid(5, gap="small", min_column_width=130):
        st.metric("Elapsed", _elapsed(record, event), border=True, height="stretch", help=_elapsed_help(record, event))
        st.metric(
            "Time left",
            _left(record, event),
            border=True,
            height="stretch",
            help=None if record.status.is_terminal else _LEFT_HELP,
        )
        st.metric("Symbols", _symbols(record, event), border=True, height="stretch", help=_SYMBOLS_HELP)
        st.metric("Throughput", _rate(record, event), border=True, height="stretch", help=_rate_help(record, event))
        st.metric("Cache hits", _hits(event), border=True, height="stretch", help=_HITS_HELP)


_LEFT_HELP = "The line at the top also shows the range that holds in 4 of 5 runs."
_SYMBOLS_HELP = "Symbols scanned / symbols to scan: at first all that passed the filters, later only those with bars."
_HITS_HELP = "Share of symbols whose bars were in the price cache. The others were fetched."


def _elapsed(record: RunRecord, event: ProgressEvent | None) -> str:
    if record.status.is_terminal and record.metrics is not None:
        return seconds_text(record.metrics.total_seconds)
    return seconds_text(None if event is None else event.elapsed_seconds)


def _elapsed_help(record: RunRecord, event: ProgressEvent | None) -> str | None:
    if event is None or event.earlier_seconds == 0:
        return None
    return f"Attempt {record.attempt}; earlier attempts took {seconds_text(event.earlier_seconds)}."


def _left(record: RunRecord, event: ProgressEvent | None) -> str:
    if record.status is RunStatus.SUCCEEDED:
        return "done"
    if record.status.is_terminal:
        return "stopped"
    if event is not None and event.eta_seconds is None:
        return range_text(event.eta_low_seconds, event.eta_high_seconds) or "unknown"
    return seconds_text(None if event is None else event.eta_seconds)


def _symbols(record: RunRecord, event: ProgressEvent | None) -> str:
    if event is None:
        return "unknown"
    stages = {stage.name: stage for stage in event.stages}
    scanning, fetching = stages.get(Stage.SYMBOL_SCANNING), stages.get(Stage.DATA_FETCHING)
    if scanning is None:
        return "unknown"
    # Fetched symbols are the ones to scan, except those without bars; the scanning stage has the exact total.
    completed, total = scanning.asked_for()
    if total is None and fetching is not None:
        total = fetching.asked_for()[1]
    if total is not None:
        return f"{completed:,} / {total:,}"
    if completed == 0:
        return "none" if record.status.is_terminal else "none yet"
    return f"{completed:,}"


def _rate(record: RunRecord, event: ProgressEvent | None) -> str:
    if record.status.is_terminal and record.metrics is not None:
        return rate_text(record.metrics.symbols_per_second, "symbols")
    if event is None or event.current_stage is None:
        return "unknown"
    return rate_text(event.stage(event.current_stage).throughput, unit_of(event.current_stage))


def _rate_help(record: RunRecord, event: ProgressEvent | None) -> str | None:
    if record.status.is_terminal:
        return "Symbols scanned, divided by the seconds of the scanning stage."
    if event is None or event.current_stage is None:
        return None
    return f"Rate of the current stage: {theme.stage_label(event.current_stage).lower()}."


def _hits(event: ProgressEvent | None) -> str:
    if event is None or event.cache_hits + event.cache_misses == 0:
        return "unknown"
    return format_percent(event.cache_hits / (event.cache_hits + event.cache_misses))


def _messages(history: EventHistory) -> None:
    if not history.messages:
        return
    with st.container(border=True, gap="xsmall"):
        st.markdown("**Messages**")
        for message in reversed(history.messages[-_SHOWN_MESSAGES:]):
            st.caption(f"{seconds_text(message.elapsed_seconds)} · {escape(sentence(message.text))}")
