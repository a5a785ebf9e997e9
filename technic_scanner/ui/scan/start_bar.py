"""Draw the end of the form: how many symbols will be scanned, the expected duration, and the Start button."""

from __future__ import annotations

import streamlit as st

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunStatus
from technic_scanner.errors import ConfigError, FieldProblem, TechnicError
from technic_scanner.pipeline.reasons import removal_text
from technic_scanner.ui.app import notices, url_state, watched
from technic_scanner.ui.app.services import run_service, services
from technic_scanner.ui.scan import form_state
from technic_scanner.ui.style.wording import contained_text, count_text, expected_text

_LAST = "start_last"
_LABEL = "start_label"
# A second click on Start within this time is taken as part of a double click and starts no second run.
DOUBLE_CLICK_SECONDS = 2.0


def draw(*, at_the_bottom: bool) -> None:
    """Draw the match count, the expected duration, the label field and the Start button.

    ``at_the_bottom``: the button is where it stays in view while the page scrolls, and not here.
    """
    with st.container(gap="xsmall"):
        matching = _forecast()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Label", key=_LABEL, placeholder="optional", max_chars=80, on_change="ignore", persist_state="session"
        )
        if not at_the_bottom:
            _button()
    if at_the_bottom:
        _row_at_the_bottom(matching)


def _row_at_the_bottom(matching: str) -> None:
    with (
        st.bottom,
        st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center", key="start_row"),
    ):
        st.caption(matching, width="content")
        _button()


def _button() -> None:
    st.button("Start scan", type="primary", on_click=_start, key="start_scan")


def _forecast() -> str:
    """Draw the forecast; return how many symbols will be scanned, in words."""
    try:
        config, options = _form()
        match = run_service().match_count(config)
        estimate = run_service().estimate(config, options)
    except TechnicError as error:
        notices.show_error(error)
        return "The form has to be corrected first."
    removed = [f"{count:,} {removal_text(name)}" for name, count in match.removed if count]
    of_total = f" of {match.total:,}" if match.matching != match.total else ""
    st.markdown(f"**{count_text(match.matching, 'symbol')}{of_total} to scan.** " + _removed_text(removed))
    if match.matching == 0:
        st.caption("No symbols match. Relax the filter that removes the most.")
    expected = expected_text(estimate.seconds, estimate.low_seconds, estimate.high_seconds, estimate.runs)
    contained = "" if estimate.seconds is None else contained_text(_before(), estimate.queue_seconds)
    st.caption(f"{expected} {contained}")
    return f"{count_text(match.matching, 'symbol')}{of_total} to scan."


def _before() -> int:
    """Return how many runs are queued or running."""
    counts = run_service().count_by_status()
    return counts.get(RunStatus.QUEUED, 0) + counts.get(RunStatus.RUNNING, 0)


def _removed_text(removed: list[str]) -> str:
    return f"Removed by filters: {', '.join(removed)}." if removed else ""


def _form() -> tuple[ScanConfig, RunOptions]:
    """Return the form's config and options. Raises ConfigError that names every invalid field of both."""
    config = form_state.config_of(st.session_state)
    problems: list[FieldProblem] = []
    options = RunOptions()
    try:
        options = form_state.options_of(st.session_state)
    except ConfigError as error:
        problems += error.problems
    problems += run_service().problems(config, options)
    if problems:
        raise ConfigError(problems)
    return config, options


def _start() -> None:
    try:
        config, options = _form()
        run_id = _submit(config, options)
    except TechnicError as error:
        notices.keep_error(error)
        return
    watched.begin(run_id)
    url_state.open_run(run_id)


def _submit(config: ScanConfig, options: RunOptions) -> str:
    now = services().clock.monotonic()
    last = st.session_state.get(_LAST)
    if last is not None and last[:2] == (config, options) and now - last[2] < DOUBLE_CLICK_SECONDS:
        return str(last[3])
    label = (st.session_state.get(_LABEL) or "").strip() or None
    run_id = run_service().submit(config, options, label=label).run_id
    st.session_state[_LAST] = (config, options, now, run_id)
    return run_id
