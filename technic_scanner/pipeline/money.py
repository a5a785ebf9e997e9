"""Which currencies a scan's prices and its account are in, and what is refused because they are mixed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.currencies import Exchange
from technic_scanner.domain.universe import Security
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.screening.bars import FloatArray

_NAMED = 8


@dataclass(frozen=True, slots=True)
class Money:
    """The currencies of a scan: ``prices`` is that of all its prices, ``account`` that of its account, "" if unknown.

    ``prices`` is empty for prices of several currencies too; ``rates`` has what one unit of each is worth in the
    account's. Where no currency is known, all amounts are taken to be in one.
    """

    prices: str = ""
    account: str = ""
    rates: Mapping[str, float] = field(default_factory=dict)

    def worth(self, securities: Sequence[Security]) -> FloatArray:
        """Return what one unit of each security's currency (n,) is worth in that of the account."""
        return worth_of(securities, self.rates)


def worth_of(securities: Sequence[Security], rates: Mapping[str, float]) -> FloatArray:
    """Return the rate of each security's currency (n,); 1 for all where there are no rates."""
    if len(rates) <= 1:
        return np.full(len(securities), next(iter(rates.values()), 1.0))
    return np.array([rates[security.currency or ""] for security in securities], dtype=np.float64)


def money_of(config: ScanConfig, securities: Sequence[Security]) -> Money:
    """Return the currencies of a scan of these securities.

    Raises ConfigError with what is mixed if amounts in them cannot be compared with those of the account: sizes and
    ``min_dollar_volume`` need one currency, or a rate for each.
    """
    counts = Counter(security.currency or "" for security in securities)
    known = [code for code in counts if code]
    if not known and config.account_currency is None:
        return Money()
    exchange = Exchange.of(config.account_currency, config.currency_rates, counts)
    rates = {code: exchange.worth(code) for code in counts}
    if exchange.account and not np.isnan(list(rates.values())).any():
        return Money(known[0] if len(counts) == 1 and known else "", exchange.account, rates)
    raise ConfigError(_problems(config, counts, exchange))


def liquidity_rates(config: ScanConfig, securities: Sequence[Security]) -> dict[str, float]:
    """Return by currency what makes dollar volumes comparable; empty where all are in one, NaN without a rate.

    ``securities`` are all of the universe and of its reference, whatever is filtered, so that rows are judged alike.
    """
    codes = dict.fromkeys(security.currency or "" for security in securities)
    if len(codes) <= 1:
        return {}
    exchange = Exchange.of(config.account_currency, config.currency_rates, codes)
    return {code: exchange.worth(code) for code in sorted(codes)}


def _problems(config: ScanConfig, counts: Mapping[str, int], exchange: Exchange) -> list[FieldProblem]:
    needing = "position sizes" if config.min_dollar_volume <= 0.0 else "position sizes and min_dollar_volume"
    known = [(code, count) for code, count in Counter(counts).most_common() if code]
    parts = [f"{code} ({count:,})" for code, count in known[:_NAMED]]
    parts += [f"{len(known) - _NAMED:,} other currencies"] if len(known) > _NAMED else []
    parts += [f"an unknown currency ({counts['']:,})"] if "" in counts else []
    found = f"the symbols to scan have prices in {' and '.join(filter(None, (', '.join(parts[:-1]), parts[-1])))}"
    if not exchange.account:
        return [FieldProblem("account_currency", f"{found}; {needing} need the account's currency and a rate for each")]
    lacking = [code for code, _ in known if np.isnan(exchange.worth(code))]
    problems = []
    if lacking:
        example = f"{lacking[0]}=1.25"
        text = f"{found}; {needing} need what one {', one '.join(lacking[:_NAMED])} is worth in {exchange.account}"
        problems.append(FieldProblem("currency_rates", f"{text}, for example {example}"))
    if "" in counts:
        say = "say it in the column currency of universe.csv or leave these symbols out"
        problems.append(FieldProblem("symbols", f"{found}; {needing} need the currency of each: {say}"))
    return problems
