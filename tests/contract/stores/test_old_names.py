"""A store of the version before a field was renamed: its configs are read, its runs compared, its keys known."""

from __future__ import annotations

import json

from sqlalchemy import text

from technic_scanner.adapters.stores import SqlStore
from technic_scanner.domain.config import ScanConfig
from technic_scanner.runs.model import Preset
from technic_scanner.testing.stores.samples import add

# Of ScanConfig(max_symbols=7), RunOptions() and the label "first", by the version before lookback_days was renamed.
DIGEST_MADE_BEFORE = "56f1326ba1d097fce1b7f27da8707e847ea2b5e2a3aa8a3b6268d05a39a7f247"


def as_before(document: str) -> str:
    """Return a stored config as the version before the renaming wrote it."""
    fields = json.loads(document)
    return json.dumps({"lookback_days" if name == "lookback_sessions" else name: fields[name] for name in fields})


def test_configs_with_the_old_name_are_read(store: SqlStore) -> None:
    run = add(store, ScanConfig(lookback_sessions=123))
    store.save_preset(Preset("mine", ScanConfig(lookback_sessions=77)), expected_version=None)
    with store.database._engine.begin() as connection:
        for table in ("run_documents", "presets"):
            document = connection.execute(text(f"SELECT config FROM {table}")).scalar_one()
            assert '"lookback_sessions"' in document
            connection.execute(text(f"UPDATE {table} SET config = :config"), {"config": as_before(document)})
    assert store.get_run(run.run_id).config == run.config
    assert store.get_preset("mine").config == ScanConfig(lookback_sessions=77)


def test_a_key_used_before_the_renaming_still_stands_for_its_run(store: SqlStore) -> None:
    first = add(store, ScanConfig(max_symbols=7), label="first", idempotency_key="k")
    with store.database._engine.connect() as connection:
        assert connection.execute(text("SELECT digest FROM idempotency_keys")).scalar_one() == DIGEST_MADE_BEFORE
    again = add(store, ScanConfig(max_symbols=7), label="first", idempotency_key="k")
    assert again.run_id == first.run_id
