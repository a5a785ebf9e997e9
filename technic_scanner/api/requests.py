"""What the API accepts: scan requests, presets, filters; every bad field of a request is reported at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, WithJsonSchema

from technic_scanner.api.problems import BadFieldsError
from technic_scanner.api.schemas import EXAMPLE_RUN_ID, RUN_ID_PATTERN, ConfigDocument, OptionsDocument
from technic_scanner.domain.config import DIRECTIONS, EXECUTORS, STRATEGY_PROFILES, RunOptions, ScanConfig
from technic_scanner.domain.run import RunStatus
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.runs.model import RunQuery
from technic_scanner.runs.requests import config_from_dict, options_from_dict
from technic_scanner.runs.serialization import config_to_dict, options_to_dict

MAX_SEQ = 2**53 - 1
# Text that any store can hold: no control characters, no lone surrogates.
TEXT_PATTERN = r"^[^\x00-\x1f\x7f]*$"

Name = Annotated[str, Field(max_length=200, pattern=TEXT_PATTERN)]
RunId = Annotated[str, Path(pattern=RUN_ID_PATTERN, examples=[EXAMPLE_RUN_ID])]
PresetName = Annotated[str, Path(min_length=1, max_length=100, pattern=TEXT_PATTERN, examples=["Strong ones"])]
After = Annotated[int, Query(ge=0, le=MAX_SEQ, description="Only events after this sequence number.")]

_TEXT_OR_LIST = {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string"}, {"type": "null"}]}
_WEIGHTS: dict[str, Any] = {
    "anyOf": [
        {
            "type": "array",
            "items": {
                "type": "array",
                "prefixItems": [{"type": "string"}, {"type": "number"}],
                "minItems": 2,
                "maxItems": 2,
            },
        },
        {"type": "object", "additionalProperties": {"type": "number"}},
        {"type": "null"},
    ]
}
_CONFIG_LIMITS: dict[str, dict[str, Any]] = {
    "sectors": _TEXT_OR_LIST,
    "industries": _TEXT_OR_LIST,
    "subindustries": _TEXT_OR_LIST,
    "symbols": _TEXT_OR_LIST,
    "profile_weights": _WEIGHTS,
    "max_symbols": {"minimum": 1, "maximum": 100_000},
    "lookback_days": {"minimum": 1, "maximum": 20_000},
    "min_price": {"minimum": 0},
    "min_dollar_volume": {"minimum": 0},
    "min_tech_rating": {"minimum": 0, "maximum": 100},
    "direction": {"enum": list(DIRECTIONS)},
    "strategy_profile_name": {"enum": list(STRATEGY_PROFILES)},
    "account_size": {"exclusiveMinimum": 0},
    "risk_pct": {"exclusiveMinimum": 0, "maximum": 100},
    "target_rr": {"exclusiveMinimum": 0, "maximum": 100},
    "max_position_pct": {"exclusiveMinimum": 0, "maximum": 100},
}
_OPTIONS_LIMITS: dict[str, dict[str, Any]] = {
    "executor": {"enum": list(EXECUTORS)},
    "chunk_size": {"minimum": 1, "maximum": 100_000},
    "fetch_batch_size": {"minimum": 1, "maximum": 10_000},
    "event_interval_seconds": {"minimum": 0, "maximum": 60},
    "stage_plan": _WEIGHTS,
}


def _in_utc(moment: datetime) -> datetime:
    """Return the moment in UTC; one that UTC cannot hold becomes the first or the last that it can."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return _FIRST_MOMENT if moment.year == 1 else _LAST_MOMENT


_FIRST_MOMENT = datetime(1, 1, 1, tzinfo=UTC)
_LAST_MOMENT = datetime(9999, 12, 31, tzinfo=UTC)
Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]


def _request_schema(
    document: type[BaseModel], limits: Mapping[str, dict[str, Any]], defaults: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the JSON schema of a request part: the sent document's fields, all optional, with limits and defaults."""
    properties: dict[str, Any] = document.model_json_schema()["properties"]
    for name, schema in properties.items():
        limit = limits.get(name, {})
        kept = {"title": schema["title"]} if "anyOf" in limit else schema
        properties[name] = kept | limit | {"default": defaults[name]}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _config_schema() -> dict[str, Any]:
    schema = _request_schema(ConfigDocument, _CONFIG_LIMITS, config_to_dict(ScanConfig()))
    schema["properties"]["top_n"]["anyOf"][0] |= {"minimum": 1, "maximum": 100_000}
    schema["properties"]["allow_shorts"] = {"type": "boolean", "default": False, "description": "direction = both"}
    schema["description"] = "What to scan; fields left out take their defaults."
    return schema


def _options_schema() -> dict[str, Any]:
    schema = _request_schema(OptionsDocument, _OPTIONS_LIMITS, options_to_dict(RunOptions()))
    schema["properties"]["workers"]["anyOf"][0] |= {"minimum": 1, "maximum": 1024}
    schema["description"] = "How to execute it; changes no number in the result."
    return schema


def _checked(read: Callable[[Mapping[str, Any]], ScanConfig | RunOptions]) -> Callable[[Any], Any]:
    """Return a validator that lets a raw object pass if ``read`` takes it and finds no bad value in it."""

    def check(raw: dict[str, Any]) -> dict[str, Any]:
        problems = [*_unfit_texts(raw, "")]
        try:
            problems += read(raw).problems() if not problems else ()
        except ConfigError as error:
            problems += error.problems
        if problems:
            raise BadFieldsError(problems)
        return raw

    return check


def _unfit_texts(value: Any, path: str) -> list[FieldProblem]:
    """Return the texts in a JSON value that a store could not hold."""
    if isinstance(value, str):
        fit = all(" " <= letter != "\x7f" and not "\ud800" <= letter <= "\udfff" for letter in value)
        return [] if fit else [FieldProblem(path or "text", "must hold no control characters and no lone surrogates")]
    if isinstance(value, Mapping):
        return [
            problem
            for key, inner in value.items()
            for problem in (
                *([] if not _unfit_texts(key, "") else [FieldProblem(path or "key", "has an unfit name in it")]),
                *_unfit_texts(inner, f"{path}.{key}" if path else str(key)),
            )
        ]
    if isinstance(value, list):
        return [problem for index, inner in enumerate(value) for problem in _unfit_texts(inner, f"{path}[{index}]")]
    return []


RawConfig = Annotated[dict[str, Any], AfterValidator(_checked(config_from_dict)), WithJsonSchema(_config_schema())]
RawOptions = Annotated[dict[str, Any], AfterValidator(_checked(options_from_dict)), WithJsonSchema(_options_schema())]


class Request(BaseModel):
    """Base of what is accepted; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class ScanRequest(Request):
    """A scan to run: a preset, or a config, or a preset with some of its config fields replaced."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "config": {"source": "sample", "sectors": ["Information Technology"], "max_symbols": 100},
                    "options": {"workers": 2},
                    "label": "tech, first look",
                }
            ]
        }
    )

    config: RawConfig = Field(default_factory=dict)
    options: RawOptions = Field(default_factory=dict)
    preset: str | None = Field(default=None, min_length=1, max_length=100, pattern=TEXT_PATTERN)
    label: str | None = Field(default=None, max_length=200, pattern=TEXT_PATTERN)


class RunChange(Request):
    """What may be changed of a stored run; fields left out stay."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"label": "tech, kept", "pinned": True}]})

    label: str | None = Field(default=None, max_length=200, pattern=TEXT_PATTERN)
    pinned: bool = False


class RunFilter(Request):
    """Filters of runs, as query parameters; those left out do not filter."""

    status: list[RunStatus] = Field(default_factory=list)
    source: str | None = Field(default=None, max_length=200, pattern=TEXT_PATTERN)
    comparability_key: str | None = Field(
        default=None, max_length=200, pattern=TEXT_PATTERN, description="Only runs of this whole key."
    )
    same_config_as: str | None = Field(
        default=None,
        pattern=r"^[0-9A-Za-z]{8,26}$",
        description="A run's id, the last 8 or more characters of one, or a config hash, which is the first 16 of a "
        "`comparability_key`: runs of the same config, whatever their size, cache state and version.",
    )
    created_from: Moment | None = None
    created_to: Moment | None = None
    min_seconds: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    max_seconds: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    pinned: bool | None = None
    owner: str | None = Field(default=None, max_length=100, pattern=TEXT_PATTERN)
    text: str | None = Field(default=None, max_length=200, pattern=TEXT_PATTERN, description="In label or run id.")

    limit: int = Field(default=50, ge=1, le=200)

    def query(self) -> RunQuery:
        """Return the store's form."""
        return RunQuery(statuses=tuple(self.status), **self.model_dump(exclude={"status"}))


class RunListFilter(RunFilter):
    """Filters of the run list and the mark of the page to read."""

    cursor: str | None = Field(
        default=None, max_length=300, pattern=r"^[0-9A-Za-z_=-]*$", description="`next_cursor` of the page before."
    )


class HistoryFilter(RunFilter):
    """Filters of statistics over many runs."""

    limit: int = Field(default=1000, ge=1, le=100_000)
