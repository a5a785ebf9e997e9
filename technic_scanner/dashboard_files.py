"""Finds the dashboard's own files: at the top of a checkout, or inside the installed package."""

from __future__ import annotations

import re
from pathlib import Path

from technic_scanner.errors import TechnicError

PACKAGE = Path(__file__).resolve().parent
SCRIPT = "dashboard.py"
CONFIG = ".streamlit/config.toml"
# Where a wheel carries them; setup.py puts them there.
INSTALLED = PACKAGE / "app"
_PAGE = re.compile(r"\"(pages/\w+\.py)\"")


def dashboard_folder() -> Path:
    """Return the folder of dashboard.py, pages/ and .streamlit/.

    A wheel's own folder comes first: what lies beside an installed package belongs to other packages.
    """
    return INSTALLED if INSTALLED.is_dir() else PACKAGE.parent


def complete_folder() -> Path:
    """Return that folder. Raises TechnicError naming every file that is not there."""
    folder, missing = dashboard_folder(), missing_files()
    if missing:
        names = ", ".join(missing)
        raise TechnicError(f"the dashboard is incomplete, {folder} lacks {names}: install technic-scanner again")
    return folder


def missing_files() -> tuple[str, ...]:
    """Return which of the dashboard's files are not there: the script, the settings and every page the script names."""
    folder = dashboard_folder()
    script = folder / SCRIPT
    pages = _PAGE.findall(script.read_text(encoding="utf-8")) if script.is_file() else ["pages/"]
    return tuple(name for name in (SCRIPT, CONFIG, *pages) if not (folder / name).exists())
