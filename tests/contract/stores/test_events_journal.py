"""Whatever is journalled, thinning keeps what history needs."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from technic_scanner.adapters.stores import SqlStore
from technic_scanner.domain.progress import EventKind
from technic_scanner.testing.stores.events import ended_with_events


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kinds=st.lists(st.sampled_from(list(EventKind)), max_size=40), keep=st.integers(0, 45))
def test_thinning_never_drops_a_boundary(store: SqlStore, kinds: list[EventKind], keep: int) -> None:
    run_id = ended_with_events(store, kinds)
    needed = {seq for seq, kind in enumerate(kinds, start=1) if kind.is_boundary or seq == len(kinds)}

    dropped = store.thin_events(run_id, keep)

    left = [stored.seq for stored in store.events(run_id, 0, 100)]
    assert needed <= set(left)
    assert len(left) == max(len(needed), min(keep, len(kinds)))
    assert dropped == len(kinds) - len(left)
