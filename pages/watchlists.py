"""Watchlists: named symbols with notes, from pasted text, files and runs, and for other programs."""

import streamlit as st

from technic_scanner.ui.app import entry, notices
from technic_scanner.ui.watchlists import new_watchlist, watchlists_view

entry.through_dashboard()
notices.show_kept()
st.title("Watchlists")

with notices.guarded():
    watchlists_view.show()
    new_watchlist.draw()
