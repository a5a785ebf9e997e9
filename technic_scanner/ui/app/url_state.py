"""Read and write the run, runs and symbol in the page's URL, and make links to other pages that keep them."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from technic_scanner.domain.config import ScanConfig

RUN = "run"
RUNS = "runs"
SYMBOL = "symbol"
BASELINE = "baseline"

SCAN_PAGE = "pages/scan.py"
RESULTS_PAGE = "pages/results.py"
HISTORY_PAGE = "pages/history.py"
COMPARE_PAGE = "pages/compare.py"
SYSTEM_PAGE = "pages/system.py"
STUDIES_PAGE = "pages/studies.py"


def run_in_address() -> str | None:
    """Return the run id in ``?run=`` of the URL, None if there is none."""
    value = st.query_params.get(RUN)
    return value.strip() if value and value.strip() else None


def runs_in_address() -> tuple[str, ...]:
    """Return the run ids in ``?runs=a,b`` of the URL, without duplicates."""
    value = st.query_params.get(RUNS, "")
    return tuple(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))


def open_run(run_id: str | None) -> None:
    """Put a run into the URL (None removes it), and remove the symbol of the previous run."""
    st.query_params.pop(SYMBOL, None)
    if run_id is None:
        st.query_params.pop(RUN, None)
    else:
        st.query_params[RUN] = run_id


def go_to_run(run_id: str | None) -> None:
    """Open a run from a callback inside a fragment, which by itself would rerun only the fragment."""
    open_run(run_id)
    st.rerun()


def leave_for(page: str) -> None:
    """Open another page of this app, without parameters.

    It names that there are none: otherwise Streamlit does not leave a page whose address has values of widgets.
    """
    st.switch_page(page, query_params={})


def symbol_in_address() -> str | None:
    """Return the symbol in ``?symbol=`` of the URL."""
    return st.query_params.get(SYMBOL) or None


def open_symbol(symbol: str | None) -> None:
    """Put a symbol into the URL; None removes it."""
    if symbol is None:
        st.query_params.pop(SYMBOL, None)
    else:
        st.query_params[SYMBOL] = symbol


def open_runs(run_ids: tuple[str, ...]) -> None:
    """Put the runs to compare into the URL."""
    if run_ids:
        st.query_params[RUNS] = ",".join(run_ids)
    else:
        st.query_params.pop(RUNS, None)


def baseline_in_address() -> str | None:
    """Return the run id in ``?baseline=`` of the URL, None if there is none."""
    return st.query_params.get(BASELINE) or None


def open_baseline(run_id: str) -> None:
    """Put the run that others are compared with into the URL."""
    st.query_params[BASELINE] = run_id


def results_url(run_id: str, symbol: str) -> str:
    """Return the URL of one pick in a run's results, for a link in a table."""
    return f"results?{urlencode({RUN: run_id, SYMBOL: symbol})}"


def link(page: str, label: str, help_text: str | None = None, **params: str) -> None:
    """Draw a link to a page of this app with query parameters; its arrow distinguishes it from plain text."""
    st.page_link(page, label=label, icon=":material/arrow_forward:", help=help_text, query_params=params)


def study_link(config: ScanConfig) -> None:
    """Draw a link to the study of a config's criteria; nothing where it has none."""
    if config.criteria.strip():
        place = {"s_where": config.criteria, "s_source": config.source}
        universe = {} if config.universe is None else {"s_universe": config.universe}
        link(STUDIES_PAGE, "What would these criteria have found?", _STUDY_HELP, **place, **universe)


_STUDY_HELP = "Every past session in which they were true, and what followed."
