"""What the picks of past runs did afterwards."""

import streamlit as st

from technic_scanner.ui import notices, outcomes_view

notices.show_kept()
st.title("Outcomes")

with notices.guarded():
    outcomes_view.show()
