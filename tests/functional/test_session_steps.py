"""A scan's date is stepped by one session of the exchange that its universe trades on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from technic_scanner.bootstrap import Services
from technic_scanner.domain.config import ScanConfig
from technic_scanner.errors import ConfigError
from tests.support.quiet import without_workers


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    services = without_workers(tmp_path_factory.mktemp("home"))
    yield services
    services.close()


@pytest.mark.parametrize(
    ("at", "step", "expected"),
    [
        (date(2010, 4, 5), -1, date(2010, 4, 1)),  # over Good Friday and the weekend
        (date(2010, 4, 1), 1, date(2010, 4, 5)),
        (date(2010, 4, 3), -1, date(2010, 4, 1)),  # from a Saturday
        (date(2010, 4, 3), 1, date(2010, 4, 5)),
        (date(2010, 4, 9), -5, date(2010, 4, 1)),
        (None, -1, date(2010, 8, 19)),  # the sample ends on 2010-08-20
        (None, 1, None),
        (date(2010, 8, 20), 1, None),
        (date(2009, 8, 24), -1, date(2009, 8, 21)),
        (date(2009, 8, 21), -1, date(2009, 8, 21)),  # the first that the sample has
    ],
)
def test_steps_are_sessions(services: Services, at: date | None, step: int, expected: date | None) -> None:
    assert services.other_session(ScanConfig(source="sample", as_of_date=at), step) == expected


def test_a_source_that_does_not_exist_is_named(services: Services) -> None:
    with pytest.raises(ConfigError, match="source"):
        services.other_session(ScanConfig(source="nowhere"), 1)


def test_listed_symbols_are_found_in_every_spelling(services: Services) -> None:
    config = ScanConfig(source="sample", symbols=("AAPL", "BRK-B", "BRK/B", "NOSUCH"))
    written = services.preview.named_symbols(config)
    assert written == {"AAPL": "AAPL", "BRK-B": "BRK.B", "BRK/B": "BRK.B", "NOSUCH": None}
