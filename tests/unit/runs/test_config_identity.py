"""Hashes of configs that stores keep are those of the versions that stored them."""

from __future__ import annotations

import pytest

from technic_scanner.domain.config import ScanConfig, field_names
from technic_scanner.runs import config_identity
from technic_scanner.runs.config_identity import identity_of
from technic_scanner.runs.performance.judging import lineage_of

# The default at the time; a config with another limit is another config.
FIRST_MAX_SYMBOLS = 6_000


def test_the_identity_of_a_config_keeps_the_first_names_in_their_order() -> None:
    first = config_identity._FIRST_FIELDS
    renamed = {"lookback_sessions": "lookback_days"}
    names = [name for name in (renamed.get(name, name) for name in field_names(ScanConfig)) if name in first]
    identity = identity_of(ScanConfig(lookback_sessions=7))
    assert list(identity) == names
    assert identity["lookback_days"] == 7


def test_the_lineage_of_a_config_is_that_of_the_version_before_the_renaming() -> None:
    assert lineage_of(ScanConfig(max_symbols=FIRST_MAX_SYMBOLS)) == "458ba0937194247f"
    assert lineage_of(ScanConfig(max_symbols=FIRST_MAX_SYMBOLS, lookback_sessions=120, top_n=20)) == "e7ffb69ffd5d2bae"


def test_a_field_that_was_added_later_counts_only_where_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    first = config_identity._FIRST_FIELDS
    assert identity_of(ScanConfig()).keys() == first
    monkeypatch.setattr(config_identity, "_FIRST_FIELDS", first - {"min_price"})
    assert "min_price" not in identity_of(ScanConfig())
    assert identity_of(ScanConfig(min_price=2.0))["min_price"] == 2.0
