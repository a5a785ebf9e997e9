"""Two or more runs side by side."""

import streamlit as st

from technic_scanner.ui.app import entry, notices
from technic_scanner.ui.compare import compare_view

entry.through_dashboard()
notices.show_kept()
st.title("Compare")

with notices.guarded():
    records = compare_view.choose()
    if len(records) < 2:
        compare_view.say_what_to_choose()
    else:
        compare_view.show(records)
