"""Every error of the tree has a status, a stable code and a sentence that gives nothing away."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from technic_scanner import errors
from technic_scanner.api.problems import bad_fields, document_of, public_detail, status_of
from technic_scanner.api.requests import Name
from technic_scanner.errors import ConfigError, FieldProblem, TechnicError


def every_error() -> list[type[TechnicError]]:
    return [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, TechnicError)]


def made(kind: type[TechnicError]) -> TechnicError:
    return kind([FieldProblem("a.b", "is wrong")]) if issubclass(kind, ConfigError) else kind("host db.internal")  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", every_error())
def test_every_error_becomes_a_problem_with_its_code(kind: type[TechnicError]) -> None:
    document = document_of(made(kind), "/scans")
    assert 400 <= document["status"] <= 599
    assert document["code"] == kind.code
    assert document["type"].endswith(f":{kind.code}")
    assert document["detail"]
    assert document["instance"] == "/scans"


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.ConfigError, 422),
        (errors.RunNotFoundError, 404),
        (errors.PresetNotFoundError, 404),
        (errors.RunStateError, 409),
        (errors.ResultsNotReadyError, 409),
        (errors.IdempotencyError, 422),
        (errors.LimitError, 429),
        (errors.RateLimitedError, 503),
        (errors.SourceDataError, 502),
        (errors.StoreUnavailableError, 503),
        (errors.StoreFullError, 507),
        (errors.TechnicError, 500),
    ],
)
def test_statuses(kind: type[TechnicError], status: int) -> None:
    assert status_of(made(kind)) == status


@pytest.mark.parametrize("kind", [kind for kind in every_error() if issubclass(kind, errors.StoreError)])
def test_a_store_s_own_words_stay_inside(kind: type[TechnicError]) -> None:
    assert "db.internal" not in public_detail(kind("could not reach db.internal"))


@pytest.mark.parametrize("text", ["a\x1bb", "a\u202eb", "a\u2028b"])
def test_a_text_with_control_characters_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Name).validate_python(text)
    (field,) = bad_fields(caught.value.errors())
    assert field.message == "must hold no control characters and none that turn text around"


def test_bad_fields_are_listed_one_by_one() -> None:
    error = ConfigError([FieldProblem("a", "is odd"), FieldProblem("b.c", "is missing")])
    document = document_of(error, "/")
    assert document["errors"] == [{"field": "a", "message": "is odd"}, {"field": "b.c", "message": "is missing"}]
    assert document["detail"] == "a: is odd; b.c: is missing"
