"""Schemathesis over the whole OpenAPI document, with tokens and without: no 5xx, every answer is as described."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    missing_required_header,
    negative_data_rejection,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
    use_after_free,
)

from tests.functional.api.contract_server import api_schema, headers, live, run_id
from tests.functional.api.operations import OPERATIONS

__all__ = ["api_schema", "headers", "live", "run_id"]

# Other modules do without it: pyproject.toml says why.
pytest_plugins = ["schemathesis.pytest.plugin"]
# One worker for all of it: what they share is set up once.
pytestmark = pytest.mark.xdist_group("contract")

EXAMPLES = 10
# What no schema can say, by field.
BEYOND_SCHEMAS = re.compile(
    r"((config|options|query)\.)?("
    r"criteria|where|text"  # the scan language
    r"|title|body"  # of messages: the names that they may hold in braces
    r"|source|universe|reference|watchlists|as_of_date|executor"  # what this host has
    r"|channel|watchlist|after_close|zone|at|preset"
    r"|column"  # the columns of this run's table
    r"|sectors"  # the names of other vendors, in any case
    r"|stage_plan|profile_weights.*|currency_rates"  # sums and repetitions
    r"|until|created_to|max_seconds"  # the end of a range, which must not be below its beginning
    r"|from|to|every|least|delay|options|open_holdout|entries.*|lookback_days"  # what another field must say beside it
    r")"
)


def bad_data_is_refused(context: Any, response: Any, case: Any) -> bool | None:
    """As ``negative_data_rejection``, for which 413, the answer to a body of any kind that is too large, is none."""
    return None if response.status_code == 413 else negative_data_rejection(context, response, case)


def good_data_is_accepted(context: Any, response: Any, case: Any) -> bool | None:
    """As ``positive_data_acceptance``, except that a value may break a rule that no schema can say."""
    if response.status_code == 422:
        refused = [item["field"] for item in response.json()["errors"]]
        if refused and all(map(BEYOND_SCHEMAS.fullmatch, refused)):
            return None
    return positive_data_acceptance(context, response, case)


CHECKS = (
    not_a_server_error,
    content_type_conformance,
    ignored_auth,
    missing_required_header,
    bad_data_is_refused,
    good_data_is_accepted,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
    use_after_free,
)


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_every_operation_answers_as_described(
    api_schema: Any, run_id: str, headers: dict[str, str], path: str, method: str, mode: GenerationMode
) -> None:
    operation = api_schema[path][method.lower()]

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    def answers_as_described(case: Any) -> None:
        wanted = case.path_parameters.get("run_id")
        if mode is GenerationMode.POSITIVE and wanted is not None and method != "DELETE" and len(wanted) % 2:
            case.path_parameters["run_id"] = run_id
        # Several values of one query parameter are no list where one is wanted: the last of them counts.
        checks = [check for check in CHECKS if method != "GET" or check is not bad_data_is_refused]
        case.call_and_validate(checks=checks, headers=headers, timeout=120)

    try:
        answers_as_described()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, "the document describes no request"
