"""What criteria would have found in every past session, and what followed; alone or with all values of their ranges."""

import streamlit as st

from technic_scanner.ui.app import entry, notices, url_state
from technic_scanner.ui.studies import study_form, study_view, sweep_view

entry.through_dashboard()
notices.show_kept()
st.title("Studies")

with notices.guarded():
    sweeps = study_form.chosen(opened=url_state.run_in_address() is not None)
    if sweeps:
        sweep_view.prepare()
    request = study_form.draw(sweeps=sweeps)
    if sweeps:
        sweep_view.show(request)
    elif request:
        study_view.show(request)
