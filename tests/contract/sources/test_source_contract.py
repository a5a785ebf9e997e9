"""The built-in sources hold the contract that is shipped for anybody's."""

from __future__ import annotations

import pytest

from technic_scanner.testing.sources import SourceContract, SourceOffer
from tests.contract.sources.offers import OFFERS


@pytest.fixture(params=list(OFFERS), scope="module")
def offer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> SourceOffer:
    return OFFERS[request.param](tmp_path_factory.mktemp(request.param))


class TestBuiltInSources(SourceContract):
    """Each over data of its own."""
