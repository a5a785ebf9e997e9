"""Queue runs: checked, with their expected work, in a few transactions, and with a worker that takes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.domain.study_terms import StudyTerms
from technic_scanner.errors import LimitError
from technic_scanner.runs.model import NewRun, Work
from technic_scanner.runs.ports import RunStore
from technic_scanner.runs.service.resolving import Requests
from technic_scanner.runs.service.scan_preview import ScanPreview
from technic_scanner.runs.service.upkeep import Upkeep
from technic_scanner.runs.timings.comparability import config_hash

# Few at first, so that a worker begins while others are queued; then as many as others' writes can wait for.
_FIRST_TOGETHER, _TOGETHER = 4, 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """One run that is asked for; the same ``idempotency_key`` of an owner gives the run of the first call."""

    config: ScanConfig
    label: str | None = None
    idempotency_key: str | None = None


class Submitting:
    """Queues what is asked for; an owner may have ``most_queued`` queued runs (None: any number)."""

    def __init__(
        self, store: RunStore, requests: Requests, preview: ScanPreview, upkeep: Upkeep, most_queued: int | None
    ) -> None:
        self._store = store
        self._requests = requests
        self._preview = preview
        self._upkeep = upkeep
        self._most_queued = most_queued

    def submit(
        self,
        wanted: Sequence[Wanted],
        options: RunOptions,
        *,
        owner: str | None = None,
        study: StudyTerms | None = None,
    ) -> tuple[RunRecord, ...]:
        """Queue runs and ensure that workers take them; nothing is queued if one of them is wrong.

        Raises ConfigError with every bad field of the first wrong one; IdempotencyError; LimitError for too many queued
        runs of the owner, of which those before stay queued.
        """
        checked = [self._requests.checked(one.config, options, one.label, study) for one in wanted]
        work: Sequence[Work | None] = [None] * len(checked) if study else self._preview.works(checked, options)
        new = [
            NewRun(
                config,
                options,
                config_hash(config, options, study),
                owner=owner,
                label=one.label,
                idempotency_key=one.idempotency_key,
                expected_work=expected,
                study=study,
                asked=one.config,
            )
            for one, config, expected in zip(wanted, checked, work, strict=True)
        ]
        return tuple(run for part in _parts(new) for run in self._add(part, owner))

    def _add(self, new: Sequence[NewRun], owner: str | None) -> tuple[RunRecord, ...]:
        allowed = self._allowed(new, owner)
        added = self._store.add_runs(new[:allowed]) if allowed else ()
        if added:
            self._upkeep.ensure_worker()
        if allowed < len(new):
            limit = self._most_queued
            raise LimitError(f"you already have {limit} queued runs; wait until some have started, or cancel some")
        return added

    def _allowed(self, new: Sequence[NewRun], owner: str | None) -> int:
        """Return how many of these, from the first on, the owner may queue; those that are queued already count not."""
        if owner is None or self._most_queued is None:
            return len(new)
        keys = [run.idempotency_key for run in new if run.idempotency_key is not None]
        known = self._store.known_keys(owner, keys) if keys else frozenset()
        room = self._most_queued - self._store.count_by_status(owner).get(RunStatus.QUEUED, 0)
        for place, run in enumerate(new):
            if run.idempotency_key in known:
                continue
            if room <= 0:
                return place
            room -= 1
        return len(new)


def _parts(new: Sequence[NewRun]) -> Iterator[Sequence[NewRun]]:
    yield new[:_FIRST_TOGETHER]
    for start in range(_FIRST_TOGETHER, len(new), _TOGETHER):
        yield new[start : start + _TOGETHER]
