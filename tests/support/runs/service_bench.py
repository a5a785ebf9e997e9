"""Fixtures: the service over a store that fails on request; import them where they are used."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from technic_scanner.clock import ManualClock
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.runs.model import RunEnd
from technic_scanner.runs.service.rules import ServiceRules
from technic_scanner.runs.service.service import RunService
from tests.support.runs.fake_catalog import FakeCatalog
from tests.support.runs.faulty_store import FaultyStore, faulty_store
from tests.support.runs.make import scan_result


class FakeLauncher:
    def __init__(self) -> None:
        self.asked = 0
        self.error: Exception | None = None

    def ensure_worker(self) -> None:
        self.asked += 1
        if self.error is not None:
            raise self.error


class Bench:
    def __init__(self, store: FaultyStore, limit: int | None = None) -> None:
        self.clock: ManualClock = store.clock
        self.store = store
        self.launcher = FakeLauncher()
        self.catalog = FakeCatalog()
        rules = ServiceRules(stale_after_seconds=10.0, max_queued_per_owner=limit)
        self.told: list[RunRecord] = []
        self.deleted: list[str] = []
        self.service = RunService(
            self.store,
            self.catalog,
            self.launcher,
            self.clock,
            rules=rules,
            tell=self.told.append,
            deleted=self.deleted.extend,
        )

    def start(self, config: ScanConfig | None = None) -> RunRecord:
        """Submit a run and let a worker claim it."""
        self.service.submit(config or ScanConfig())
        run = self.store.claim("w", "host", "1", None)
        assert run is not None
        return run

    def done(self, config: ScanConfig | None = None, **result: object) -> RunRecord:
        """Submit a run and let it succeed."""
        run = self.start(config)
        end = RunEnd(RunStatus.SUCCEEDED)
        return self.store.finish(run.run_id, "w", run.attempt, end, scan_result(**result))


@pytest.fixture
def store() -> Iterator[FaultyStore]:
    with faulty_store(ManualClock()) as opened:
        yield opened


@pytest.fixture
def bench(store: FaultyStore) -> Bench:
    return Bench(store)
