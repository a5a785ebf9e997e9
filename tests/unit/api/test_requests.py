"""What the OpenAPI document says of configs and options is what the domain holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from technic_scanner.api.requests import Moment, RunFilter, RunListFilter, ScanRequest
from technic_scanner.api.schemas import ConfigDocument, OptionsDocument, RunDocument
from technic_scanner.domain.config import RunOptions, ScanConfig, field_names
from technic_scanner.domain.renamed import RENAMED_FIELDS
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.runs.model import RunQuery
from technic_scanner.runs.requests import read_config
from technic_scanner.runs.serialization import config_to_dict, options_to_dict


def test_documents_have_every_field_of_config_options_and_record() -> None:
    assert tuple(ConfigDocument.model_fields) == field_names(ScanConfig)
    assert tuple(OptionsDocument.model_fields) == field_names(RunOptions)
    assert set(RunDocument.model_fields) == {*RunRecord.__dataclass_fields__, "kind", "links"}


def test_the_request_schema_has_every_field_with_its_default() -> None:
    schema = ScanRequest.model_json_schema()["properties"]
    config = {name: part for name, part in schema["config"]["properties"].items() if not part.get("deprecated")}
    assert {name: part["default"] for name, part in config.items()} == config_to_dict(ScanConfig()) | {
        "allow_shorts": False
    }
    options = schema["options"]["properties"]
    assert {name: part["default"] for name, part in options.items()} == options_to_dict(RunOptions())
    assert schema["config"]["additionalProperties"] is False


def faults(part: str, name: str, value: object) -> list[str]:
    """Return the fields that are wrong in a request with this one value."""
    request = ScanRequest.model_validate({part: {name: value}})
    whole = request.config.over(ScanConfig()), request.options.over(RunOptions())
    found = (*request.config.problems, *request.options.problems, *whole[0].problems(), *whole[1].problems())
    return [problem.field for problem in found]


@pytest.mark.parametrize("part", ["config", "options"])
def test_the_schema_s_limits_are_the_domain_s(part: str) -> None:
    for name, schema in ScanRequest.model_json_schema()["properties"][part]["properties"].items():
        inner = schema.get("anyOf", [schema])[0]
        held = RENAMED_FIELDS.get(name, name)
        for bound, step in (("minimum", -1), ("maximum", 1)):
            if bound in inner:
                assert faults(part, name, inner[bound]) == []
                assert faults(part, name, inner[bound] + step) == [held]
        if "exclusiveMinimum" in inner:
            assert faults(part, name, inner["exclusiveMinimum"]) == [held]


@pytest.mark.parametrize("text", ["\x00", "a\tb", "\x7f", "\ud800", "ok\udfff", "x" * 201])
def test_text_that_no_store_holds_is_found_wherever_it_is(text: str) -> None:
    for name in ("source", "universe", "industry_contains"):
        assert faults("config", name, text) == [name]
    for name in ("industries", "subindustries", "symbols"):
        assert faults("config", name, ["fine", f"A{text}B"]) == [name]
    assert faults("options", "scheduler", text) == ["scheduler"]
    assert faults("config", "profile_weights", {text: 1}) == ["profile_weights"]
    assert faults("config", text, 1) == [text]


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=200))
def test_other_text_is_fine(text: str) -> None:
    assert faults("config", "industry_contains", text) == []


def test_filters_become_the_store_s_query() -> None:
    filters = RunListFilter(status=[RunStatus.FAILED], text="x", min_seconds=1.5, cursor="7.abc", limit=7)
    assert filters.query() == RunQuery(statuses=(RunStatus.FAILED,), text="x", min_seconds=1.5, cursor="7.abc", limit=7)
    assert RunFilter().query() == RunQuery()


def test_moments_are_utc_and_clamped_to_what_utc_can_hold() -> None:
    moment = TypeAdapter(Moment)
    assert moment.validate_python("2026-01-02T03:00:00+02:00") == datetime(2026, 1, 2, 1, tzinfo=UTC)
    east, west = timezone(timedelta(hours=14)), timezone(timedelta(hours=-14))
    assert moment.validate_python(datetime(1, 1, 1, tzinfo=east)).tzinfo is UTC
    assert moment.validate_python(datetime(9999, 12, 31, 23, tzinfo=west)).year == 9999
    with pytest.raises(ValidationError):
        moment.validate_python("2026-01-02T03:00:00")


@pytest.mark.parametrize("name", ["", " ", "\u00a0", "Energy", " Energy", "Health Care", "a\nb"])
@pytest.mark.parametrize("field", ["sectors", "industries"])
def test_names_of_a_list_are_described_as_strictly_as_they_are_read(field: str, name: str) -> None:
    described = ScanRequest.model_json_schema()["properties"]["config"]["properties"][field]
    accepts = jsonschema.Draft202012Validator(described).is_valid([name])
    read = read_config({field: [name]})
    refused = read.problems or read.over(ScanConfig()).problems()
    assert accepts is not bool(refused)
