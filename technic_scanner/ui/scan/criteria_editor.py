"""Draw the editor of criteria, a component of this package; frontend/criteria_editor has its sources."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAPIException

from technic_scanner.criteria.grammar import RESERVED
from technic_scanner.criteria.problems import Problem
from technic_scanner.criteria.reference import functions_document

KEY = "criteria_editor"
_NAME, _FILE = "technic-scanner.criteria_editor", "criteria_editor.js"
# The first content, which a browser that runs no scripts keeps.
_HTML = "<div data-criteria-editor>\nThe editor is loading. If it stays away, choose the plain text field.\n</div>"
_HELP = "Control and Space complete a name, F8 goes to the next fault, Tab leaves the field."
_KEYWORDS = (*RESERVED, "rank by", "bars")


@cache
def _component() -> Callable[..., Any] | None:
    """Return the component; None where this process serves no files of components."""
    try:
        return st.components.v2.component(_NAME, html=_HTML, js=_FILE)
    except StreamlitAPIException:
        return None


def is_available() -> bool:
    """Return whether the editor can be drawn here."""
    return _component() is not None


def draw(text: str, faults: Sequence[Problem], placeholder: str, on_change: Callable[[str], None]) -> None:
    """Draw the editor with a text and its faults; ``on_change`` is called with what was typed."""
    component = _component()
    assert component is not None  # is_available was asked
    component(
        key=KEY,
        data={
            "value": text,
            "label": "Criteria",
            "placeholder": placeholder,
            "help": _HELP,
            "faults": [
                {"line": item.line, "column": item.column, "length": item.length, "message": item.message}
                for item in faults
            ],
            **_language(),
        },
        on_text_change=lambda: on_change(str(st.session_state[KEY].get("text") or "")),
    )


@cache
def _language() -> dict[str, Any]:
    document = functions_document()
    functions = [
        {name: item[name] for name in ("name", "signature", "help", "example")}
        | {"parameters": len(item["parameters"])}
        for item in document["functions"]
    ]
    return {
        "functions": functions,
        "fields": document["fields"],
        "frames": document["frames"],
        "keywords": list(_KEYWORDS),
    }
