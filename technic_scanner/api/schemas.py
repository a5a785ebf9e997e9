"""The documents of runs that the API sends: status, metrics, events, results, lists."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue, computed_field, create_model

from technic_scanner.api.field_schemas import answer_fields
from technic_scanner.domain.config import CONFIG_FIELDS, OPTION_FIELDS, RunOptions, ScanConfig
from technic_scanner.domain.metrics import FailureKind, Outcome
from technic_scanner.domain.progress import EventKind, StageState
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.pipeline.columns import Kind
from technic_scanner.runs.serialization import config_to_dict, options_to_dict

RUN_ID_PATTERN = r"^[0-9A-Za-z_-]{1,64}$"
EXAMPLE_RUN_ID = "01JCXK2M8Q3ZP5V9T7R4WYB6ND"


class Document(BaseModel):
    """Base of what is sent; reads domain objects by their attributes."""

    model_config = ConfigDict(from_attributes=True)


class _WithOldNames(Document):
    """The old names of renamed fields, beside the new ones for a release."""

    @computed_field(json_schema_extra={"deprecated": True}, description="The old name of `lookback_sessions`.")
    def lookback_days(self) -> int:
        """The old name of ``lookback_sessions``."""
        sessions: int = vars(self)["lookback_sessions"]
        return sessions


if TYPE_CHECKING:

    class ConfigDocument(_WithOldNames): ...

    class OptionsDocument(Document): ...

else:
    ConfigDocument = create_model(
        "ConfigDocument",
        __base__=_WithOldNames,
        __module__=__name__,
        __doc__="What a run scans, every field.",
        **answer_fields(ScanConfig, CONFIG_FIELDS),
    )
    OptionsDocument = create_model(
        "OptionsDocument",
        __base__=Document,
        __module__=__name__,
        __doc__="How a run is executed, every field.",
        **answer_fields(RunOptions, OPTION_FIELDS),
    )


class StageTimingDocument(Document):
    """Seconds of one stage on the monotonic clock, in the attempt that produced the result."""

    name: str
    offset_seconds: float
    seconds: float
    units: int


class MetricsDocument(Document):
    """What an ended run measured; null is unknown."""

    total_seconds: float
    stage_timings: list[StageTimingDocument]
    gap_seconds: float
    symbols_in_universe: int
    symbols_attempted: int
    symbols_scanned: int
    symbols_returned: int
    symbols_rejected: int
    symbols_failed: int
    symbols_per_second: float | None
    cache_hits: int
    cache_misses: int
    cache_hit_rate: float | None
    baseline_seconds: float | None
    speedup: float | None
    peak_memory_bytes: int | None
    attempt_seconds: list[float]
    progress_summary: str


class RunErrorDocument(Document):
    """Why a run failed."""

    code: str
    message: str


class SubstageDocument(Document):
    """A named sub-step of a stage."""

    name: str
    state: StageState
    completed: int
    total: int | None
    fraction: float
    elapsed_seconds: float


class StageDocument(Document):
    """One stage's progress; null is unknown, 0.0 is done."""

    name: str
    state: StageState
    weight: float
    completed: int
    total: int | None
    fraction: float
    elapsed_seconds: float
    throughput: float | None
    eta_seconds: float | None
    substages: list[SubstageDocument]


class EventDocument(Document):
    """The whole state of a run at one moment; no earlier event is needed to read it."""

    run_id: str
    seq: int
    attempt: int
    kind: EventKind
    at: datetime
    current_stage: str | None
    stages: list[StageDocument]
    overall_fraction: float
    time_fraction: float
    elapsed_seconds: float
    earlier_seconds: float
    eta_seconds: float | None
    eta_low_seconds: float | None
    eta_high_seconds: float | None
    message: str
    cache_hits: int
    cache_misses: int


class RunDocument(Document):
    """The stored summary of one run. `metrics` is null until the run ends."""

    run_id: str = Field(examples=[EXAMPLE_RUN_ID])
    status: RunStatus
    attempt: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    heartbeat_at: datetime | None
    worker_id: str | None
    host: str | None
    version: str | None
    cancel_requested: bool
    pinned: bool
    label: str | None
    owner: str | None
    queue_position: int | None
    outcome: Outcome | None
    status_text: str
    error: RunErrorDocument | None
    metrics: MetricsDocument | None
    last_seq: int
    time_fraction: float = Field(description="Share of the expected time that has passed; 1 only at success.")
    comparability_key: str | None
    predicted_seconds: dict[str, float | None] = Field(
        description="Total seconds that the ETA promised at the start and at 10, 25, 50 and 75 % of the work."
    )
    config: ConfigDocument
    options: OptionsDocument
    links: dict[str, str] = Field(examples=[{"self": f"/api/scans/{EXAMPLE_RUN_ID}"}])

    @classmethod
    def of(cls, record: RunRecord, root_path: str) -> RunDocument:
        """Build the document; ``root_path`` is where the API is mounted."""
        return cls(
            **{name: getattr(record, name) for name in _PLAIN_FIELDS},
            error=None if record.error is None else RunErrorDocument.model_validate(record.error),
            metrics=None if record.metrics is None else MetricsDocument.model_validate(record.metrics),
            predicted_seconds=dict(record.predicted_seconds),
            config=ConfigDocument.model_validate(config_to_dict(record.config)),
            options=OptionsDocument.model_validate(options_to_dict(record.options)),
            links=_links(record, root_path),
        )


_BUILT_FIELDS = frozenset({"error", "metrics", "predicted_seconds", "config", "options", "links"})
_PLAIN_FIELDS = tuple(name for name in RunDocument.model_fields if name not in _BUILT_FIELDS)


class RunStatusDocument(RunDocument):
    """A run with the newest progress event, null before the first."""

    progress: EventDocument | None


class RunListDocument(Document):
    """One page of runs, newest first; `next_cursor` is null on the last page."""

    runs: list[RunDocument]
    next_cursor: str | None


class EventListDocument(Document):
    """Some events of a run, oldest first. Ask again with `after=next_after`; `ended` says that no more will come."""

    events: list[EventDocument]
    next_after: int
    ended: bool


class ColumnDocument(Document):
    """One column of the result table."""

    name: str
    kind: Kind
    unit: str
    group: str
    meaning: str


class ContextDocument(Document):
    """Regime and macro context of a scan."""

    regime_trend: str
    regime_volatility: str
    market_regime: str
    facts: dict[str, float | None]
    notes: list[str]


class ResultDocument(Document):
    """One page of a run's ranked table. Numbers have full precision; null is unknown."""

    run_id: str
    outcome: Outcome
    status_text: str
    as_of: date | None
    source_label: str
    context: ContextDocument
    notes: list[str]
    columns: list[ColumnDocument]
    rows: list[dict[str, JsonValue]]
    total: int = Field(description="Rows of the whole table.")
    next_offset: int | None
    failures: int = Field(description="Symbols that are not in the table; see /failures for each one's reason.")


class FailureDocument(Document):
    """Why a symbol is not in the results."""

    symbol: str
    stage: str
    kind: FailureKind
    reason: str
    detail: str


class FailureListDocument(Document):
    """One page of the symbols that are not in the results."""

    failures: list[FailureDocument]
    total: int
    next_offset: int | None


class EstimateDocument(Document):
    """How long a scan is expected to take, with its 80 % band; null without comparable runs."""

    seconds: float | None
    low_seconds: float | None
    high_seconds: float | None
    runs: int = Field(description="How many past runs this rests on.")


def known(value: Any) -> Any:
    """Return the value, None for a number that JSON cannot hold."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _links(record: RunRecord, root_path: str) -> Mapping[str, Any]:
    base = f"{root_path}/scans/{record.run_id}"
    names = ("events", "stream", "ws", "results", "failures", "results.csv", "results.parquet", "results.xlsx")
    return {"self": base} | {name: f"{base}/{name}" for name in names}
