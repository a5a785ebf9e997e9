"""Choose what wakes a waiting worker, and what a standby worker watches."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable
from functools import partial

from technic_scanner.adapters.processes import memory_bytes
from technic_scanner.adapters.processes import runs as process_runs
from technic_scanner.adapters.queue_bell.local import LocalBell, LocalListener, name_of
from technic_scanner.adapters.queue_bell.postgresql import PostgresListener
from technic_scanner.adapters.stores.database import QUEUE_CHANNEL
from technic_scanner.adapters.stores.sql_store import SqlStore
from technic_scanner.clock import Clock
from technic_scanner.runs.worker.idle import StandingBy
from technic_scanner.screening.indicators import load
from technic_scanner.settings import Settings


def queue_listener(
    settings: Settings, store: SqlStore, clock: Clock, client_pid: int | None = None
) -> LocalListener | PostgresListener:
    """Return what a worker of this process waits on; close it when the worker ends.

    With ``client_pid`` it leaves when that process ends, for which others look before they rely on it.
    """
    conninfo = store.notifications
    if conninfo is None:
        return LocalBell(settings.bell_dir).listen(name_of(os.getpid(), client_pid), clock)
    return PostgresListener(conninfo, QUEUE_CHANNEL, clock)


def standing_by(
    settings: Settings, wait: Callable[[float], None], load: Callable[[], None], server_pid: int, most_seconds: float
) -> StandingBy:
    """Return how a worker of this process stands by for the server ``server_pid``, at most so long without a run."""
    return StandingBy(
        wait,
        load,
        partial(process_runs, server_pid),
        memory_bytes,
        idle_limit_seconds=min(settings.standby_idle_seconds, most_seconds),
        memory_limit_bytes=settings.standby_max_bytes,
    )


def ahead_of(wait: Callable[[float], None], client_pid: int) -> StandingBy:
    """Return how a worker waits for the run that ``client_pid`` will queue; it loads the kernels that are kept."""
    return StandingBy(
        wait,
        load,
        partial(process_runs, client_pid),
        memory_bytes,
        idle_limit_seconds=math.inf,
        memory_limit_bytes=sys.maxsize,
    )
