"""Wake the workers of this host through named pipes, one a worker, in a folder that all processes of a home share."""

from __future__ import annotations

import errno
import logging
import os
import select
from pathlib import Path
from typing import Self

from technic_scanner.adapters.processes import runs
from technic_scanner.clock import Clock

_log = logging.getLogger(__name__)

_SUFFIX = ".pipe"
_PIPES_EXIST = hasattr(os, "mkfifo")


class LocalBell:
    """Rings for every worker that listens in ``folder``; harmless where nobody does. Without named pipes: silent."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def ring(self) -> None:
        """Wake the waiting workers. Never raises: a worker that is not woken looks at the queue by itself."""
        try:
            pipes = list(self._folder.glob(f"*{_SUFFIX}"))
        except OSError as error:
            _log.warning("workers are not woken: %s", error)
            return
        for pipe in pipes:
            _ring(pipe)

    def listen(self, name: str, clock: Clock) -> LocalListener:
        """Return what a worker of this host, with a name of its own, waits on; close it when the worker ends."""
        return LocalListener(self._folder / f"{name}{_SUFFIX}", clock)

    def is_heard(self) -> bool:
        """Return whether a worker of ``name_of`` listens that stays: it runs, and so does what it waits for."""
        names = [pipe.name.removesuffix(_SUFFIX) for pipe in self._folder.glob(f"*{_SUFFIX}")]
        return any(all(pid.isdecimal() and runs(int(pid)) for pid in name.split(".")) for name in names)


def name_of(worker_pid: int, client_pid: int | None = None) -> str:
    """Return the name under which a worker listens, one that waits only as long as ``client_pid`` runs with that."""
    return str(worker_pid) if client_pid is None else f"{worker_pid}.{client_pid}"


class LocalListener:
    """Waits on a worker's own pipe; where there can be none, it only waits. A context manager that removes the pipe."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._pipe = _opened(path) if _PIPES_EXIST else None

    def wait(self, seconds: float) -> None:
        """Wait until the bell rings, at most so long; a ring since the last wait counts."""
        if self._pipe is None:
            self._clock.sleep(seconds)
            return
        rung, _, _ = select.select([self._pipe], [], [], seconds)
        if rung:
            os.read(self._pipe, 65536)  # several rings are one

    def close(self) -> None:
        """Remove the pipe."""
        if self._pipe is None:
            return
        os.close(self._pipe)
        self._pipe = None
        self._path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _opened(path: Path) -> int | None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)  # of a killed worker whose pid this process has now
        os.mkfifo(path, 0o600)
        # Opened for writing as well, so that the pipe never reads as ended while nobody rings.
        return os.open(path, os.O_RDWR | os.O_NONBLOCK)
    except OSError as error:
        _log.warning("this worker looks at the queue now and then instead of being woken: %s", error)
        return None


def _ring(pipe: Path) -> None:
    try:
        end = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    except FileNotFoundError:
        return
    except OSError as error:
        if error.errno == errno.ENXIO:  # nobody listens: its worker was killed
            pipe.unlink(missing_ok=True)
        else:
            _log.warning("a worker is not woken: %s", error)
        return
    try:
        os.write(end, b"!")
    except BlockingIOError:
        pass  # the pipe is full of rings
    finally:
        os.close(end)
