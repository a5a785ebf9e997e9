"""Show errors as sentences with a code, and keep notices across a rerun of the page."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import streamlit as st

from technic_scanner.domain.quoting import cut
from technic_scanner.domain.run import RunError
from technic_scanner.errors import ConfigError, NotFoundError, StoreDataError, StoreError, TechnicError
from technic_scanner.ui.style.wording import escape, sentence

_log = logging.getLogger(__name__)
_ERROR_KEY = "notice_error"
_TOAST_KEY = "notice_toast"
_LONGEST = 2_000
_OLD_DATA = "The data are old:"  # how a source begins the note that its newest session is long past


@contextmanager
def guarded() -> Iterator[None]:
    """Show an error as a notice instead of letting it end the page; an unexpected one is logged with its traceback.

    Streamlit ends scripts by raising classes that do not derive from ``Exception``; those pass through.
    """
    try:
        yield
    except TechnicError as error:
        show_error(error)
    except Exception:  # noqa: BLE001 - logged with its traceback; the rest of the page stays usable
        _log.exception("a part of the page could not be drawn")
        st.error(
            "See the server log for the cause. Runs are not affected. Reload the page to try again. "
            "Code: `internal_error`",
            title="This part of the page could not be drawn",
        )


def show_error(error: TechnicError) -> None:
    """Draw one error: what happened, every invalid field, what to do, and the code."""
    if isinstance(error, ConfigError):
        lines = [
            f"- **{escape(problem.field)}**: {escape(cut(problem.message, _LONGEST))}" for problem in error.problems
        ]
        body = "\n".join(lines)
    else:
        body = escape(sentence(cut(str(error), _LONGEST)))
    advice = _advice(error)
    st.error(f"{body}\n\n{advice + ' ' if advice else ''}Code: `{error.code}`", title=_title(error))


def show_failure(error: RunError, title: str = "The scan failed") -> None:
    """Draw why a run failed, with the code; an internal error is called one because its message alone says little."""
    advice = _OUR_FAULT if error.code == "internal_error" else ""
    st.error(f"{escape(sentence(cut(error.message, _LONGEST)))}\n\n{advice}Code: `{error.code}`", title=title)


_OUR_FAULT = "This is an error in the program, not in the request; the worker's log has the traceback. "


def keep_error(error: TechnicError) -> None:
    """Keep an error raised in a callback until the page calls ``show_kept``."""
    st.session_state[_ERROR_KEY] = error


def keep_toast(text: str) -> None:
    """Keep one toast for the next full run of the page."""
    st.session_state[_TOAST_KEY] = text


def show_kept() -> None:
    """Show the kept error and toast, and discard them."""
    if (error := st.session_state.pop(_ERROR_KEY, None)) is not None:
        show_error(error)
    if (text := st.session_state.pop(_TOAST_KEY, None)) is not None:
        st.toast(text, duration="long")


def warn_of_old_data(notes: Iterable[str]) -> None:
    """Draw as a warning what notes say of old data."""
    for note in notes:
        if note.startswith(_OLD_DATA):
            st.warning(escape(note))


def _title(error: TechnicError) -> str:
    if isinstance(error, ConfigError):
        count = len(error.problems)
        return "One field has an invalid value" if count == 1 else f"{count} fields have invalid values"
    if isinstance(error, NotFoundError):
        return "Not found"
    if isinstance(error, StoreDataError):
        return "This record cannot be read"
    if isinstance(error, StoreError):
        return "The run store is not available"
    return "The action failed"


def _advice(error: TechnicError) -> str:
    if isinstance(error, NotFoundError):
        return "It may have been deleted. The History page lists all runs."
    if isinstance(error, StoreDataError):
        return "Other records are not affected. A newer version of Technic Scanner may have stored it."
    if isinstance(error, StoreError):
        return "Stored runs are not lost. Reload the page when the store is available again."
    return ""
