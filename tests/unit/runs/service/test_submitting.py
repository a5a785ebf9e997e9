"""Many runs that are queued together: in order, in few transactions, all checked before the first is queued."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunStatus
from technic_scanner.errors import ConfigError, IdempotencyError, LimitError
from technic_scanner.runs.model import RunQuery
from technic_scanner.runs.service.submitting import Wanted
from tests.support.runs.faulty_store import FaultyStore
from tests.support.runs.service_bench import Bench, bench, store

__all__ = ["bench", "store"]

EVERYTHING = RunQuery(limit=500)


def dated(count: int, first: date = date(2010, 3, 1)) -> list[Wanted]:
    """Return one wanted run for each of some days, with keys and labels."""
    days = [first + timedelta(days=n) for n in range(count)]
    return [Wanted(ScanConfig(as_of_date=day), f"replay {day}", f"key {day}") for day in days]


def queued(bench: Bench) -> Iterator[date | None]:
    """Return the dates of the queued runs in the order in which workers take them."""
    while (run := bench.store.claim("w", "host", "1", None)) is not None:
        yield run.config.as_of_date


def test_they_are_queued_in_their_order_in_a_few_transactions(bench: Bench) -> None:
    wanted = dated(250)
    runs = bench.service.submit_all(wanted, RunOptions(workers=2), owner="ann")
    assert [run.config for run in runs] == [one.config for one in wanted]
    assert {(run.owner, run.options.workers) for run in runs} == {("ann", 2)}
    assert bench.store.calls.count("add_runs") == 6
    assert bench.launcher.asked == 6, "a worker begins while others are queued"
    assert list(queued(bench)) == [one.config.as_of_date for one in wanted]


def test_the_same_again_gives_the_same_runs(bench: Bench) -> None:
    runs = bench.service.submit_all(dated(7), RunOptions())
    again = bench.service.submit_all(dated(9), RunOptions())
    assert [run.run_id for run in again[:7]] == [run.run_id for run in runs]
    assert len(bench.service.list(EVERYTHING).records) == 9


def test_nothing_is_queued_if_one_of_them_is_wrong(bench: Bench) -> None:
    wrong = Wanted(ScanConfig(as_of_date=date(1999, 1, 4), top_n=0))
    with pytest.raises(ConfigError) as caught:
        bench.service.submit_all([*dated(8), wrong], RunOptions())
    assert {problem.field for problem in caught.value.problems} == {"as_of_date", "top_n"}
    assert bench.service.list(EVERYTHING).records == ()
    assert bench.launcher.asked == 0


def test_those_before_a_key_of_another_payload_stay_queued(bench: Bench) -> None:
    bench.service.submit(ScanConfig(top_n=3), idempotency_key="key 2010-03-06")
    with pytest.raises(IdempotencyError):
        bench.service.submit_all(dated(8), RunOptions())
    assert [run.config.as_of_date for run in bench.service.list(EVERYTHING).records[:-1]] == [
        date(2010, 3, day) for day in (4, 3, 2, 1)
    ]


@pytest.mark.parametrize(("limit", "kept"), [(3, 3), (4, 4), (6, 6)])
def test_an_owner_keeps_those_that_there_was_room_for(store: FaultyStore, limit: int, kept: int) -> None:
    bench = Bench(store, limit=limit)
    with pytest.raises(LimitError, match=f"already have {limit} queued runs"):
        bench.service.submit_all(dated(9), RunOptions(), owner="ann")
    assert bench.store.count_by_status("ann")[RunStatus.QUEUED] == kept
    assert len(bench.service.submit_all(dated(kept), RunOptions(), owner="ann")) == kept, "these wait already"
    taken = [bench.store.claim("w", "host", "1", None) for _ in range(2)]
    with pytest.raises(LimitError):
        bench.service.submit_all(dated(9), RunOptions(), owner="ann")
    assert bench.store.count_by_status("ann")[RunStatus.QUEUED] == kept
    assert None not in taken


def test_what_is_expected_of_each_is_what_is_expected_of_it_alone(bench: Bench) -> None:
    for _ in range(3):
        bench.done()
    alone = [bench.service.submit(one.config) for one in dated(3)]
    together = bench.service.submit_all(dated(3), RunOptions())
    expected = [bench.store.expected_work(run.run_id) for run in alone]
    assert expected[0] is not None
    assert [bench.store.expected_work(run.run_id) for run in together] == expected
