"""The user's own price files: what each was read as, and what to do where the guess is wrong."""

import streamlit as st

from technic_scanner.ui.app import entry, notices
from technic_scanner.ui.data import data_view

entry.through_dashboard()
notices.show_kept()
st.title("Data")

with notices.guarded():
    data_view.show()
