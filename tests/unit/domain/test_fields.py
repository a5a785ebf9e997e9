"""The table of fields: read from the class itself, complete, and in words that people can use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import pytest

from technic_scanner.domain.config import CONFIG_FIELDS, OPTION_FIELDS
from technic_scanner.domain.fields import Field, FieldSpec, Kind, table_of
from technic_scanner.domain.renamed import RENAMED_FIELDS, with_new_names, with_old_names

FIELDS = [*CONFIG_FIELDS.values(), *OPTION_FIELDS.values()]


def installed() -> tuple[str, ...]:
    return ("a", "b")


@dataclass(frozen=True)
class Made:
    size: Annotated[int | None, FieldSpec("Size", "How large.", unit="m", at_least=1, at_most=2_000)] = None
    share: Annotated[float, FieldSpec("Share", "How much.", above=0.0, at_most=1.0)] = 0.5
    floor: Annotated[float, FieldSpec("Floor", "How low.", at_least=0.0)] = 0.0
    which: Annotated[str, FieldSpec("Which", "Which one.", choices=installed, option="kind")] = "a"


def test_a_row_holds_type_default_and_description() -> None:
    rows = table_of(Made)
    assert list(rows) == ["size", "share", "floor", "which"]
    size = rows["size"]
    assert (size.kind, size.optional, size.default, size.title) == (Kind.COUNT, True, None, "Size (m)")
    assert (size.bounds, rows["share"].bounds, rows["floor"].bounds) == (
        "1 to 2,000",
        "above 0, at most 1",
        "at least 0",
    )
    assert (rows["share"].option, rows["which"].option) == ("--share", "--kind")
    assert (rows["which"].kind, rows["which"].choices) == (Kind.CHOICE, ("a", "b"))


def test_a_field_without_a_description_is_refused_where_the_class_is_read() -> None:
    @dataclass
    class Silent:
        size: int = 1

    with pytest.raises(TypeError, match="size has no FieldSpec"):
        table_of(Silent)


def test_a_field_of_a_type_that_no_form_can_hold_is_refused() -> None:
    @dataclass
    class Odd:
        size: Annotated[complex, FieldSpec("Size", "How large.")] = 1j

    with pytest.raises(TypeError, match="no field of a config can hold"):
        table_of(Odd)


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_every_field_is_described_in_words(field: Field) -> None:
    assert field.spec.label[0].isupper()
    assert not field.spec.label.endswith(".")
    assert field.spec.help[0].isupper()
    assert field.spec.help.endswith(".")
    assert bool(field.spec.empty) is (field.optional or field.default == ()), "what an empty field means"


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_every_count_has_bounds_and_every_number_a_step(field: Field) -> None:
    if field.kind is Kind.COUNT:
        assert field.spec.at_least is not None
        assert field.spec.at_most is not None
    if field.kind in (Kind.COUNT, Kind.NUMBER, Kind.WEIGHTS, Kind.STAGE_PLAN):
        assert field.spec.step


def test_labels_are_unique() -> None:
    titles = [field.title for field in FIELDS]
    assert len(titles) == len(set(titles))


def test_old_names_lead_to_fields_and_are_none_themselves() -> None:
    names = {field.name for field in FIELDS}
    assert set(RENAMED_FIELDS.values()) <= names
    assert not set(RENAMED_FIELDS) & names


def test_documents_are_read_under_either_name_and_written_under_both() -> None:
    assert with_new_names({"lookback_days": 5, "x": 1}) == ({"lookback_sessions": 5, "x": 1}, ())
    assert with_new_names({"lookback_days": 5, "lookback_sessions": 5}) == ({"lookback_sessions": 5}, ())
    assert with_old_names({"lookback_sessions": 5, "x": 1}) == {"lookback_sessions": 5, "x": 1, "lookback_days": 5}
    assert with_old_names({"x": 1}) == {"x": 1}
    kept, problems = with_new_names({"lookback_sessions": 6, "lookback_days": 5})
    assert kept == {"lookback_sessions": 6}
    assert [problem.field for problem in problems] == ["lookback_days"]
