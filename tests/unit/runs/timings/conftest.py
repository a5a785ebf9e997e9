"""A store that can be made to fail, and its clock."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from technic_scanner.clock import ManualClock
from tests.support.runs.faulty_store import FaultyStore, faulty_store


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def store(clock: ManualClock) -> Iterator[FaultyStore]:
    with faulty_store(clock) as opened:
        yield opened
