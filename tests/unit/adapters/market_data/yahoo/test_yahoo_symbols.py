"""Universes for Yahoo: its spelling of symbols, and GICS sectors that lose nobody."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyarrow.csv as pacsv
import pytest

from technic_scanner.adapters.market_data.yahoo.symbols import (
    DEFAULT,
    load_universe,
    universe_names,
    universe_of,
    yahoo_symbol,
)
from technic_scanner.domain.sectors import GICS_SECTORS
from technic_scanner.domain.universe import Security
from technic_scanner.errors import ConfigError

LISTED = Path(__file__).resolve().parents[6] / "shared" / "data" / "universe_sp500.csv"


def by_symbol(name: str | None) -> dict[str, Security]:
    return {security.symbol: security for security in load_universe(name).securities}


def test_the_default_is_the_sp500() -> None:
    universe = load_universe(None)
    assert universe.name == DEFAULT == universe_names()[0]
    assert len(universe.securities) == pytest.approx(503, abs=5)
    assert universe.survivorship_biased


@pytest.mark.parametrize("name", ["S&P 500", "S&P 100", "NASDAQ 100", "DOW JONES"])
def test_the_us_indices_are_offered(name: str) -> None:
    assert name in universe_names()
    assert len(load_universe(name).securities) >= 30


@pytest.mark.parametrize("name", [None, "S&P 100", "DOW JONES"])
def test_apple_and_jpmorgan_are_where_a_sector_filter_looks(name: str | None) -> None:
    members = by_symbol(name)
    assert members["AAPL"].sector == "Information Technology"
    assert members["JPM"].sector == "Financials"


def test_no_member_of_the_sp500_is_without_a_sector() -> None:
    sectors = Counter(security.sector for security in load_universe(None).securities)
    assert set(sectors) == set(GICS_SECTORS)
    assert min(sectors.values()) > 15


def test_companies_of_two_classifications_get_the_gics_one() -> None:
    members = by_symbol(None)
    expected = {
        "EQIX": "Real Estate",
        "DUK": "Utilities",
        "MSCI": "Financials",
        "V": "Financials",
        "GEV": "Industrials",
    }
    expected |= {"GOOGL": "Communication Services", "META": "Communication Services", "AMZN": "Consumer Discretionary"}
    assert {symbol: members[symbol].sector for symbol in expected} == expected


@pytest.mark.skipif(not LISTED.exists(), reason="the S&P 500 list for development is not there")
def test_sectors_equal_the_published_list() -> None:
    listed = pacsv.read_csv(LISTED).to_pylist()
    members = by_symbol(None)
    compared = {row["symbol"]: row["sector"] for row in listed if row["symbol"] in members}
    assert len(compared) > 480
    assert {symbol: members[symbol].sector for symbol in compared} == compared


def test_the_nasdaq_list_takes_gics_sectors_from_the_others() -> None:
    universe = load_universe("NASDAQ 100")
    unknown = sum(security.sector is None for security in universe.securities)
    assert unknown < 10
    assert any(str(unknown) in note for note in universe.notes)


@pytest.mark.parametrize("name", list(universe_names()))
def test_every_universe_loads(name: str) -> None:
    securities = load_universe(name).securities
    symbols = [security.symbol for security in securities]
    assert symbols
    assert symbols == sorted(set(symbols))
    assert {security.sector for security in securities} <= {*GICS_SECTORS, None}


def test_class_shares_are_spelled_as_yahoo_does() -> None:
    assert "BRK-B" in by_symbol(None)
    assert not [symbol for symbol in by_symbol(None) if "." in symbol]


@pytest.mark.parametrize(
    ("given", "yahoos"),
    [
        ("brk.b", "BRK-B"),
        (" AAPL ", "AAPL"),
        ("VOD.L", "VOD.L"),
        ("7203.T", "7203.T"),
        ("BF.A", "BF-A"),
        ("^GSPC", "^GSPC"),
    ],
)
def test_spelling(given: str, yahoos: str) -> None:
    assert yahoo_symbol(given) == yahoos


def test_symbols_that_someone_typed_are_a_universe() -> None:
    universe = universe_of(["ZZZZ", "BRK.B", "AAPL", "AAPL"])
    sectors = {security.symbol: security.sector for security in universe.securities}
    assert sectors == {"AAPL": "Information Technology", "BRK.B": "Financials", "ZZZZ": None}
    assert list(sectors) == sorted(sectors)


def test_an_unknown_universe_lists_the_known_ones() -> None:
    with pytest.raises(ConfigError) as caught:
        load_universe("FOOTSIE")
    (problem,) = caught.value.problems
    assert problem.field == "universe"
    assert "DOW JONES" in problem.message


def test_prices_are_in_what_yahoo_quotes_the_exchange_in() -> None:
    symbols = ["AAPL", "BRK.B", "VOD.L", "7203.T", "SAP.DE", "BTC-USD", "ETH-EUR", "BF-B", "^GSPC", "X.QQ"]
    found = {security.symbol: security.currency for security in universe_of(symbols).securities}
    assert [found[symbol] for symbol in symbols] == [
        *("USD", "USD", "GBX", "JPY", "EUR", "USD", "EUR", "USD", None, None)
    ]


@pytest.mark.parametrize(
    ("name", "currencies"),
    [
        ("S&P 500", {"USD"}),
        ("FTSE 100", {"GBX"}),
        ("EURO STOXX 50", {"EUR"}),
        ("NIKKEI 225", {"JPY"}),
        ("SDAX", {None}),
    ],
)
def test_the_members_of_an_index_have_one_currency(name: str, currencies: set[str | None]) -> None:
    assert {security.currency for security in load_universe(name).securities} == currencies
