"""The config fields that say what amounts are in and how much of the account is used."""

from __future__ import annotations

from technic_scanner.domain.currencies import CODE_PATTERN, RATE_PATTERN, spelled_currency, spelled_rate
from technic_scanner.domain.fields import FieldSpec

ACCOUNT_CURRENCY = FieldSpec(
    "Account currency",
    "The code of the currency that account size and minimum dollar volume are in, for example USD.",
    empty="the currency of the prices",
    spelling=spelled_currency,
    pattern=CODE_PATTERN,
    example="USD",
    longest=5,
)
CURRENCY_RATES = FieldSpec(
    "Currency rates",
    "What one unit of each other currency of the prices is worth in the account's, for example EUR=1.08.",
    empty="no other currencies",
    option="rate",
    spelling=spelled_rate,
    pattern=RATE_PATTERN,
    example="EUR=1.08",
    longest=25,
    most=100,
)


def share_of_account(label: str, text: str, step: float) -> FieldSpec:
    """Return the description of a share of the account in per cent."""
    return FieldSpec(label, text, unit="%", above=0.0, at_most=100.0, step=step)
