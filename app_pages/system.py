"""This installation: sources, cache, store, workers, versions, health."""

import streamlit as st

from technic_scanner.ui import notices, system_view

notices.show_kept()
st.title("System")

with notices.guarded():
    system_view.show()
