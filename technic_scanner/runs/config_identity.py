"""The form of a config that hashes are taken of; it outlives every renaming, because hashes are stored."""

from __future__ import annotations

from typing import Any

from technic_scanner.domain.config import ScanConfig
from technic_scanner.runs.serialization import config_to_dict

# Present name → the name under which the field was first hashed. It stays when the old name is no longer accepted:
# comparability keys and digests of idempotency keys in old stores were made with it.
_FIRST_NAMES = {"lookback_sessions": "lookback_days"}


def identity_of(config: ScanConfig) -> dict[str, Any]:
    """Return the plain form of a config with every field under its first name, in the order of the fields."""
    return {_FIRST_NAMES.get(name, name): value for name, value in config_to_dict(config).items()}
