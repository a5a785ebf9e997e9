"""Judge runs against the comparable runs before them, whatever picked out the runs that are judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from technic_scanner.domain.run import RunStatus
from technic_scanner.runs.model import RunQuery, StageSample
from technic_scanner.runs.timings.regressions import DEFAULT_RULE, RegressionRule, StageCheck, regressions

Read = Callable[[RunQuery], Sequence[StageSample]]
_ROOM = 2  # runs read at once, for each that is judged: most often the filters left no or few runs out
_MANY = 500  # questions of 21 runs each; more of them take longer than one for all runs
_ALL = 10_000_000


def slowdowns(judged: Sequence[StageSample], read: Read, rule: RegressionRule = DEFAULT_RULE) -> tuple[StageCheck, ...]:
    """Check every stage of the successful runs ``judged``, newest first; ``read`` answers from all runs, newest first.

    A filter on duration, say, picks out slow runs, but they are slow against all comparable ones.
    """
    ids = {sample.run_id for sample in judged}
    known = {sample.run_id: sample for sample in (*judged, *_before(judged, read, rule.history))}
    return tuple(check for check in regressions(list(known.values()), rule) if check.run_id in ids)


def _before(judged: Sequence[StageSample], read: Read, history: int) -> Iterator[StageSample]:
    """Yield at least the ``history`` successful comparable runs before each run, as many as there are."""
    by_key: dict[str, list[StageSample]] = defaultdict(list)
    for sample in judged:
        if sample.status is RunStatus.SUCCEEDED and sample.comparability_key is not None:
            by_key[sample.comparability_key].append(sample)
    for key, samples in by_key.items():
        yield from _comparable(RunQuery(statuses=(RunStatus.SUCCEEDED,), comparability_key=key), samples, read, history)


def _comparable(alike: RunQuery, samples: Sequence[StageSample], read: Read, history: int) -> Iterator[StageSample]:
    """Yield those of one key: the newest; then, where they do not reach, those before each run or, for many, all."""
    limit = _ROOM * len(samples) + history
    found = read(replace(alike, created_to=max(sample.created_at for sample in samples), limit=limit))
    yield from found
    if len(found) < limit:
        return  # there are no more
    beyond = [sample.created_at for sample in samples if sample.created_at <= found[-history].created_at]
    if len(beyond) > _MANY:
        yield from read(replace(alike, created_to=max(beyond), limit=_ALL))
        return
    for created_at in beyond:
        yield from read(replace(alike, created_to=created_at, limit=history + 1))
