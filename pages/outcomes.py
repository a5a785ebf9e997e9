"""What the picks of past runs did afterwards."""

import streamlit as st

from technic_scanner.ui.app import entry, notices
from technic_scanner.ui.outcomes import outcome_query, outcomes_view

entry.through_dashboard()
notices.show_kept()
st.title("Outcomes")

with notices.guarded():
    if ended := outcomes_view.runs_to_judge():
        outcomes_view.show(outcome_query.draw(), ended)
