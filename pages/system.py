"""This installation: sources, cache, store, workers, versions, health."""

import streamlit as st

from technic_scanner.ui.app import entry, notices
from technic_scanner.ui.system import system_view

entry.through_dashboard()
notices.show_kept()
st.title("System")

with notices.guarded():
    system_view.show()
