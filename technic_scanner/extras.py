"""Import the optional parts of an installation; if one is missing, report the command that installs it."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Final

from technic_scanner.errors import MissingExtraError

# What each extra adds, as words that follow "needed for".
EXTRAS: Final[dict[str, str]] = {
    "postgres": "a PostgreSQL run store",
    "dask": "scans on a Dask cluster",
    "yahoo": "the source of Yahoo Finance",
    "excel": "Excel workbooks",
}


def import_optional(module: str, extra: str) -> ModuleType:
    """Import ``module``, which the named extra installs. Raises MissingExtraError with the command to install it."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != module.partition(".")[0]:
            raise
        raise MissingExtraError(_sentence(module, extra)) from error


def why_missing(module: str, extra: str | None) -> str | None:
    """Say that ``module`` is not installed, with the command of the extra that brings it; None if it is there."""
    if find_spec(module) is not None:
        return None
    return f"{module} is not installed." if extra is None else _sentence(module, extra)


def _sentence(module: str, extra: str) -> str:
    command = f"pip install 'technic-scanner[{extra}]'"
    return f"{module} is needed for {EXTRAS[extra]} and is not installed: {command}"
