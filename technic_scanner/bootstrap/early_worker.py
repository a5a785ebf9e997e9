"""Start the worker of a scan while the command that will queue the scan still loads its own modules."""

from __future__ import annotations

import logging
import os

from technic_scanner.adapters.processes import ProcessIdentity
from technic_scanner.adapters.queue_bell.local import LocalBell
from technic_scanner.adapters.worker_process import start_worker, starting_workers, worker_command
from technic_scanner.errors import TechnicError
from technic_scanner.settings import Settings, environment_with, load_settings

_log = logging.getLogger(__name__)


def start_early_worker() -> None:
    """Start a worker that waits as long as this process runs; none where one waits already.

    It takes the run that this process will queue, and ends by itself if there is none. Whatever goes wrong here is
    left to the command, which starts its worker later and says what is the matter.
    """
    try:
        settings = load_settings()
        if not LocalBell(settings.bell_dir).is_heard():
            _start(settings)
    except (TechnicError, OSError) as error:
        _log.debug("no worker was started early: %s", error)


def _start(settings: Settings) -> None:
    environment = environment_with(**settings.environment())
    with starting_workers(settings.log_dir) as starting:
        child = start_worker([*worker_command(), "--ahead-of", str(os.getpid())], settings.log_dir, environment)
        starting.append(ProcessIdentity.of_started(child.pid))
