"""What is in an expander is drawn when it is first opened, and stays drawn where it is closed."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from technic_scanner.ui.app.opened_once import is_wanted

    for key in ("first", "second"):
        details = st.expander(key, key=key, on_change="rerun")
        if is_wanted(details, key):
            with details:
                st.number_input("Number", min_value=1, key=f"number_of_{key}")


def drawn(app: AppTest) -> list[str]:
    return [str(widget.key) for widget in app.number_input]


def test_it_is_drawn_from_its_first_opening_on() -> None:
    app = AppTest.from_function(page).run()
    assert drawn(app) == []
    app.session_state["first"] = True
    assert drawn(app.run()) == ["number_of_first"]
    app.number_input(key="number_of_first").set_value(77)
    for opened in (False, True, False):
        app.session_state["first"] = opened
        app.run()
        assert drawn(app) == ["number_of_first"], "the other has not been opened"
        assert app.number_input(key="number_of_first").value == 77
