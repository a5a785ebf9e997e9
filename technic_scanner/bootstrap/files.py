"""Look at price files of any readable folder, without a store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from technic_scanner.adapters.market_data.files.check import check_folder, mapping_text, write_mapping
from technic_scanner.clock import SystemClock


def check_files(folder: Path) -> dict[str, Any]:
    """Return the document on what each file of any readable folder is read as. Raises ConfigError."""
    return check_folder(folder, SystemClock())


def files_mapping_text(report: dict[str, Any]) -> str:
    """Return the files.toml that says what the files of a report are read as."""
    return mapping_text(report)


def write_files_mapping(folder: Path) -> Path:
    """Write what the files of a folder are read as into its files.toml, and return its path. Raises ConfigError."""
    return write_mapping(folder, SystemClock())
