"""A worker on another host that holds a row keeps nobody waiting."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from technic_scanner.adapters.stores import SqlStore
from technic_scanner.testing.stores.samples import add


@pytest.mark.postgres
@pytest.mark.parametrize("max_running", [None, 3])
def test_a_run_that_another_session_holds_is_skipped_without_a_wait(
    postgres_url: str, opened: Callable[..., SqlStore], max_running: int | None
) -> None:
    store = opened(postgres_url, busy_seconds=5)  # one that waited would fail after so long
    held, free = add(store).run_id, add(store).run_id
    with psycopg.connect(postgres_url) as other:
        # As a worker on another host does while it claims.
        other.execute("SELECT 1 FROM runs WHERE run_id = %s FOR UPDATE", (held,))
        claimed = store.claim("w1", "host", "1", max_running)
        assert claimed is not None
        assert claimed.run_id == free
        assert store.claim("w1", "host", "1", max_running) is None
    claimed = store.claim("w1", "host", "1", max_running)
    assert claimed is not None
    assert claimed.run_id == held
