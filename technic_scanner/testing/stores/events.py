"""The event journal: unbroken numbers, repeats, thinning, ETA promises: one part of the store's contract."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from technic_scanner.domain.progress import EventKind
from technic_scanner.domain.run import RunStatus
from technic_scanner.errors import RunStateError
from technic_scanner.runs.model import RunEnd
from technic_scanner.runs.ports import Store
from technic_scanner.testing.stores.samples import event, running, scan_result


def ended_with_events(store: Store, kinds: list[EventKind]) -> str:
    run = running(store)
    store.append_events(run.run_id, 1, [event(run.run_id, seq, kind=kind) for seq, kind in enumerate(kinds, start=1)])
    store.finish(run.run_id, "w1", 1, RunEnd(RunStatus.CANCELLED), None)
    return run.run_id


class EventContract:
    """Events come back as they went in, each once. Needs the fixture ``store``."""

    def test_events_come_back_as_they_went_in(self, store: Store) -> None:
        run = running(store)
        sent = [event(run.run_id, seq, seq / 10, eta_seconds=1 / 3, eta_low_seconds=0.0) for seq in range(1, 8)]
        store.append_events(run.run_id, 1, sent[:4])
        store.append_events(run.run_id, 1, sent[4:])

        assert store.events(run.run_id, 0, 100) == tuple(sent)
        assert store.events(run.run_id, 2, 3) == tuple(sent[2:5])
        assert store.events(run.run_id, 7, 3) == ()
        assert store.latest_event(run.run_id) == sent[-1]
        record = store.get_run(run.run_id)
        assert (record.last_seq, record.time_fraction) == (7, 0.7)

    def test_a_run_without_events_has_none(self, store: Store) -> None:
        run = running(store)
        assert store.events(run.run_id, 0, 10) == ()
        assert store.latest_event(run.run_id) is None
        store.append_events(run.run_id, 1, [])
        assert store.get_run(run.run_id).last_seq == 0

    @pytest.mark.parametrize("numbers", [(2,), (1, 3), (1, 1), (2, 1), (0, 1), (1, 2, 4)])
    def test_numbers_must_follow(self, store: Store, numbers: tuple[int, ...]) -> None:
        run = running(store)
        with pytest.raises(RunStateError):
            store.append_events(run.run_id, 1, [event(run.run_id, seq) for seq in numbers])
        assert store.events(run.run_id, 0, 10) == ()
        assert store.get_run(run.run_id).last_seq == 0

    def test_a_repeated_call_adds_only_what_is_new(self, store: Store) -> None:
        run = running(store)
        sent = [event(run.run_id, seq) for seq in range(1, 6)]
        store.append_events(run.run_id, 1, sent[:3])
        store.append_events(run.run_id, 1, sent[:3])
        store.append_events(run.run_id, 1, sent[1:])
        assert store.events(run.run_id, 0, 10) == tuple(sent)

    def test_a_number_cannot_be_used_for_another_event(self, store: Store) -> None:
        run = running(store)
        first = event(run.run_id, 1)
        store.append_events(run.run_id, 1, [first])
        with pytest.raises(RunStateError, match="another event 1"):
            store.append_events(run.run_id, 1, [replace(first, message="other"), event(run.run_id, 2)])
        assert store.events(run.run_id, 0, 10) == (first,)

    def test_the_fraction_never_goes_back(self, store: Store) -> None:
        run = running(store)
        store.append_events(run.run_id, 1, [event(run.run_id, 1, 0.5)])
        store.append_events(run.run_id, 1, [event(run.run_id, 2, 0.25)])
        assert store.get_run(run.run_id).time_fraction == 0.5

    @pytest.mark.parametrize("batch_size", [1, 3, 100])
    @pytest.mark.parametrize(
        ("told", "expected"),  # (overall fraction, ETA) of each event, whose elapsed seconds are its number
        [
            (
                [(0.0, None), (0.05, 20.0), (0.06, 30.0), (0.12, 5.0), (0.5, None), (0.6, 1.0), (1.0, 0.0)],
                # start: 2 + 20; 10 %: 4 + 5, which still stood at 25 %; 50 %: 6 + 1, which still stood at 75 %
                (22.0, 9.0, 9.0, 7.0, 7.0),
            ),
            (  # a scan that reports its stages alone
                [(0.0, 9.0), (0.05, 8.0), (0.25, 7.0), (0.25, 5.0), (0.95, 1.0), (1.0, 0.0)],
                (10.0, 10.0, 10.0, 9.0, 9.0),
            ),
            (  # nothing was promised before 25 %
                [(0.0, None), (0.05, None), (0.25, None), (0.26, 4.0), (0.95, 1.0), (1.0, 0.0)],
                (None, None, 8.0, 8.0, 8.0),
            ),
            ([(0.0, None), (0.5, None), (1.0, 0.0)], (None, None, None, None, None)),
        ],
    )
    def test_the_promise_that_stood_at_each_moment_is_kept(
        self,
        store: Store,
        told: list[tuple[float, float | None]],
        expected: tuple[float | None, ...],
        batch_size: int,
    ) -> None:
        run = running(store)
        sent = [event(run.run_id, seq, share, eta_seconds=eta) for seq, (share, eta) in enumerate(told, start=1)]
        for start in range(0, len(sent), batch_size):
            store.append_events(run.run_id, 1, sent[start : start + batch_size])
        promised = store.get_run(run.run_id).predicted_seconds
        assert promised == tuple(zip(("start", "10", "25", "50", "75"), expected, strict=True))
        store.finish(run.run_id, "w1", 1, RunEnd(RunStatus.SUCCEEDED), scan_result())
        assert store.get_run(run.run_id).predicted_seconds == promised

    def test_thinning_keeps_boundaries_and_an_even_sample(self, store: Store) -> None:
        kinds = [EventKind.RUN_STARTED, *[EventKind.ADVANCED] * 997, EventKind.STAGE_COMPLETED, EventKind.RUN_FINISHED]
        run_id = ended_with_events(store, kinds)

        assert store.thin_events(run_id, 200) == 800

        left = [stored.seq for stored in store.events(run_id, 0, 1000)]
        assert len(left) == 200
        assert {1, 2, 998, 999, 1000} <= set(left)
        gaps = [after - before for before, after in pairwise(left)]
        assert max(gaps) <= 6
        assert store.thin_events(run_id, 200) == 0
        assert store.get_run(run_id).last_seq == 1000

    def test_a_live_run_is_not_thinned(self, store: Store) -> None:
        run = running(store)
        with pytest.raises(RunStateError, match="running"):
            store.thin_events(run.run_id, 10)

    def test_a_thinned_run_can_be_resumed(self, store: Store) -> None:
        run_id = ended_with_events(store, [EventKind.ADVANCED] * 50)
        store.thin_events(run_id, 3)
        store.requeue(run_id)
        store.claim("w2", "h", "1", None)
        store.append_events(run_id, 2, [event(run_id, 51, attempt=2)])
        assert [stored.seq for stored in store.events(run_id, 0, 100)] == [1, 49, 50, 51]

    def test_thinning_keeps_where_each_attempt_stood(self, store: Store) -> None:
        run_id = ended_with_events(store, [EventKind.ADVANCED] * 20)
        store.requeue(run_id)
        claimed = store.claim("w1", "h", "1", None)
        assert claimed is not None
        store.append_events(run_id, 2, [event(run_id, seq, attempt=2) for seq in range(21, 31)])
        store.finish(run_id, "w1", 2, RunEnd(RunStatus.CANCELLED), None)
        store.thin_events(run_id, 0)
        assert [(stored.seq, stored.attempt) for stored in store.events(run_id, 0, 100)] == [(20, 1), (30, 2)]
