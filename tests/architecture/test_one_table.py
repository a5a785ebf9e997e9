"""A config field is written down once: a field of a class made up here turns up wherever the table is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import jsonschema
import pytest
from pydantic import create_model

from technic_scanner.api.field_schemas import answer_fields, query_fields, request_schema
from technic_scanner.api.requests import ScanRequest
from technic_scanner.api.schemas import ConfigDocument, OptionsDocument
from technic_scanner.cli.field_options import _help
from technic_scanner.domain.config import CONFIG_FIELDS, OPTION_FIELDS, RunOptions, ScanConfig
from technic_scanner.domain.field_checks import checks_of, problems_in
from technic_scanner.domain.fields import Field, FieldSpec, Kind, table_of
from technic_scanner.domain.normal_forms import normal_forms, normalise
from technic_scanner.runs import requests
from technic_scanner.runs.serialization import config_to_dict, options_to_dict
from tools.config_table import PAGE, table_text, with_tables

ALL = {**CONFIG_FIELDS, **OPTION_FIELDS}


@dataclass(frozen=True, slots=True)
class Made:
    """A config class that nobody knows but this test."""

    max_gap_pct: Annotated[
        float, FieldSpec("Maximum gap", "Largest gap at the open.", unit="%", above=0.0, at_most=50.0, step=0.5)
    ] = 5.0
    boards: Annotated[tuple[str, ...], FieldSpec("Boards", "Where listed.", empty="all boards")] = ()

    def __post_init__(self) -> None:
        normalise(self, normal_forms(table_of(Made)))


def test_a_new_field_is_checked_read_described_and_documented_without_another_line() -> None:
    table = table_of(Made)
    assert [str(item) for item in problems_in(Made(max_gap_pct=51, boards=("",)), table, checks_of(table))] == [
        "max_gap_pct: must be above 0 and at most 50, not 51.0",
        "boards: must hold names only, not ''",
    ]
    given = requests._read("made", {"max_gap_pct": 7, "boards": "XNYS", "colour": 1}, table, ())
    assert Made(**given.values) == Made(7.0, ("XNYS",))
    assert [item.field for item in given.problems] == ["colour"]
    schema = request_schema(table, {"max_gap_pct": 5.0, "boards": []}, "Made up.")
    check = jsonschema.Draft202012Validator(schema)
    assert check.is_valid({"max_gap_pct": 50, "boards": ["XNYS"]})
    assert not check.is_valid({"max_gap_pct": 0})
    assert not check.is_valid({"max_gap_pct": 50.1})
    answer = create_model("Answer", **answer_fields(Made, table))
    assert answer(max_gap_pct=7.0, boards=("XNYS",)).model_dump() == {"max_gap_pct": 7.0, "boards": ("XNYS",)}
    assert list(create_model("Query", **query_fields(table, ["boards"])).model_fields) == ["boards"]
    assert _help("max_gap_pct", table["max_gap_pct"]) == ("Maximum gap. Largest gap at the open. (above 0, at most 50)")
    assert table_text(table, {"max_gap_pct": 5.0, "boards": []}).splitlines()[2] == (
        "| `max_gap_pct` | Maximum gap (%) | number, above 0, at most 50 | `5.0` | `--max-gap-pct` "
        "| Largest gap at the open. |"
    )


@pytest.mark.parametrize("field", ALL.values(), ids=lambda field: field.name)
def test_the_schema_of_requests_and_answers_describes_every_field_with_the_bounds_of_the_table(field: Field) -> None:
    part = "options" if field.name in OPTION_FIELDS else "config"
    schema = ScanRequest.model_json_schema()["properties"][part]["properties"][field.name]
    assert (schema["title"], schema["description"]) == (field.title, field.spec.help)
    if field.kind in (Kind.COUNT, Kind.NUMBER):
        inner = schema.get("anyOf", [schema])[0]
        bounds = tuple(inner.get(name) for name in ("minimum", "exclusiveMinimum", "maximum"))
        assert bounds == (field.spec.at_least, field.spec.above, field.spec.at_most)
    document = (OptionsDocument if part == "options" else ConfigDocument).model_json_schema(mode="serialization")
    assert document["properties"][field.name]["title"] == field.title


@pytest.mark.parametrize("field", ALL.values(), ids=lambda field: field.name)
def test_the_default_of_every_field_is_allowed_by_its_schema(field: Field) -> None:
    part = "options" if field.name in OPTION_FIELDS else "config"
    schema = ScanRequest.model_json_schema()["properties"][part]
    default = (config_to_dict(ScanConfig()) | options_to_dict(RunOptions()))[field.name]
    jsonschema.Draft202012Validator(schema).validate({field.name: default})


def test_the_page_of_fields_is_the_table() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert with_tables(page) == page, "run python -m tools.config_table"
    for field in ALL.values():
        assert f"| `{field.name}` | {field.title} |" in page
