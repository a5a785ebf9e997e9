"""Studies that are counted, and the answers of parameter studies: one part of the store's contract."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from technic_scanner.clock import ManualClock
from technic_scanner.domain.run import RunStatus
from technic_scanner.domain.study_terms import StudyTerms
from technic_scanner.errors import IdempotencyError, RunNotFoundError
from technic_scanner.runs.model import RunEnd, RunQuery
from technic_scanner.runs.ports import Store
from technic_scanner.runs.study_trials import Trial
from technic_scanner.testing.stores.samples import SUCCEEDED, add, running, scan_result

DIPS = Trial("files", "Köln", "rsi(#) < #", "rsi(14) < 30", "first", "2015-01-01", "", entries=7)
ANSWER = {
    "source": "files",
    "universe": "Köln",
    "entry": "first",
    "asked": {"from": "2015-01-01", "to": None},
    "variants": [{"criteria": f"rsi({days}) < 30", "entries": days} for days in (7, 14)],
}


class TrialContract:
    """Trials are kept and counted. Needs the fixtures ``store``, ``clock`` and ``reopened``."""

    def test_a_trial_is_kept_with_its_times(self, store: Store, clock: ManualClock) -> None:
        begun = clock.now()
        assert store.record_trial(DIPS) == replace(DIPS, times=1, first_at=begun, last_at=begun)
        clock.advance(60)
        again = store.record_trial(replace(DIPS, entries=9))
        assert again == replace(DIPS, entries=9, times=2, first_at=begun, last_at=clock.now())
        assert store.trials(DIPS.source, DIPS.universe) == (again,)

    def test_another_question_is_another_trial(self, store: Store, clock: ManualClock) -> None:
        others = [
            DIPS,
            replace(DIPS, criteria="rsi(7) < 30"),
            replace(DIPS, entry="every"),
            replace(DIPS, first=""),
            replace(DIPS, last="2020-12-31"),
            replace(DIPS, holdout=True),
        ]
        for trial in others:
            store.record_trial(trial)
            clock.advance(1)
        store.record_trial(replace(DIPS, universe="elsewhere"))
        assert [trial.key for trial in store.trials(DIPS.source, DIPS.universe)] == [trial.key for trial in others]
        assert len(store.trials(DIPS.source, "elsewhere")) == 1
        assert store.trials("sample", DIPS.universe) == ()

    def test_of_many_at_once_each_is_counted(self, reopened: Callable[[], Store]) -> None:
        stores = [reopened() for _ in range(4)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda store: store.record_trial(DIPS), stores))
        (trial,) = stores[0].trials(DIPS.source, DIPS.universe)
        assert trial.times == 4

    def test_a_run_keeps_what_a_parameter_study_asks(self, store: Store) -> None:
        terms = StudyTerms(entry="every", start=date(2015, 1, 1), holdout_months=6, horizon=5)
        run = add(store, study=terms)
        assert (run.study, run.kind) == (terms, "study")
        assert store.list_runs(RunQuery()).records[0].study == terms
        assert add(store).kind == "scan"
        assert store.study_answer(run.run_id) is None
        with pytest.raises(RunNotFoundError):
            store.study_answer("nobody")

    def test_the_answer_and_its_trials_are_stored_with_the_end(self, store: Store) -> None:
        run = running(store, study=StudyTerms())
        store.finish(run.run_id, "w1", 1, SUCCEEDED, replace(scan_result(), study=ANSWER))
        assert store.study_answer(run.run_id) == ANSWER
        trials = store.trials("files", "Köln")
        assert [(trial.criteria, trial.entries, trial.first) for trial in trials] == [
            ("rsi(14) < 30", 14, "2015-01-01"),
            ("rsi(7) < 30", 7, "2015-01-01"),
        ]
        assert {trial.family for trial in trials} == {"rsi(#) < #"}
        # A worker that did not hear of its success says it again: nothing is counted twice.
        store.finish(run.run_id, "w1", 1, SUCCEEDED, replace(scan_result(), study=ANSWER))
        assert [trial.times for trial in store.trials("files", "Köln")] == [1, 1]

    def test_a_parameter_study_that_did_not_succeed_counts_nothing(self, store: Store) -> None:
        run = running(store, study=StudyTerms())
        store.finish(run.run_id, "w1", 1, RunEnd(RunStatus.CANCELLED), replace(scan_result(), study=ANSWER))
        assert store.study_answer(run.run_id) is None
        assert store.trials("files", "Köln") == ()

    def test_a_study_is_another_request_than_a_scan(self, store: Store) -> None:
        first = add(store, owner="me", idempotency_key="k", study=StudyTerms())
        assert add(store, owner="me", idempotency_key="k", study=StudyTerms()).run_id == first.run_id
        for other in (None, StudyTerms(horizon=5)):
            with pytest.raises(IdempotencyError):
                add(store, owner="me", idempotency_key="k", study=other)
