"""The server that schemathesis asks: with a token and without, over a store whose queued runs end at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import schemathesis

from technic_scanner.api.app import create_api
from technic_scanner.bootstrap import Services, build
from technic_scanner.domain.config import ScanConfig
from technic_scanner.runs.service.rules import ServiceRules
from technic_scanner.runs.service.service import RunService
from technic_scanner.settings import load_settings
from technic_scanner.testing.stores.samples import SUCCEEDED, event, scan_result
from tests.functional.api.live import LiveServer

TOKEN = "a-token-of-enough-letters"


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
    return schemathesis.openapi.from_url(f"{live.base_url}/openapi.json", headers=headers, timeout=120)
