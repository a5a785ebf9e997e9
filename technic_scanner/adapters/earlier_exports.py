"""Deletes the CSV files that release 0.1.0 left beside its store, one a run, when their runs are deleted."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

_log = logging.getLogger(__name__)


def delete_exports(folder: Path, run_ids: Sequence[str]) -> None:
    """Delete the files of these runs in ``folder``, and the folder once it is empty; one that stays is logged."""
    if not folder.is_dir():
        return
    try:
        for run_id in run_ids:
            (folder / f"{run_id}.csv").unlink(missing_ok=True)
        if not any(folder.iterdir()):
            folder.rmdir()
    except OSError as error:
        _log.warning("an export of a deleted run stays: %s", error)
