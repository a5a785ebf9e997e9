"""What currencies are worth in that of the account, and how their codes and rates are written."""

from __future__ import annotations

import math

import pytest

from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.currencies import Exchange, read_currency


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("USD", "USD"),
        ("eur", "EUR"),
        ("GBp", "GBX"),
        ("GBP", "GBP"),
        ("usdt", "USDT"),
        ("$", None),
        ("", None),
        (None, None),
    ],
)
def test_pence_are_not_pounds(text: str | None, code: str | None) -> None:
    assert read_currency(text) == code


@pytest.mark.parametrize(
    ("account", "rates", "code", "worth"),
    [
        ("USD", (), "USD", 1.0),
        ("USD", ("EUR=1.08",), "EUR", 1.08),
        ("USD", ("GBP=1.25",), "GBX", 0.0125),
        ("USD", ("GBP=1.25", "GBX=0.01"), "GBX", 0.01),
        ("GBP", (), "GBX", 0.01),
        ("GBX", (), "GBP", 100.0),
        ("GBX", (), "GBX", 1.0),
        ("USD", (), "EUR", math.nan),
        ("USD", (), "", math.nan),
        ("", (), "", 1.0),
        ("", (), "EUR", math.nan),
    ],
)
def test_a_unit_is_worth_its_rate(account: str, rates: tuple[str, ...], code: str, worth: float) -> None:
    assert Exchange.of(account, rates).worth(code) == pytest.approx(worth, nan_ok=True)


def test_an_account_that_is_not_named_has_the_currency_of_the_prices() -> None:
    assert Exchange.of(None, (), ["EUR", "EUR"]).account == "EUR"
    assert Exchange.of(None, (), ["GBX", "GBP"]).account == "GBP"
    assert Exchange.of(None, (), ["EUR", "USD"]).account == ""
    assert Exchange.of("CHF", (), ["EUR"]).account == "CHF"


def test_codes_and_rates_have_one_spelling_and_every_bad_one_is_named() -> None:
    config = ScanConfig(account_currency="usd", currency_rates=("eur=1.08", "GBp=0.0125"))
    assert not config.problems()
    assert (config.account_currency, config.currency_rates) == ("USD", ("EUR=1.08", "GBX=0.0125"))
    for bad in ("EUR", "EUR=0", "EUR=-1", "EUR=1e3", "E=1", "EUR=0.0", "EUR=1,08", "EUR= 1"):
        (problem,) = ScanConfig(currency_rates=(bad,)).problems()
        assert problem.field == "currency_rates"
        assert "must be written as EUR=1.08" in problem.message
    (problem,) = ScanConfig(currency_rates=("EUR=1.08", "EUR=1.1")).problems()
    assert problem.message == "gives 2 rates for EUR"
    (problem,) = ScanConfig(account_currency="US$").problems()
    assert problem.field == "account_currency"
