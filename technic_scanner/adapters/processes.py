"""Recognise a process of this machine again, also when its pid has been given to another one since."""

from __future__ import annotations

from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """A process of this machine; ``created`` (seconds since the epoch) distinguishes it from a later one."""

    pid: int
    created: float

    @classmethod
    def of(cls, pid: int) -> ProcessIdentity:
        """Return the identity of a running process. Raises psutil.Error if there is none."""
        return cls(pid, psutil.Process(pid).create_time())

    @classmethod
    def of_started(cls, pid: int) -> ProcessIdentity:
        """Return the identity of a process that was just started; if it has ended already, one that never lives."""
        try:
            return cls.of(pid)
        except psutil.Error:
            return cls(pid, 0.0)

    def lives(self) -> bool:
        """Return whether it runs; one that has ended but is not reaped does not."""
        try:
            process = psutil.Process(self.pid)
            return bool(process.create_time() == self.created and process.status() != psutil.STATUS_ZOMBIE)
        except psutil.Error:
            return False  # ended, or the pid belongs to a process of another user


def runs(pid: int) -> bool:
    """Return whether a process with this pid runs on this machine, maybe of another user."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
    except psutil.Error:
        return True


def memory_bytes() -> int:
    """Return the resident memory of this process in bytes."""
    return int(psutil.Process().memory_info().rss)
