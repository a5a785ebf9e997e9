"""Stage 1, universe_loading: which securities the scan is about, and which filter removed the others."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from operator import attrgetter
from typing import Any, Final

from technic_scanner.domain.config import CONFIG_FIELDS, ScanConfig
from technic_scanner.domain.currencies import Exchange
from technic_scanner.domain.fields import MAX_SYMBOL_LENGTH, MAX_TEXT_LENGTH
from technic_scanner.domain.metrics import FailureKind, SymbolFailure
from technic_scanner.domain.printable import is_printable, visible
from technic_scanner.domain.quoting import cut
from technic_scanner.domain.stage import Stage
from technic_scanner.domain.symbols import listed_spellings
from technic_scanner.domain.universe import Security, Universe

DollarVolumes = Callable[[Sequence[str]], Mapping[str, float]]


def _no_volumes(_symbols: Sequence[str]) -> Mapping[str, float]:
    return {}


@dataclass(frozen=True, slots=True)
class Known:
    """What filters may know besides the config: the day of the scan, and how to look up dollar volumes by symbol.

    ``day`` is None where it is not known, ``dollar_volumes`` has no symbol that it knows nothing of.
    """

    day: date | None = None
    dollar_volumes: DollarVolumes = _no_volumes


Keeps = Callable[[ScanConfig, Sequence[Security], Known], list[bool] | None]


@dataclass(frozen=True, slots=True)
class UniverseFilter:
    """Removes securities for one reason.

    ``code`` is stable: it is stored and sent, as the reason of each symbol and beside the count of them. ``label``
    names the reason where symbols are counted by it. ``keeps`` tells of each security that is left whether it stays;
    None if the config does not ask for this filter. ``detail`` says why a security was removed.
    """

    code: str
    label: str
    keeps: Keeps
    detail: Callable[[ScanConfig, Security], str]


@dataclass(frozen=True, slots=True)
class UniverseSelection:
    """What the filters left: ``kept`` in symbol order, ``removed`` as (filter, count), a reason for every symbol.

    Symbols that were asked for by name but that the universe does not hold are in ``failures`` too. ``fit`` are all of
    the universe that can be scanned, as ``fit_securities`` returns them.
    """

    total: int
    kept: tuple[Security, ...]
    removed: tuple[tuple[str, int], ...]
    failures: tuple[SymbolFailure, ...]
    fit: tuple[Security, ...] = ()


def _is_member(_config: ScanConfig, securities: Sequence[Security], known: Known) -> list[bool] | None:
    if known.day is None or not any(security.membership for security in securities):
        return None
    return [security.is_member(known.day) for security in securities]


def _is_listed(config: ScanConfig, securities: Sequence[Security], _known: Known) -> list[bool] | None:
    if not config.symbols:
        return None
    wanted = frozenset(as_listed(config.symbols, securities).values())
    return [security.symbol.upper() in wanted for security in securities]


def as_listed(symbols: Sequence[str], securities: Sequence[Security]) -> dict[str, str]:
    """Return each symbol that the universe holds → as the universe writes it."""
    return listed_spellings(symbols, (security.symbol for security in securities))


def _membership(
    code: str,
    label: str,
    allowed: Callable[[ScanConfig], Sequence[str]],
    value_of: Callable[[Security], str | None],
) -> UniverseFilter:
    """Return the filter that keeps the securities whose value is among the allowed ones, whatever their case."""

    def keeps(config: ScanConfig, securities: Sequence[Security], _known: Known) -> list[bool] | None:
        names = frozenset(value.casefold() for value in allowed(config))
        if not names:
            return None
        values = [value_of(security) for security in securities]
        return [value is not None and value.casefold() in names for value in values]

    def detail(_config: ScanConfig, security: Security) -> str:
        return f"{value_of(security) or 'unknown'} is not among the chosen {code}"

    return UniverseFilter(code, label, keeps, detail)


def _spells(security: Security) -> str:
    parts = [
        " ".join(([f"from {first}"] if first else []) + ([f"to {last}"] if last else []))
        for first, last in security.membership
    ]
    return " and ".join(parts)


def _has_keyword(config: ScanConfig, securities: Sequence[Security], _known: Known) -> list[bool] | None:
    if not config.industry_contains:
        return None
    needle = config.industry_contains.casefold()
    texts = [(security.industry or "", security.sub_industry or "") for security in securities]
    return [any(needle in text.casefold() for text in pair if text) for pair in texts]


def _is_within_limit(config: ScanConfig, securities: Sequence[Security], known: Known) -> list[bool] | None:
    """Keep the symbols of the highest dollar volume; those of which it is unknown come last, in symbol order."""
    if len(securities) <= config.max_symbols:
        return None
    volumes = known.dollar_volumes([security.symbol for security in securities])
    exchange = Exchange.of(config.account_currency, config.currency_rates)
    # Without a rate, which a scan of several currencies is refused for, amounts count as they are.
    rates = {code: exchange.worth(code or "") for code in {security.currency for security in securities}}
    rates = {code: 1.0 if math.isnan(rate) else rate for code, rate in rates.items()}
    values = [volumes.get(security.symbol, -1.0) * rates[security.currency] for security in securities]
    best = sorted(range(len(securities)), key=lambda place: (-values[place], place))
    kept = frozenset(best[: config.max_symbols])
    return [place in kept for place in range(len(securities))]


MAX_SYMBOLS: Final = "max_symbols"
# In the order in which they work: each sees what those before it have left.
UNIVERSE_FILTERS: Final[tuple[UniverseFilter, ...]] = (
    UniverseFilter(
        "not_member",
        "not a member on that day",
        _is_member,
        lambda _, security: f"it is in the universe {_spells(security)}, not on the day of the scan",
    ),
    UniverseFilter("symbols", "not in the list of symbols", _is_listed, lambda _, __: "not in the list of symbols"),
    _membership("sectors", "not in the chosen sectors", lambda c: c.sectors, lambda s: s.sector),
    _membership("industries", "not in the chosen industries", lambda c: c.industries, lambda s: s.industry),
    _membership(
        "subindustries", "not in the chosen sub-industries", lambda c: c.subindustries, lambda s: s.sub_industry
    ),
    UniverseFilter(
        "industry_contains",
        "industry without the keyword",
        _has_keyword,
        lambda config, _: f"its industry does not contain {config.industry_contains!r}",
    ),
    UniverseFilter(
        MAX_SYMBOLS,
        "over the maximum number of symbols",
        _is_within_limit,
        lambda config, _: f"not among the {config.max_symbols:,} symbols of the highest known dollar volume",
    ),
)

# The fields of a config that choose symbols. A filter that a field asks for has that field's name as its code.
CHOOSING_FIELDS: Final = (
    *("source", "universe", "watchlists"),
    *(f.code for f in UNIVERSE_FILTERS if f.code in CONFIG_FIELDS),
)

# Symbols that are asked for by name and that no filter sees, since the universe does not hold them.
UNKNOWN_SYMBOL: Final = "unknown_symbol"
UNKNOWN_SYMBOLS: Final = "unknown_symbols"  # where they are counted
# What a source lists as a symbol and is none.
UNFIT_SYMBOL: Final = "unfit_symbol"
_UNFIT: Final = f"a symbol has 1 to {MAX_SYMBOL_LENGTH} characters, none of them a control character"


def filter_securities(universe: Universe, config: ScanConfig, known: Known | None = None) -> UniverseSelection:
    """Apply ``UNIVERSE_FILTERS`` in their order, as far as the config asks for them."""
    known = known or Known()
    fit = remaining = fit_securities(universe)
    removed: list[tuple[str, int]] = []
    failures = _unknown_symbols(remaining, config)
    if failures:
        removed.append((UNKNOWN_SYMBOLS, len(failures)))
    if len(remaining) < len(universe.securities):
        unfit = [security.symbol for security in universe.securities if not _is_fit(security.symbol)]
        removed.append((UNFIT_SYMBOL, len(unfit)))
        failures += [_rejected(cut(visible(symbol), MAX_SYMBOL_LENGTH), UNFIT_SYMBOL, _UNFIT) for symbol in unfit]
    for universe_filter in UNIVERSE_FILTERS:
        stays = universe_filter.keeps(config, remaining, known)
        if stays is None:
            continue
        dropped = [security for security, stay in zip(remaining, stays, strict=True) if not stay]
        remaining = [security for security, stay in zip(remaining, stays, strict=True) if stay]
        removed.append((universe_filter.code, len(dropped)))
        failures += [
            _rejected(security.symbol, universe_filter.code, universe_filter.detail(config, security))
            for security in dropped
        ]
    return UniverseSelection(len(universe.securities), tuple(remaining), tuple(removed), tuple(failures), tuple(fit))


def fit_securities(universe: Universe) -> list[Security]:
    """Return the securities that can be scanned, in symbol order, with texts that any page can show."""
    securities = universe.securities
    if not _all_fit(securities):
        securities = tuple(_legible(security) for security in securities if _is_fit(security.symbol))
    return sorted(securities, key=_symbol_of)


_TEXTS = ("symbol", "name", "sector", "industry", "sub_industry", "currency", "exchange")
_GROUPS = _TEXTS[2:]  # shared by many securities
_symbol_of = attrgetter("symbol")
_texts_of = attrgetter(*_TEXTS)


def _all_fit(securities: Sequence[Security]) -> bool:
    """Return whether all are fit as they are; looks at all their texts at once, as thousands are looked at often."""
    symbols = list(map(_symbol_of, securities))
    groups = set(chain.from_iterable(map(attrgetter(field), securities) for field in _GROUPS))
    texts = [*symbols, *filter(None, map(attrgetter("name"), securities)), *filter(None, groups)]
    lengths = list(map(len, symbols))
    return (
        min(lengths, default=1) > 0
        and max(lengths, default=1) <= MAX_SYMBOL_LENGTH
        and max(map(len, texts), default=0) <= MAX_TEXT_LENGTH
        and is_printable("".join(texts))
    )


def _is_fit(symbol: str) -> bool:
    return 0 < len(symbol) <= MAX_SYMBOL_LENGTH and is_printable(symbol)


def _legible(security: Security) -> Security:
    """Return the security with texts that any page can show: control characters written out, long ones cut."""
    changed: dict[str, Any] = {
        name: cut(visible(text), MAX_TEXT_LENGTH)
        for name, text in zip(_TEXTS, _texts_of(security), strict=True)
        if text is not None and (len(text) > MAX_TEXT_LENGTH or not is_printable(text))
    }
    return replace(security, **changed) if changed else security


def describe_removals(outcome: UniverseSelection) -> str:
    """Say which filter removed how many, for an empty result."""
    parts = [f"{name.replace('_', ' ')} removed {count}" for name, count in outcome.removed if count]
    return "; ".join(parts) if parts else "the universe holds no symbols"


def _unknown_symbols(securities: Sequence[Security], config: ScanConfig) -> list[SymbolFailure]:
    if not config.symbols:
        return []
    known = as_listed(config.symbols, securities)
    return [
        _rejected(symbol, UNKNOWN_SYMBOL, "the universe does not hold this symbol")
        for symbol in config.symbols
        if symbol not in known
    ]


def _rejected(symbol: str, reason: str, detail: str) -> SymbolFailure:
    return SymbolFailure(symbol, Stage.UNIVERSE_LOADING, FailureKind.REJECTED, reason, detail)
