"""All runs, their timings, and what the timings say together."""

import streamlit as st

from technic_scanner.ui.app import entry, notices
from technic_scanner.ui.history import history_query, history_view, trends_view

entry.through_dashboard()
notices.show_kept()
st.title("History")

with notices.guarded():
    query = history_query.draw()
    if history_view.show_runs(query):
        trends_view.show(query)
