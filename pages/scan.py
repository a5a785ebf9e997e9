"""Configure a scan, start it, watch it; reattach to runs in flight."""

import streamlit as st

from technic_scanner.ui.app import entry, notices, opened_once, url_state
from technic_scanner.ui.results import picks_below
from technic_scanner.ui.run import progress_panel
from technic_scanner.ui.scan import (
    criteria_box,
    landing,
    pasted_symbols,
    presets_bar,
    replay_form,
    scan_form,
    start_bar,
)
from technic_scanner.ui.style import ahead, front_end

entry.through_dashboard()
notices.show_kept()
run_id = url_state.run_in_address()

if run_id is None:
    st.title("Scan")
    with notices.guarded():
        landing.show()
    # A short scan ends while the browser would still load what draws its picks.
    ahead.load(front_end.TABLE)
else:
    with notices.guarded():
        progress_panel.show(run_id, below=picks_below.show)

# Its key keeps it open where a notice above it moves it; some 110 widgets are drawn only once somebody wants them.
another = None if run_id is None else st.expander("Configure another scan", key="another_scan", on_change="rerun")
if another is None or opened_once.is_wanted(another, f"another_scan_{run_id}"):
    with another or st.container(), notices.guarded():
        scan_form.prepare()
        presets_bar.draw()
        criteria_box.draw()
        replay_form.draw()
        offers = (scan_form.known_sources(), scan_form.known_executors(), scan_form.known_watchlists())
        with scan_form.draw(*offers, below_symbols=pasted_symbols.say):
            start_bar.draw(at_the_bottom=run_id is None)
