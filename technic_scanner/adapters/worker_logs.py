"""Find the lines of the workers' logs on this machine that are about one run."""

from __future__ import annotations

from collections import deque
from pathlib import Path

MOST_LINES = 300
# The newest part of each file that is looked through.
_MOST_BYTES = 20_000_000
_FILES = ("worker.log.1", "worker.log")


def lines_of_run(log_dir: Path, run_id: str, most: int = MOST_LINES) -> tuple[str, ...]:
    """Return the newest ``most`` lines that name a run, oldest first; a traceback goes with the line before it.

    Files that do not exist are left out. Raises OSError where one cannot be read.
    """
    found: deque[str] = deque(maxlen=most)
    for path in (log_dir / name for name in _FILES):
        if not path.exists():
            continue
        with path.open("rb") as log:
            log.seek(max(0, path.stat().st_size - _MOST_BYTES))
            found.extend(_about(log.read().decode(errors="replace"), run_id))
    return tuple(found)


def _about(text: str, run_id: str) -> list[str]:
    """Return the lines that name the run, and those without a record's beginning that follow one of them."""
    lines, taken = [], False
    for line in text.splitlines():
        begins = line.startswith(("timestamp=", "{"))
        taken = run_id in line if begins else taken or run_id in line
        if taken:
            lines.append(line)
    return lines
