"""The scan language: its functions, its names and the shipped scans."""

import streamlit as st

from technic_scanner.ui.app import entry, notices
from technic_scanner.ui.reference import reference_view

entry.through_dashboard()
notices.show_kept()
st.title("Scan language")

with notices.guarded():
    reference_view.show()
