"""Which ways there are to run the chunks of a scan."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExecutorInfo:
    """An executor that a run may name; ``missing`` says what it needs that is not installed, None if nothing."""

    name: str
    label: str
    missing: str | None = None
