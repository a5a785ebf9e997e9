"""Write files into a folder and check what they are read as, on a fixed day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from technic_scanner.adapters.market_data.files.check import check_folder
from technic_scanner.clock import ManualClock

NOW = datetime(2026, 11, 28, 22, tzinfo=UTC)


def written(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write the files, text as UTF-8; return the folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def checked(folder: Path) -> dict[str, Any]:
    """Return the document on a folder."""
    return check_folder(folder, ManualClock(NOW))
