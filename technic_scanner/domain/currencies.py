"""Codes of currencies, and what one unit of each is worth in the currency of the account."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

CODE_PATTERN = "^[A-Za-z]{3,5}$"
# A code and a number above zero, which does not end with a zero behind a leading one.
RATE_PATTERN = r"^[A-Za-z]{3,5}=(0\.[0-9]{0,8}[1-9]|[1-9][0-9]{0,8}(\.[0-9]{1,9})?)$"
# Hundredths in which exchanges quote: pence, agorot and cents, with their main unit.
_HUNDREDTHS = {"GBX": "GBP", "ILA": "ILS", "ZAC": "ZAR"}
_SPELLINGS = {"GBp": "GBX", "GBx": "GBX", "ILa": "ILA", "ZAc": "ZAC"}


def spelled_currency(text: str) -> str:
    """Return a code in capital letters; pence, which some vendors write ``GBp``, are ``GBX``."""
    return _SPELLINGS.get(text, text.upper())


def spelled_rate(text: str) -> str:
    """Return a rate such as ``EUR=1.08`` with its code in capital letters."""
    code, equals, number = text.partition("=")
    return f"{spelled_currency(code)}{equals}{number}"


def read_currency(text: str | None) -> str | None:
    """Return the code that a listing gives, None if it is none."""
    return spelled_currency(text) if text is not None and re.match(CODE_PATTERN, text) else None


def main_unit(code: str) -> tuple[str, float]:
    """Return the currency of a code, and how much of it one unit of the code is: ``GBX`` → GBP, 0.01."""
    main = _HUNDREDTHS.get(code)
    return (code, 1.0) if main is None else (main, 0.01)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What currencies are worth in that of the account, ``account`` ("": not known), by ``rates`` of one unit each."""

    account: str = ""
    rates: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, account: str | None, rates: Iterable[str], prices: Iterable[str] = ()) -> Exchange:
        """Return it for rates such as ``EUR=1.08``. An account that is not named has the one currency of ``prices``."""
        mains = {main_unit(code)[0] for code in prices}
        known = {code: float(number) for code, _, number in (rate.partition("=") for rate in rates)}
        return cls(account or (mains.pop() if len(mains) == 1 else ""), known)

    def worth(self, code: str) -> float:
        """Return what one unit of a currency is worth in the account's; NaN if that is not known.

        A hundredth is worth a hundredth of its main unit, whichever of the two a rate is given for.
        """
        if code == self.account:
            return 1.0
        if code in self.rates:
            return self.rates[code]
        main, part = main_unit(code)
        account, share = main_unit(self.account)
        if main == account:
            return part / share if self.account else math.nan
        if main in self.rates:
            return part * self.rates[main]
        return math.nan
