"""The results of one run."""

import streamlit as st

from technic_scanner.ui.app import entry, notices, run_chooser, url_state
from technic_scanner.ui.results import no_results, results_view

entry.through_dashboard()
notices.show_kept()
st.title("Results")

with notices.guarded():
    record = run_chooser.choose()
    if record is None and url_state.run_in_address() is None:
        st.info("Run a scan; its picks, charts and files appear here.", title="No results yet")
        url_state.link(url_state.SCAN_PAGE, "Configure a scan")
    elif record is not None and record.outcome is None:
        no_results.show(record)
    elif record is not None:
        results_view.show(record)
