"""The dashboard's entry: page settings, the sign-in where it is wanted, and navigation; nothing else."""

import streamlit as st

from technic_scanner.ui.app import promise_banner
from technic_scanner.ui.app.sign_in import require_sign_in
from technic_scanner.ui.style import keyboard
from technic_scanner.ui.style.readable import keep_text_readable
from technic_scanner.ui.style.theme import PAGE_ICON

st.set_page_config(
    page_title="Technic Scanner",
    page_icon=PAGE_ICON,
    layout="wide",
)
keyboard.add()
keep_text_readable()
require_sign_in()

page = st.navigation(
    [
        st.Page(
            "pages/scan.py",
            title="Scan",
            icon=":material/radar:",
            default=True,
            help="Configure a scan, start it and watch its stages; reattach to runs in flight.",
        ),
        st.Page(
            "pages/results.py",
            title="Results",
            icon=":material/table_chart:",
            help="The picks of one run with charts, plans and reasons; downloads.",
        ),
        st.Page(
            "pages/history.py",
            title="History",
            icon=":material/history:",
            help="All runs with their stage timings, percentiles, trends and slow-downs.",
        ),
        st.Page(
            "pages/compare.py",
            title="Compare",
            icon=":material/compare_arrows:",
            help="Two or more runs side by side: config, stage seconds, picks that entered, left or moved.",
        ),
        st.Page(
            "pages/outcomes.py",
            title="Outcomes",
            icon=":material/query_stats:",
            help="What the picks of past runs did afterwards.",
        ),
        st.Page(
            "pages/studies.py",
            title="Studies",
            icon=":material/science:",
            help="What criteria would have found in every past session, and what followed.",
        ),
        st.Page(
            "pages/watchlists.py",
            title="Watchlists",
            icon=":material/list_alt:",
            help="Named symbols with notes: from runs, pasted text and files; for scans, alerts and other programs.",
        ),
        st.Page(
            "pages/data.py",
            title="Data",
            icon=":material/database:",
            help="Your own price files: what each was read as, and how to correct a wrong guess.",
        ),
        st.Page(
            "pages/reference.py",
            title="Language",
            icon=":material/menu_book:",
            help="The functions and names that criteria may use, and the shipped scans.",
        ),
        st.Page(
            "pages/system.py",
            title="System",
            icon=":material/dns:",
            help="Sources, cache, store, workers, versions and health of this installation.",
        ),
    ],
    position="top",
)
promise_banner.draw()
page.run()
