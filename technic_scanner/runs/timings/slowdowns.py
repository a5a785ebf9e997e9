"""Check runs against all earlier comparable runs, independent of the filters that selected the checked runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from technic_scanner.domain.run import RunStatus
from technic_scanner.progress.slow_downs import DEFAULT_RULE, RegressionRule
from technic_scanner.runs.model import RunQuery, StageSample
from technic_scanner.runs.timings.regressions import StageCheck, regressions

Read = Callable[[RunQuery], Sequence[StageSample]]
_ROOM = 2  # runs read per checked run: usually the filters exclude no or few runs in between
_MANY = 500  # queries of 21 runs each; with more checked runs one query of all runs is faster
_ALL = 10_000_000


def slowdowns(judged: Sequence[StageSample], read: Read, rule: RegressionRule = DEFAULT_RULE) -> tuple[StageCheck, ...]:
    """Check every stage of the successful runs ``judged``, newest first; ``read`` queries all runs, newest first.

    For example, runs selected by a filter on duration are compared with all comparable runs, not only with each other.
    """
    ids = {sample.run_id for sample in judged}
    known = {sample.run_id: sample for sample in (*judged, *_before(judged, read, rule.history))}
    return tuple(check for check in regressions(list(known.values()), rule) if check.run_id in ids)


def _before(judged: Sequence[StageSample], read: Read, history: int) -> Iterator[StageSample]:
    """Yield at least the ``history`` successful comparable runs before each run, or all if there are fewer."""
    by_key: dict[str, list[StageSample]] = defaultdict(list)
    for sample in judged:
        if sample.status is RunStatus.SUCCEEDED and sample.comparability_key is not None:
            by_key[sample.comparability_key].append(sample)
    for key, samples in by_key.items():
        yield from _comparable(RunQuery(statuses=(RunStatus.SUCCEEDED,), comparability_key=key), samples, read, history)


def _comparable(alike: RunQuery, samples: Sequence[StageSample], read: Read, history: int) -> Iterator[StageSample]:
    """Yield the runs of one key: the newest, and if those are not enough, those before each run, or all."""
    limit = _ROOM * len(samples) + history
    found = read(replace(alike, created_to=max(sample.created_at for sample in samples), limit=limit))
    yield from found
    if len(found) < limit:
        return  # there are no more runs
    beyond = [sample.created_at for sample in samples if sample.created_at <= found[-history].created_at]
    if len(beyond) > _MANY:
        yield from read(replace(alike, created_to=max(beyond), limit=_ALL))
        return
    for created_at in beyond:
        yield from read(replace(alike, created_to=created_at, limit=history + 1))
