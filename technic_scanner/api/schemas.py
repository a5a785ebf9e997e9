"""The documents of runs that the API sends: status, metrics, events, results, lists."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, JsonValue, computed_field

from technic_scanner.api.derived import Document
from technic_scanner.domain.config import CONFIG_FIELDS, OPTION_FIELDS, RunOptions, ScanConfig
from technic_scanner.domain.metrics import Outcome, ScanMetrics, StageTiming, SymbolFailure
from technic_scanner.domain.progress import ProgressEvent, StageProgress, SubstageProgress
from technic_scanner.domain.run import SCAN, RunError, RunRecord
from technic_scanner.domain.study_terms import StudyTerms
from technic_scanner.pipeline.columns import Column
from technic_scanner.pipeline.result import MarketContext
from technic_scanner.progress.costs import Estimate

RUN_ID_PATTERN = r"^[0-9A-Za-z_-]{1,64}$"
EXAMPLE_RUN_ID = "01JCXK2M8Q3ZP5V9T7R4WYB6ND"

# Pairs of a name and a number, sent as an object.
ByName = Annotated[dict[str, float | None], BeforeValidator(dict)]


Unreadable = Annotated[
    list[Annotated[str, BeforeValidator(str)]],
    Field(description="Stored fields that cannot be read, with the reasons; `config` or `options` is then null."),
]
UnknownFields = Annotated[
    list[str],
    Field(description="Fields of config and options that a newer version stored and this version does not know."),
]


class ConfigDocument(Document, of=ScanConfig, described=CONFIG_FIELDS):
    """What a run scans, every field."""

    @computed_field(json_schema_extra={"deprecated": True}, description="The old name of `lookback_sessions`.")
    def lookback_days(self) -> int:
        """The old name of ``lookback_sessions``, sent beside it for a release."""
        sessions: int = vars(self)["lookback_sessions"]
        return sessions


class OptionsDocument(Document, of=RunOptions, described=OPTION_FIELDS):
    """How a run is executed, every field."""


class StageTimingDocument(Document, of=StageTiming):
    """Seconds of one stage on the monotonic clock, in the attempt that produced the result."""


class MetricsDocument(Document, of=ScanMetrics, without=("unit_costs",)):
    """What an ended run measured; null is unknown."""


class RunErrorDocument(Document, of=RunError):
    """Why a run failed."""


class SubstageDocument(Document, of=SubstageProgress):
    """A named sub-step of a stage."""


class StageDocument(Document, of=StageProgress):
    """One stage's progress; null is unknown, 0.0 is done."""


class EventDocument(Document, of=ProgressEvent):
    """The whole state of a run at one moment; no earlier event is needed to read it."""


class StudyTermsDocument(Document, of=StudyTerms):
    """What a parameter study asks beside the criteria of its config."""


class RunDocument(Document, of=RunRecord, first=("run_id", "kind", "status", "attempt"), last=("config", "options")):
    """The stored summary of one run. `metrics` is null until the run ends."""

    run_id: str = Field(examples=[EXAMPLE_RUN_ID])
    kind: str = Field(default=SCAN, description="`scan`, or `study` for a parameter study.")
    time_fraction: float = Field(description="Share of the expected time that has passed; 1 only at success.")
    predicted_seconds: ByName = Field(
        description="Total seconds that the ETA promised at the start and at 10, 25, 50 and 75 % of the work."
    )
    unreadable: Unreadable
    unknown_fields: UnknownFields
    config: ConfigDocument | None
    options: OptionsDocument | None
    links: dict[str, str] = Field(examples=[{"self": f"/api/scans/{EXAMPLE_RUN_ID}"}])

    @classmethod
    def of(cls, record: RunRecord, root_path: str) -> RunDocument:
        """Build the document; ``root_path`` is where the API is mounted."""
        stored = {field.name: getattr(record, field.name) for field in fields(record)}
        asked = {"config": record.readable_config, "options": record.readable_options}
        return cls.model_validate(stored | asked | {"kind": record.kind, "links": _links(record, root_path)})


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


class ColumnDocument(Document, of=Column, without=("indicator",)):
    """One column of the result table."""


class ContextDocument(Document, of=MarketContext):
    """Regime and macro context of a scan."""

    facts: Annotated[dict[str, float | None], BeforeValidator(lambda facts: {n: known(value) for n, value in facts})]


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
    failures: int = Field(description="Symbols that are no picks; see /failures for each one's reason.")
    position_value_sum: float | None = Field(description="Value of the positions of all picks.")
    risk_sum: float | None = Field(description="Amount at risk of all picks.")


class FailureDocument(Document, of=SymbolFailure):
    """Why a symbol is not in the results."""


class FailureListDocument(Document):
    """One page of the symbols that are not in the results."""

    failures: list[FailureDocument]
    total: int
    next_offset: int | None


class MatchesDocument(Document):
    """Which of a run's scanned rows criteria match; counts are of all rows whose bars are there."""

    matches: list[str] = Field(description="Symbols, in the order of rank by, else in symbol order.")
    counts: dict[str, int] = Field(description="Of how many rows each clause alone is true.")
    left_after: dict[str, int] = Field(description="How many rows are left after each clause and those before it.")
    unknown: int = Field(description="Of how many rows the whole is unknown.")
    notes: list[str] = Field(
        description="What is no longer as it was when the run judged its rows, and which values nothing is there for."
    )


class EstimateDocument(Document, of=Estimate):
    """How long a scan is expected to take, with its 80 % band; null without comparable runs."""

    runs: int = Field(description="How many past runs this rests on.")


def known(value: Any) -> Any:
    """Return the value, None for a number that JSON cannot hold."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _links(record: RunRecord, root_path: str) -> Mapping[str, Any]:
    base = f"{root_path}/scans/{record.run_id}"
    names = ("events", "stream", "ws", "results", "failures", "results.csv", "results.parquet", "results.xlsx")
    return {"self": base} | {name: f"{base}/{name}" for name in names}
