"""Start a worker process of this machine, and list those that have started but show no sign of life yet."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from technic_scanner.adapters.processes import ProcessIdentity

_log = logging.getLogger(__name__)

# Another process holds the lock only while it queries the store and starts a process.
_LOCK_SECONDS = 5.0
# Workers share one log; if it is larger than this at a launch, it is renamed and replaces the previous renamed one.
_LOG_BYTES = 10_000_000


def worker_command() -> Sequence[str]:
    """Return the command line of a worker of this installation; ``-P`` keeps the current folder out of its imports."""
    return [sys.executable, "-P", "-m", "technic_scanner.cli.main", "worker"]


def start_worker(command: Sequence[str], log_dir: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a process that outlives this one and writes into the workers' log. Raises OSError.

    When it ends it is reaped at once, though nobody may ask for a long time; its exit code is kept.
    """
    path = log_dir / "worker.log"
    if path.exists() and path.stat().st_size > _LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))  # a worker that has it open continues to write to the renamed file
    with path.open("ab") as log:
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    threading.Thread(target=child.wait, name=f"end of worker {child.pid}", daemon=True).start()
    return child


def worker_arrived(log_dir: Path, pid: int) -> None:
    """Remove a worker from the list of starting workers, after its row in the store has been written.

    In between it would be in neither, and another one would be started for its run.
    """
    if not _starting_file(log_dir).exists():
        return
    try:
        with starting_workers(log_dir) as starting:
            starting[:] = [process for process in starting if process.pid != pid]
    except OSError as error:
        _log.warning("worker %d stays in the list of starting workers: %s", pid, error)


@contextmanager
def starting_workers(log_dir: Path) -> Iterator[list[ProcessIdentity]]:
    """Yield the starting workers under a lock against other processes, and save the list afterwards. Raises OSError."""
    log_dir.mkdir(parents=True, exist_ok=True)
    with FileLock(log_dir / "launcher.lock", timeout=_LOCK_SECONDS):
        before = _read(_starting_file(log_dir))
        starting = list(before)
        try:
            yield starting
        finally:
            if starting != before:
                _starting_file(log_dir).write_text(json.dumps([[process.pid, process.created] for process in starting]))


def _starting_file(log_dir: Path) -> Path:
    return log_dir / "starting.json"


def _read(file: Path) -> list[ProcessIdentity]:
    try:
        return [ProcessIdentity(pid, created) for pid, created in json.loads(file.read_text())]
    except FileNotFoundError:
        return []
    except (ValueError, TypeError) as error:
        # Its writer was killed while writing. At worst one worker too many is launched, which finds no run and exits.
        _log.warning("%s is unreadable and is replaced: %s", file, error)
        return []
