"""Require OpenID Connect sign-in before any page if the settings demand it."""

from __future__ import annotations

import streamlit as st
from streamlit.errors import StreamlitAuthError

from technic_scanner.errors import TechnicError
from technic_scanner.ui.app import notices
from technic_scanner.ui.app.services import services
from technic_scanner.ui.style.wording import escape


def require_sign_in() -> None:
    """Return if the visitor is signed in or need not be; otherwise offer the sign-in and stop the script."""
    try:
        wanted = services().settings.require_sign_in
    except TechnicError as error:  # without settings it is unknown whether sign-in is required
        notices.show_error(error)
        st.stop()
    if not wanted:
        return
    user = st.user.to_dict()
    if user.get("is_logged_in") is True:
        with st.sidebar:
            st.caption(f"Signed in as {escape(str(user.get('email') or user.get('name') or user.get('sub')))}")
            st.button("Sign out", on_click=st.logout)
        return
    st.title("Technic Scanner")
    st.write("Sign in to use this dashboard.")
    if st.button("Sign in", type="primary"):
        _sign_in()
    st.stop()


def _sign_in() -> None:
    try:
        st.login()
    except StreamlitAuthError:
        st.error(
            "Sign-in is required but not set up. Fill in [auth] in .streamlit/secrets.toml and install streamlit[auth]."
        )
