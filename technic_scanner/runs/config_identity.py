"""The form of a config that hashes are taken of; it outlives renamed and added fields, because hashes are stored."""

from __future__ import annotations

from typing import Any

from technic_scanner.domain.config import ScanConfig
from technic_scanner.runs.criteria_facts import canonical_of
from technic_scanner.runs.serialization import config_to_dict

# Present name → the name under which the field was first hashed. It stays when the old name is no longer accepted:
# comparability keys and digests of idempotency keys in old stores were made with it.
_FIRST_NAMES = {"lookback_sessions": "lookback_days"}
# The fields of the first release. One that was added since is hashed only if it differs from its default: a config that
# does not use it is the config that it was before.
_FIRST_FIELDS = frozenset(
    {
        *("source", "universe", "sectors", "industries", "subindustries", "industry_contains", "symbols"),
        *("max_symbols", "lookback_days", "as_of_date", "min_price", "min_dollar_volume", "min_tech_rating", "top_n"),
        *("direction", "strategy_profile_name", "profile_weights", "sector_neutral"),
        *("account_size", "risk_pct", "target_rr", "max_position_pct"),
    }
)


def identity_of(config: ScanConfig) -> dict[str, Any]:
    """Return the plain form of a config with every field under its first name, in the order of the fields.

    Criteria are in the one spelling that equal ones share.
    """
    named = {_FIRST_NAMES.get(name, name): value for name, value in config_to_dict(config).items()}
    named["criteria"] = canonical_of(config.criteria)
    defaults = {_FIRST_NAMES.get(name, name): value for name, value in config_to_dict(ScanConfig()).items()}
    return {name: value for name, value in named.items() if name in _FIRST_FIELDS or value != defaults[name]}
