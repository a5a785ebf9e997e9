"""Studies that are counted, each once however often it is asked for: one part of the store's contract."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from technic_scanner.clock import ManualClock
from technic_scanner.runs.ports import Store
from technic_scanner.runs.study_trials import Trial

DIPS = Trial("files", "Köln", "rsi(#) < #", "rsi(14) < 30", "first", "2015-01-01", "", entries=7)


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
