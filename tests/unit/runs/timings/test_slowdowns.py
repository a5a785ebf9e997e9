"""A filter picks out which runs are judged, never what they are judged by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.domain.run import RunStatus
from technic_scanner.progress.slow_downs import Verdict
from technic_scanner.runs.model import RunQuery, StageSample
from technic_scanner.runs.timings.regressions import regressions, slower
from technic_scanner.runs.timings.slowdowns import slowdowns
from tests.support.runs.make import sample

USUAL, SLOW = (1.0, 2.0, 10.0, 0.2), (1.0, 9.0, 10.0, 0.2)


class Reads:
    """Answers queries from a list of runs, and counts the rows it handed out."""

    def __init__(self, runs: Sequence[StageSample]) -> None:
        self._newest_first = sorted(runs, key=lambda run: run.created_at, reverse=True)
        self.rows = 0

    def __call__(self, query: RunQuery) -> Sequence[StageSample]:
        assert query.created_to is not None
        found = [
            run
            for run in self._newest_first
            if run.status in query.statuses
            and run.comparability_key == query.comparability_key
            and run.created_at <= query.created_to
        ][: query.limit]
        self.rows += len(found)
        return found


def test_slow_runs_picked_out_by_their_duration_are_still_slow() -> None:
    runs = [sample(number, SLOW if number % 10 == 9 else USUAL) for number in range(100)]
    picked = [run for run in runs if run.total_seconds > 15]
    assert slower(regressions(picked)) == ()
    assert {check.run_id for check in slower(slowdowns(picked, Reads(runs)))} == {run.run_id for run in picked}


def test_the_oldest_of_the_runs_shown_has_its_whole_baseline() -> None:
    runs = [sample(number, USUAL) for number in range(60)]
    checks = slowdowns(runs[-30:], Reads(runs))
    assert len(checks) == 30 * (len(USUAL) + 1)
    assert {(check.baseline_runs, check.verdict) for check in checks} == {(20, Verdict.NORMAL)}


def test_no_more_is_read_than_a_few_rows_a_run() -> None:
    runs = [sample(number, USUAL) for number in range(8_000)]
    for picked in (runs[-200:], runs[::400], runs[::8]):
        reads = Reads(runs)
        checks = slowdowns(picked, reads)
        assert reads.rows <= min(25 * len(picked) + 40, 2 * len(runs))
        assert {check.baseline_runs for check in checks if check.run_id != runs[0].run_id} == {20} | (
            {8, 16} if runs[8] in picked else set()
        )


@given(st.data())
def test_each_run_is_judged_as_it_would_be_among_all(data: st.DataObject) -> None:
    spent = st.tuples(st.floats(0.1, 9), st.floats(0.1, 9), st.just(10.0), st.just(0.2))
    kinds = st.sampled_from(
        [("a", RunStatus.SUCCEEDED), ("b", RunStatus.SUCCEEDED), ("a", RunStatus.FAILED), (None, RunStatus.SUCCEEDED)]
    )
    runs = [
        replace(sample(number, seconds), comparability_key=key, status=status)
        for number, (seconds, (key, status)) in enumerate(data.draw(st.lists(st.tuples(spent, kinds), max_size=90)))
    ]
    judged = [run for run in runs if data.draw(st.booleans())]
    ids = {run.run_id for run in judged}
    assert slowdowns(judged, Reads(runs)) == tuple(check for check in regressions(runs) if check.run_id in ids)
