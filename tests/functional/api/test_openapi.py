"""The OpenAPI document: complete, with an example for every body and every JSON answer, each of them valid."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from starlette.testclient import TestClient

from technic_scanner.api.app import create_api
from technic_scanner.api.documentation import examples
from technic_scanner.bootstrap import build
from technic_scanner.settings import load_settings
from tests.functional.api.conftest import open_client
from tests.functional.api.operations import OPERATIONS


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    services = build(load_settings(home=tmp_path_factory.mktemp("openapi")))
    with open_client(create_api(services)) as client:
        yield client
    services.close()


@pytest.fixture(scope="module")
def document(asked: TestClient) -> dict[str, Any]:
    body: dict[str, Any] = asked.get("/openapi.json").json()
    return body


def check(value: Any, schema: dict[str, Any], document: dict[str, Any]) -> None:
    whole = schema | {"components": document["components"]}
    assert not [error.message for error in jsonschema.Draft202012Validator(whole).iter_errors(value)]


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_answers_have_an_example_that_is_as_described(document: dict[str, Any], path: str, method: str) -> None:
    responses = document["paths"][path][method.lower()]["responses"]
    good = {status: response for status, response in responses.items() if status.startswith("2")}
    assert good
    for response in good.values():
        content = response.get("content", {}).get("application/json")
        if content is not None:
            check(content["example"], content["schema"], document)


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_what_must_be_sent_has_an_example_that_is_as_described(
    document: dict[str, Any], path: str, method: str
) -> None:
    operation = document["paths"][path][method.lower()]
    for parameter in operation.get("parameters", []):
        if parameter["required"]:
            shown = parameter["schema"].get("examples") or [item["value"] for item in parameter["examples"].values()]
            for value in shown:
                check(value, parameter["schema"], document)
    if "requestBody" in operation:
        content = operation["requestBody"]["content"]["application/json"]
        schema = content["schema"]
        named = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
        shown = named.get("examples") or [item["value"] for item in content["examples"].values()]
        for value in shown:
            check(value, schema, document)


@pytest.mark.parametrize("path", sorted({operation.values[0] for operation in OPERATIONS}))
def test_a_path_has_the_methods_of_the_document_and_no_others(
    asked: TestClient, document: dict[str, Any], path: str
) -> None:
    described = {method.upper() for method in document["paths"][path]}
    for method in {"OPTIONS", "GET", "POST", "PUT", "PATCH", "DELETE"} - described:
        answer = asked.request(method, path.replace("{", "").replace("}", ""))
        assert answer.status_code == 405, method
        assert set(answer.headers["allow"].split(", ")) - {"HEAD"} == described


def test_examples_are_of_operations_that_exist_and_name_no_machine(document: dict[str, Any]) -> None:
    known = {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}
    assert set(examples()) <= known
    assert socket.gethostname() not in json.dumps(examples())


def test_the_error_document_shows_every_bad_field(document: dict[str, Any]) -> None:
    problem = document["components"]["schemas"]["Problem"]
    check(problem["examples"][0], problem, document)
    assert problem["examples"][0]["errors"]


def patterns(part: Any) -> Iterator[str]:
    """Every pattern of texts, except those of dates, of which it says the years."""
    if isinstance(part, dict):
        if isinstance(part.get("pattern"), str) and part.get("format") != "date":
            yield part["pattern"]
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from patterns(inner)


def test_patterns_are_of_whole_texts(document: dict[str, Any]) -> None:
    found = set(patterns(document))
    assert len(found) > 5
    assert not [pattern for pattern in found if not (pattern.startswith("^") and pattern.endswith("$"))]
    # An alternative beside an anchor is anchored at one end alone, as in ^a|b$.
    assert not [pattern for pattern in found if "|" in outside_groups(pattern)]


def outside_groups(pattern: str) -> str:
    left, before = re.sub(r"\[[^\]]*\]", "", pattern), ""
    while left != before:
        left, before = re.sub(r"\([^()]*\)", "", left), left
    return left
