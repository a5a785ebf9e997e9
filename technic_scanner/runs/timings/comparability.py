"""Compute the comparability key, which decides which runs can be compared in speed."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.metrics import ScanMetrics
from technic_scanner.domain.study_terms import StudyTerms
from technic_scanner.runs.config_identity import identity_of
from technic_scanner.runs.serialization import options_to_dict, to_dict

# These fields change the date, or numbers of plans and scores, but not the amount of work. A daily scan has a new as-of
# date every day and must still find its own history.
COSMETIC_FIELDS: frozenset[str] = frozenset(
    {
        "as_of_date",
        "watchlists",  # their symbols are among the config's
        "account_size",
        "account_currency",
        "currency_rates",
        "risk_pct",
        "target_rr",
        "max_position_pct",
        "position_sizing",
        "total_risk_pct",
        "profile_weights",
        "event_interval_seconds",
        "stage_plan",
    }
)
_SETS = ("sectors", "industries", "subindustries", "symbols")
HASH_LENGTH = 16
WARM_RATE = 0.9
COLD_RATE = 0.1
COLD = "cold"


def key(
    config: ScanConfig,
    options: RunOptions,
    metrics: ScanMetrics | None,
    version: str,
    study: StudyTerms | None = None,
) -> str:
    """Return the key that runs of equal cost share.

    Its form is ``<config hash>-n<size bucket>-<cold|mixed|warm|uncached>-<version>``, with ``-loading`` where the
    worker had to load the kernels first, and ``-resumed`` for runs with more than one attempt, whose stage seconds
    cover only the last one. Before the end (``metrics`` None) size and cache
    state are unknown, and the key is only the config hash.
    """
    head = config_hash(config, options, study)
    if metrics is None:
        return head
    parts = [head, f"n{size_bucket(metrics.symbols_attempted)}", cache_state(metrics.cache_hit_rate), version]
    if metrics.warm_worker is False:
        parts.append("loading")
    if len(metrics.attempt_seconds) > 1:
        parts.append("resumed")
    return "-".join(parts)


def config_hash(config: ScanConfig, options: RunOptions, study: StudyTerms | None = None) -> str:
    """Return a hash of the fields of config and options that affect the cost of a run, as 16 hex digits.

    A parameter study is compared with studies of the same text alone, whose comments say which variants there are.
    """
    payload = {"config": _costly(identity_of(config)), "options": _costly(options_to_dict(options))}
    if study is not None:
        payload["study"] = {"criteria": config.criteria, **to_dict(study)}
    text = json.dumps(payload, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:HASH_LENGTH]


def is_config_hash(text: str) -> bool:
    """Return whether a text has the form of a config hash."""
    return len(text) == HASH_LENGTH and all(digit in "0123456789abcdef" for digit in text)


def config_hash_of(key: str) -> str:
    """Return the config hash at the start of a comparability key."""
    return key[:HASH_LENGTH]


def size_bucket(symbols: int) -> int:
    """Return the largest power of two that is at most ``symbols``; 0 for no symbols."""
    return 1 << (symbols.bit_length() - 1) if symbols > 0 else 0


def cache_state(hit_rate: float | None) -> str:
    """Return the cache state: uncached (not used), cold (≤ 10 % hits), warm (≥ 90 %), otherwise mixed."""
    if hit_rate is None:
        return "uncached"
    if hit_rate >= WARM_RATE:
        return "warm"
    return COLD if hit_rate <= COLD_RATE else "mixed"


def _costly(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: sorted(value) if name in _SETS else value for name, value in fields.items() if name not in COSMETIC_FIELDS
    }
