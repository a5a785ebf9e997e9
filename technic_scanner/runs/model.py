"""Define the queries and answers of the run store, except RunRecord."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

import pyarrow as pa

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.metrics import Outcome, SymbolFailure
from technic_scanner.domain.progress import ProgressEvent
from technic_scanner.domain.run import RunError, RunRecord, RunStatus
from technic_scanner.domain.stored_request import StoredConfig, StoredRequest
from technic_scanner.domain.study_terms import StudyTerms
from technic_scanner.errors import FieldProblem
from technic_scanner.pipeline.result import MarketContext

# A cursor: the microseconds since 1970 and the id of a run, after which a page begins.
CURSOR_PATTERN = r"^[0-9]{1,17}\.[0-9A-Za-z_-]{1,64}$"
# The moments whose predicted total is stored: at the start, and at these percentages of the work.
MOMENTS: tuple[str, ...] = ("start", "10", "25", "50", "75")


class Rows(StrEnum):
    """Which rows of a result are asked for: the picks, or all scanned ones."""

    PICKS = "picks"
    ALL = "all"


# Units of work by (stage, unit class).
Work = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run to be queued.

    ``idempotency_key``: the same owner, key and payload (config, options, label, study) mean the same run. ``asked`` is
    the payload's config where ``config`` holds the symbols of its watchlists besides.
    """

    config: ScanConfig
    options: RunOptions
    comparability_key: str
    owner: str | None = None
    label: str | None = None
    idempotency_key: str | None = None
    expected_work: Work | None = None
    study: StudyTerms | None = None
    asked: ScanConfig | None = None


@dataclass(frozen=True, slots=True)
class RunQuery:
    """Filters of a run list; None and empty do not filter. Newest first.

    ``cursor`` is ``next_cursor`` of the previous page. ``comparability_key`` selects comparable runs.
    ``same_config_as`` selects the runs of one config of any size, cache state and version; it is a config hash, a run
    id, or at least the last eight characters of one. ``text`` matches the label or the run id, ``tag`` a whole
    tag, ``criteria`` a part of the criteria's text, in any case. Durations are seconds of the whole run.
    ``cache_state`` is as in ``timings.comparability``, ``workers`` what the options ask for.
    """

    statuses: tuple[RunStatus, ...] = ()
    source: str | None = None
    comparability_key: str | None = None
    same_config_as: str | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    min_seconds: float | None = None
    max_seconds: float | None = None
    pinned: bool | None = None
    owner: str | None = None
    text: str | None = None
    criteria: str | None = None
    cache_state: str | None = None
    workers: int | None = None
    limit: int = 50
    cursor: str | None = None
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class RunPage:
    """One page of runs; ``next_cursor`` is None on the last page."""

    records: tuple[RunRecord, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One event of the journal as it is stored; ``text`` is its JSON on one line, which streams send as it is."""

    run_id: str
    seq: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class StoredResult(StoredConfig):
    """The stored result of a run: its table, failures and market context; ``runs.exports`` makes files of it.

    The table has the picks, or every scanned row where those were asked for; ``Picked`` tells them apart.

    ``unreadable`` names parts that cannot be read, as in a RunRecord; ``notes`` say it in sentences.
    """

    run_id: str
    config: ScanConfig
    outcome: Outcome
    status_text: str
    table: pa.Table
    failures: tuple[SymbolFailure, ...]
    as_of: date | None
    source_label: str
    context: MarketContext
    notes: tuple[str, ...] = ()
    unreadable: tuple[FieldProblem, ...] = ()

    @property
    def all_notes(self) -> tuple[str, ...]:
        """The notes on the market and the method, then those on the data; what is in both only once."""
        return tuple(dict.fromkeys((*self.context.notes, *self.notes)))


@dataclass(frozen=True, slots=True)
class DatedRun:
    """A SUCCEEDED run whose result has an as-of date; its table has not been read. ``host``: where it was scanned."""

    run_id: str
    config: ScanConfig
    as_of: date
    host: str | None = None


@dataclass(frozen=True, slots=True)
class DatedRuns:
    """Those of the newest SUCCEEDED runs that have an as-of date, newest first; ``more``: there are older runs.

    ``unreadable`` counts those that are not in ``runs`` because their config could not be read in full.
    """

    runs: tuple[DatedRun, ...]
    more: bool
    unreadable: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class PickTable:
    """Some columns of a run's picks, and ``symbol``, ``stage``, ``reason`` and ``flags`` of the other symbols."""

    run_id: str
    table: pa.Table
    failed: pa.Table


@dataclass(frozen=True, slots=True)
class StageSample:
    """The timing of one finished run as a flat record for charts and statistics; seconds are full precision.

    ``stage_seconds`` is (stage name, seconds) in plan order. ``predicted_seconds`` is (moment, total seconds that were
    predicted at that moment), with a moment of MOMENTS; None if unknown.
    ``config_json`` is the config as JSON text, unparsed, for exports. ``outcome`` is that of the result, None if there
    is none.
    """

    run_id: str
    created_at: datetime
    status: RunStatus
    source: str
    comparability_key: str | None
    total_seconds: float
    gap_seconds: float
    stage_seconds: tuple[tuple[str, float], ...]
    symbols_scanned: int
    symbols_returned: int
    symbols_per_second: float | None
    cache_hit_rate: float | None
    predicted_seconds: tuple[tuple[str, float | None], ...]
    config_json: str = ""
    outcome: Outcome | None = None


class StageSeconds(NamedTuple):
    """The part of a StageSample that percentiles need: the status and seconds of one finished run."""

    status: RunStatus
    total_seconds: float
    stage_seconds: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Appearance:
    """One symbol in the picks of one run."""

    run_id: str
    created_at: datetime
    as_of: date | None
    symbol: str
    rank: int
    signal: str
    tier: str
    tech_rating: float | None
    alpha_score: float | None


@dataclass(frozen=True, slots=True)
class Preset(StoredRequest):
    """A named, versioned scan configuration. ``builtin`` ones are shipped and read-only; ``version`` counts saves.

    ``unreadable`` and ``unknown_fields`` are as those of a RunRecord.
    """

    name: str
    config: ScanConfig
    options: RunOptions = field(default_factory=RunOptions)
    description: str = ""
    version: int = 1
    builtin: bool = False
    updated_at: datetime | None = None
    unreadable: tuple[FieldProblem, ...] = ()
    unknown_fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkerInfo:
    """A worker process that has sent a heartbeat."""

    worker_id: str
    host: str
    pid: int
    started_at: datetime
    heartbeat_at: datetime
    run_id: str | None


@dataclass(frozen=True, slots=True)
class RunEnd:
    """What a worker writes when an attempt ends; ``last_events`` are stored in the same transaction.

    Otherwise a worker that terminates in between could leave an event with 100 % without the success of the run.
    """

    status: RunStatus
    error: RunError | None = None
    last_events: tuple[ProgressEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class PrunePolicy:
    """The finished, unpinned runs to keep: the newest ``keep_runs``, those under ``keep_days`` old; None: no limit."""

    keep_runs: int | None = None
    keep_days: float | None = None


@dataclass(frozen=True, slots=True)
class PruneReport:
    """What a prune deleted, or would delete when ``dry_run``."""

    run_ids: tuple[str, ...]
    dry_run: bool


@dataclass(frozen=True, slots=True)
class DayTrend:
    """The runs of one day in UTC: how many, how many succeeded, and medians over those; None is unknown."""

    day: date
    runs: int
    succeeded: int
    total_seconds: float | None
    symbols_per_second: float | None
    cache_hit_rate: float | None
