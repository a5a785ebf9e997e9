"""Schemathesis over the whole OpenAPI document, with tokens and without: no 5xx, every answer is as described."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    missing_required_header,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
    use_after_free,
)

from technic_scanner.api.app import create_api
from technic_scanner.bootstrap import Services, build
from technic_scanner.domain.config import ScanConfig
from technic_scanner.runs.service.service import RunService, ServiceRules
from technic_scanner.settings import load_settings
from technic_scanner.testing.stores.samples import SUCCEEDED, event, scan_result
from tests.functional.api.live import LiveServer
from tests.functional.api.operations import OPERATIONS

# Other modules do without it: pyproject.toml says why.
pytest_plugins = ["schemathesis.pytest.plugin"]
# One worker for all of it: what they share is set up once.
pytestmark = pytest.mark.xdist_group("contract")

TOKEN = "a-token-of-enough-letters"
EXAMPLES = 10
CHECKS = (
    not_a_server_error,
    content_type_conformance,
    ignored_auth,
    missing_required_header,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
    use_after_free,
)


class InstantWorker:
    """Takes every queued run to its end at once, so that streams of it end too."""

    def __init__(self, services: Services) -> None:
        self.store = services.store

    def ensure_worker(self) -> None:
        while (run := self.store.claim("instant", "host", "0", None)) is not None:
            first = run.last_seq + 1
            self.store.append_events(run.run_id, run.attempt, [event(run.run_id, first, 0.5, attempt=run.attempt)])
            self.store.finish(run.run_id, "instant", run.attempt, SUCCEEDED, scan_result(config=run.config))


@pytest.fixture(scope="module", params=[(f"ann:{TOKEN}",), ()], ids=["with tokens", "without tokens"])
def live(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    home: Path = tmp_path_factory.mktemp("contract")
    services = build(load_settings(home=home, api_tokens=request.param, max_queued_runs_per_token=10_000))
    rules = ServiceRules(600.0, 10_000)
    service = RunService(services.store, services.catalog, InstantWorker(services), services.clock, rules=rules)
    with LiveServer(create_api(replace(services, service=service))) as server:
        yield server
    services.close()


@pytest.fixture(scope="module")
def run_id(live: LiveServer) -> str:
    """A finished run; no test deletes it, since only operations other than DELETE are given its id."""
    service = live.api.state.services.service
    return str(service.submit(ScanConfig(), owner="ann").run_id)


@pytest.fixture(scope="module")
def headers(live: LiveServer) -> dict[str, str]:
    tokens = live.api.state.services.settings.api_tokens
    return {"Authorization": f"Bearer {TOKEN}"} if tokens else {}


@pytest.fixture(scope="module")
def api_schema(live: LiveServer, headers: dict[str, str]) -> Any:
    return schemathesis.openapi.from_url(f"{live.base_url}/openapi.json", headers=headers)


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
        checks = [check for check in CHECKS if method != "GET" or check is not negative_data_rejection]
        case.call_and_validate(checks=checks, headers=headers, timeout=120)

    try:
        answers_as_described()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, "the document describes no request"
