"""The limits of a run service."""

from __future__ import annotations

from dataclasses import dataclass

from technic_scanner.domain.run import STALE_AFTER_SECONDS


@dataclass(frozen=True, slots=True)
class ServiceRules:
    """From which age of a heartbeat a run is INTERRUPTED; how many queued runs an owner may have, None: any number."""

    stale_after_seconds: float = STALE_AFTER_SECONDS
    max_queued_per_owner: int | None = None
