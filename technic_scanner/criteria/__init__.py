"""The scan language: criteria as text, checked before they run, without look-ahead, with a reason for every symbol.

    from technic_scanner import criteria
    dips = criteria.compile("rsi(14) < 30 and close > sma(close, 200)")
    dips.evaluate(criteria.Panel.from_frame(frame))      # (symbols, 1): 1.0 true, 0.0 false, NaN unknown

docs/criteria.md describes the language.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from technic_scanner.criteria.criteria import Criteria, check
from technic_scanner.criteria.criteria import compile_text as compile  # noqa: A004 - what it does, as in re.compile
from technic_scanner.criteria.language import LANGUAGE_VERSION, MAX_CHARACTERS
from technic_scanner.criteria.problems import CriteriaError, Problem

if TYPE_CHECKING:
    from technic_scanner.criteria.judging import Judgement
    from technic_scanner.criteria.panel import Panel

__all__ = [
    "LANGUAGE_VERSION",
    "MAX_CHARACTERS",
    "Criteria",
    "CriteriaError",
    "Judgement",
    "Panel",
    "Problem",
    "check",
    "compile",
]


def __getattr__(name: str) -> Any:
    if name == "Panel":
        from technic_scanner.criteria.panel import Panel  # noqa: PLC0415 - checking a text needs no NumPy

        return Panel
    if name == "Judgement":
        from technic_scanner.criteria.judging import Judgement  # noqa: PLC0415 - nor Numba

        return Judgement
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
