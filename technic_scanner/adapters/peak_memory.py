"""Reads how much memory this process has held at most."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil

_STATUS = Path("/proc/self/status")
_KIBIBYTE = 1024


def peak_memory_bytes() -> int | None:
    """Return the peak resident memory of this process in bytes; None where the system does not say.

    On Linux it is VmHWM (proc(5)): ``ru_maxrss`` outlives exec(2), so that a worker would show what the process that
    launched it once held.
    """
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    if _STATUS.exists():
        text = _STATUS.read_text(encoding="ascii", errors="replace")  # it begins with the program's name
        fields = dict(line.split(":", 1) for line in text.splitlines())
        held = fields.get("VmHWM")
        return None if held is None else int(held.split()[0]) * _KIBIBYTE
    import resource  # noqa: PLC0415 - not on Windows

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * _KIBIBYTE
