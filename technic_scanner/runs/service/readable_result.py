"""Reads the result of a run where there is one to read, for what goes on without it."""

from __future__ import annotations

import logging

from technic_scanner.errors import ResultsNotReadyError, StoreDataError
from technic_scanner.runs.model import StoredResult
from technic_scanner.runs.ports import RunStore

_log = logging.getLogger(__name__)


def readable_result(store: RunStore, run_id: str) -> StoredResult | None:
    """Return what a run left to read, None if that is nothing, or nothing that can be read."""
    try:
        return store.result(run_id)
    except ResultsNotReadyError:
        return None
    except StoreDataError as error:
        _log.warning("the result of run %s is left out: %s", run_id, error)
        return None
