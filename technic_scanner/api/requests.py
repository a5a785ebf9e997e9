"""What the API accepts: scan requests, presets, filters; every bad field of a request is reported at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
    create_model,
)
from pydantic_core import PydanticCustomError

from technic_scanner.api.field_schemas import (
    TEXT_PATTERN,
    TRIMMED_PATTERN,
    given_in_query,
    query_fields,
    request_schema,
)
from technic_scanner.api.schemas import EXAMPLE_RUN_ID, RUN_ID_PATTERN
from technic_scanner.domain.config import CONFIG_FIELDS, OPTION_FIELDS, RunOptions, ScanConfig
from technic_scanner.domain.run import RunStatus
from technic_scanner.runs.model import CURSOR_PATTERN, RunQuery
from technic_scanner.runs.named_versions.interchange import NAME_LIMIT
from technic_scanner.runs.requests import ALLOW_SHORTS, Given, is_config_field, read_config, read_options
from technic_scanner.runs.serialization import config_to_dict, options_to_dict

MAX_SEQ = 2**53 - 1

Name = Annotated[str, Field(max_length=200, pattern=TEXT_PATTERN)]
RunId = Annotated[str, Path(pattern=RUN_ID_PATTERN, examples=[EXAMPLE_RUN_ID])]
NewName = Annotated[str, Field(max_length=NAME_LIMIT, pattern=TRIMMED_PATTERN)]
After = Annotated[int, Query(ge=0, le=MAX_SEQ, description="Only events after this sequence number.")]


def name_in_path(example: str) -> Any:
    """Return the parameter of a path that is the name of something."""
    return Path(max_length=NAME_LIMIT, pattern=TRIMMED_PATTERN, examples=[example])


PresetName = Annotated[str, name_in_path("Strong ones")]
SavedName = Annotated[str, name_in_path("My dips")]


def _in_utc(moment: datetime) -> datetime:
    """Return the moment in UTC; one that UTC cannot hold becomes the first or the last that it can."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return _FIRST_MOMENT if moment.year == 1 else _LAST_MOMENT


_FIRST_MOMENT = datetime(1, 1, 1, tzinfo=UTC)
_LAST_MOMENT = datetime(9999, 12, 31, tzinfo=UTC)
Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]


CONFIG_SCHEMA = request_schema(
    CONFIG_FIELDS, config_to_dict(ScanConfig()), "What to scan; fields left out take their defaults."
)
CONFIG_SCHEMA["properties"][ALLOW_SHORTS] = {
    "type": "boolean",
    "default": False,
    "description": "The earlier API's way to say direction = both.",
}
OPTIONS_SCHEMA = request_schema(
    OPTION_FIELDS, options_to_dict(RunOptions()), "How to execute it; changes no number in the result."
)
# Read once, here; a bad field does not end the reading, so that it can be named together with those of other parts.
GivenConfig = Annotated[Given, PlainValidator(read_config), WithJsonSchema(CONFIG_SCHEMA)]
GivenOptions = Annotated[Given, PlainValidator(read_options), WithJsonSchema(OPTIONS_SCHEMA)]


def not_below(first: str) -> AfterValidator:
    """Return a validator that refuses the end of a range, such as a period, that is below its field ``first``."""

    def check(last: Any, info: ValidationInfo) -> Any:
        least = info.data.get(first)
        if last is not None and least is not None and last < least:
            word = "before" if isinstance(last, date) else "below"
            message = "{last} is {word} {first}, {least}"
            raise PydanticCustomError(
                "reversed_range", message, {"last": str(last), "word": word, "first": first, "least": str(least)}
            )
        return last

    return AfterValidator(check)


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

    config: GivenConfig = Field(default_factory=Given)
    options: GivenOptions = Field(default_factory=Given)
    preset: str | None = Field(default=None, min_length=1, max_length=100, pattern=TEXT_PATTERN)
    label: str | None = Field(default=None, max_length=200, pattern=TEXT_PATTERN)


class ConfigQuery(Request):
    """Some fields of a config as query parameters, each the text that was sent; beside them others, maybe."""

    def given(self) -> Given:
        """Read the config that was sent."""
        return config_in_query(self.model_dump(exclude_unset=True))


def config_query(name: str, *fields: str) -> type[ConfigQuery]:
    """Return a model of query parameters that give these fields of a config."""
    return create_model(name, __base__=ConfigQuery, **query_fields(CONFIG_FIELDS, fields))


def config_in_query(sent: Mapping[str, Any]) -> Given:
    """Read the config that query parameters give; those that are no fields of a config are left out."""
    named = {name: value for name, value in sent.items() if is_config_field(name)}
    return read_config(given_in_query(CONFIG_FIELDS, named))


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
    created_to: Annotated[Moment | None, not_below("created_from")] = None
    min_seconds: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    max_seconds: Annotated[float | None, not_below("min_seconds")] = Field(default=None, ge=0, allow_inf_nan=False)
    pinned: bool | None = None
    owner: str | None = Field(default=None, max_length=100, pattern=TEXT_PATTERN)
    text: str | None = Field(default=None, max_length=200, pattern=TEXT_PATTERN, description="In label or run id.")
    tag: str | None = Field(default=None, max_length=40, pattern=TEXT_PATTERN, description="A whole tag of the run.")
    criteria: str | None = Field(default=None, max_length=4000, description="A part of the text of their criteria.")

    limit: int = Field(default=50, ge=1, le=200)

    def query(self) -> RunQuery:
        """Return the store's form."""
        return RunQuery(statuses=tuple(self.status), **self.model_dump(exclude={"status"}))


class RunListFilter(RunFilter):
    """Filters of the run list and the mark of the page to read."""

    cursor: str | None = Field(
        default=None, pattern=CURSOR_PATTERN, description="`next_cursor` of the page before; runs after it are listed."
    )


class HistoryFilter(RunFilter):
    """Filters of statistics over many runs."""

    limit: int = Field(default=1000, ge=1, le=100_000)
