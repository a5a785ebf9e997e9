"""Two or more runs side by side."""

import streamlit as st

from technic_scanner.ui import compare_view, entry, notices

entry.through_dashboard()
notices.show_kept()
st.title("Compare")

with notices.guarded():
    records = compare_view.choose()
    if len(records) < 2:
        st.info(
            "Choose two or more finished runs above; the first one is the baseline.", title="Nothing to compare yet"
        )
    else:
        compare_view.show(records)
