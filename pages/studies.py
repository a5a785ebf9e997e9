"""What criteria would have found in every past session, and what followed."""

import streamlit as st

from technic_scanner.ui.app import entry, notices
from technic_scanner.ui.studies import study_form, study_view

entry.through_dashboard()
notices.show_kept()
st.title("Studies")

with notices.guarded():
    if request := study_form.draw():
        study_view.show(request)
