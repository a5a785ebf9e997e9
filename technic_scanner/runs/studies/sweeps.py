"""Queue parameter studies as runs, and read their answers with the trials that they count among."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pyarrow as pa

from technic_scanner.domain.config import RunOptions
from technic_scanner.domain.run import RunRecord
from technic_scanner.domain.study_terms import FEW_DATES
from technic_scanner.errors import ConfigError, FieldProblem, ResultsNotReadyError
from technic_scanner.runs.service.service import RunService
from technic_scanner.runs.study_trials import TrialStore, count_trials, trials_of
from technic_scanner.studies.deflation import thresholds_of
from technic_scanner.studies.request import StudyRequest

# As many sessions as a config can ask for: a study reads all that are stored.
_ALL_SESSIONS = 20_000
# What answers of the first form do not say: their best variant needed one date, and notes on the data were the run's.
_OF_OLD_ANSWERS: Mapping[str, Any] = {"min_dates": 1, "data_notes": []}


class SweepService:
    """Parameter studies of a source: queued, followed and resumed as any run."""

    def __init__(self, service: RunService, store: TrialStore) -> None:
        """Wire the service."""
        self._service = service
        self._store = store

    def submit(
        self,
        request: StudyRequest,
        horizon: int,
        options: RunOptions | None = None,
        *,
        min_dates: int = FEW_DATES,
        owner: str | None = None,
        label: str | None = None,
    ) -> RunRecord:
        """Queue a parameter study, of which the best variant has entries on at least ``min_dates`` dates.

        Raises CriteriaError, ConfigError, LimitError.
        """
        check_unopened(request)
        terms = request.terms(horizon, min_dates)
        config = request.config_of(lookback_sessions=_ALL_SESSIONS)
        return self._service.submit(config, options, owner=owner, label=label, study=terms)

    def answer(self, run_id: str) -> dict[str, Any]:
        """Return what a parameter study found, with the variants that were tried so far and what they ask for.

        Raises RunNotFoundError, ResultsNotReadyError before its end.
        """
        found = self._store.study_answer(run_id)
        if found is None:
            raise ResultsNotReadyError(f"the parameter study {run_id} has no answer yet")
        return {"run_id": run_id, **_OF_OLD_ANSWERS, **found, "trials": self._trials(found)}

    def _trials(self, found: dict[str, Any]) -> dict[str, Any]:
        family = trials_of(found)[0].family
        count = count_trials(self._store.trials(found["source"], found["universe"]), family)
        best = found["best"]
        limits = None if best is None else thresholds_of(best["standard_error"], count.variants)
        return {
            "family": family,
            "variants": count.variants,
            "all_variants": count.all,
            "thresholds": None if limits is None else asdict(limits),
        }


def check_unopened(request: StudyRequest) -> None:
    """Raise ConfigError if a parameter study would open a holdout."""
    if request.open_holdout:
        text = "a holdout is opened by one study, not by many variants at once"
        raise ConfigError([FieldProblem("open_holdout", text)])


def cells_table(answer: Mapping[str, Any]) -> pa.Table:
    """Return one row a variant: its values by name, entries, and n, n_dates, mean_excess and hit_rate by horizon."""
    rows = []
    names = [item["name"] for item in answer["ranges"]]
    for variant in answer["variants"]:
        row: dict[str, Any] = dict(zip(names, variant["values"], strict=True)) | {"entries": variant["entries"]}
        for horizon, cell in variant["horizons"].items():
            row |= {f"{name}_{horizon}": value for name, value in cell.items()}
        rows.append(row)
    return pa.Table.from_pylist(rows)
