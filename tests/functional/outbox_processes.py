"""What the tests of alerts let other processes do: end runs, and send messages until they are killed."""

from __future__ import annotations

import os
import time
from datetime import timedelta

import numpy as np
import pandas as pd  # pyarrow imports it at its first array

from technic_scanner.adapters.notify.channels import NamedChannels
from technic_scanner.adapters.stores import SqlStore, open_store
from technic_scanner.clock import SystemClock
from technic_scanner.runs.alerts import outbox
from technic_scanner.runs.alerts.outbox import Outbox
from technic_scanner.runs.alerts.told_changes import ToldChanges
from technic_scanner.runs.changes.service import ChangesService
from technic_scanner.screening.bars import Panel
from technic_scanner.testing.stores.samples import SUCCEEDED, scan_result

__all__ = ["finish_runs", "pd", "send"]

LOOPBACK = ("127.0.0.0/8",)


def finish_runs(url: str) -> None:
    """End one run after the other, as a worker does."""
    store = open_store(url, SystemClock())
    while (run := store.claim(f"w{os.getpid()}", "host", "1", None)) is not None:
        result = scan_result(config=run.config, as_of=run.config.as_of_date)
        store.finish(run.run_id, f"w{os.getpid()}", run.attempt, SUCCEEDED, result)
        time.sleep(0.05)
    store.close()


def send(url: str, port: int, lease_seconds: float) -> None:
    """Send what is due again and again."""
    outbox.LEASE = timedelta(seconds=lease_seconds)
    sender = _sender(open_store(url, SystemClock()), port)
    while True:
        sender.send_due()
        time.sleep(0.01)


def _sender(store: SqlStore, port: int) -> Outbox:
    changes = ChangesService(store, lambda *_: Panel((), *[np.empty((0, 0))] * 6)).what_is_new
    addresses = {"desk": (f"http://127.0.0.1:{port}/", "a secret")}
    clock = SystemClock()
    return Outbox(store, ToldChanges(changes), NamedChannels(addresses, LOOPBACK, clock), clock)
