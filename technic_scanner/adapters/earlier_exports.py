"""Deletes the CSV files that release 0.1.0 left beside its store, one a run, when their runs are deleted."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

_log = logging.getLogger(__name__)


def delete_exports(folder: Path, run_ids: Sequence[str]) -> None:
    """Delete the files of these runs in ``folder``, and the folder once it is empty; a file that stays is logged."""
    if not folder.is_dir():
        return
    for run_id in run_ids:
        try:
            (folder / f"{run_id}.csv").unlink(missing_ok=True)
        except OSError as error:
            _log.warning("the export of the deleted run %s stays: %s", run_id, error)
    if not any(folder.iterdir()):
        folder.rmdir()
