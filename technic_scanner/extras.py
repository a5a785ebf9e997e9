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
    "alerts": "alerts by e-mail and through messaging services",
    "keyring": "channels whose addresses are in the keyring of the operating system",
}
# The modules by which an installed extra is known.
_MODULES: Final[dict[str, tuple[str, ...]]] = {
    "postgres": ("psycopg",),
    "dask": ("dask", "distributed"),
    "yahoo": ("yfinance", "pytickersymbols"),
    "excel": ("xlsxwriter",),
    "alerts": ("apprise",),
    "keyring": ("keyring",),
}


def import_optional(module: str, extra: str) -> ModuleType:
    """Import ``module``, which the named extra installs. Raises MissingExtraError with the command to install it."""
    return _import(module, _sentence(module.partition(".")[0], extra))


def import_package(module: str, package: str, purpose: str) -> ModuleType:
    """Import ``module`` of a package that no extra installs. Raises MissingExtraError with the command to install it.

    ``purpose`` are the words that follow "needed for".
    """
    return _import(module, f"{package} is needed for {purpose} and is not installed: pip install {package}")


def _import(module: str, sentence: str) -> ModuleType:
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != module.partition(".")[0]:
            raise
        raise MissingExtraError(sentence) from error


def why_missing(module: str, extra: str | None) -> str | None:
    """Return the sentence that ``module`` is not installed, with the command of its extra; None if it is installed."""
    if find_spec(module) is not None:
        return None
    return f"{module} is not installed." if extra is None else _sentence(module, extra)


def missing_extra(extra: str) -> str | None:
    """Return the sentence that says how to install the named extra, None if it is installed. Imports nothing."""
    missing = next((module for module in _MODULES[extra] if find_spec(module) is None), None)
    return None if missing is None else _sentence(missing, extra)


def require_extra(extra: str) -> None:
    """Raise MissingExtraError with the command that installs the named extra, unless it is installed."""
    sentence = missing_extra(extra)
    if sentence is not None:
        raise MissingExtraError(sentence)


def install_command(extra: str) -> str:
    """Return the command that adds the named extra to this installation."""
    return f"pip install 'technic-scanner[{extra}]'"


def _sentence(module: str, extra: str) -> str:
    return f"{module} is needed for {EXTRAS[extra]} and is not installed: {install_command(extra)}"
