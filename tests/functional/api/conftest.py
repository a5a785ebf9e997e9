"""A real store and service behind the API, and runs that a test moves by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from technic_scanner.api.app import create_api
from technic_scanner.bootstrap import Services, build
from technic_scanner.runs.service.rules import ServiceRules
from technic_scanner.runs.service.service import RunService
from technic_scanner.settings import load_settings
from tests.functional.api.hand_moved import HandMoved, NoLauncher
from tests.support.others import others

__all__ = ["others"]

MakeServices = Callable[..., Services]


@pytest.fixture
def make_services(tmp_path: Path) -> Iterator[MakeServices]:
    """Make services over a store of the test's own; no worker is ever launched."""
    made: list[Services] = []

    def make(**settings: object) -> Services:
        services = build(load_settings(home=tmp_path / "home", stale_after_seconds=600.0, **settings))
        rules = ServiceRules(600.0, services.settings.max_queued_runs_per_token)
        service = RunService(services.store, services.catalog, NoLauncher(), services.clock, rules=rules)
        made.append(services)
        return replace(services, service=service)

    yield make
    for services in made:
        services.close()


@pytest.fixture
def services(make_services: MakeServices) -> Services:
    return make_services()


@pytest.fixture
def app(services: Services) -> FastAPI:
    return create_api(services)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with open_client(app) as client:
        yield client


@pytest.fixture
def run(services: Services) -> HandMoved:
    """One running scan whose events the test appends."""
    return HandMoved.start(services)


def open_client(app: FastAPI, **options: object) -> TestClient:
    """A client on this machine's own address."""
    return TestClient(app, base_url="http://localhost", client=("127.0.0.1", 50000), **options)  # type: ignore[arg-type]
