"""Stage 1, universe_loading: which securities the scan is about, and which filter removed the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.metrics import FailureKind, SymbolFailure
from technic_scanner.domain.stage import Stage
from technic_scanner.domain.universe import Security, Universe

_Rule = tuple[str, Callable[[Security], bool], Callable[[Security], str]]


@dataclass(frozen=True, slots=True)
class FilterOutcome:
    """What the filters left: ``kept`` in symbol order, ``removed`` as (filter, count), a reason for every symbol.

    Symbols that were asked for by name but that the universe does not hold are in ``failures`` too.
    """

    total: int
    kept: tuple[Security, ...]
    removed: tuple[tuple[str, int], ...]
    failures: tuple[SymbolFailure, ...]


def filter_securities(universe: Universe, config: ScanConfig) -> FilterOutcome:
    """Apply the config's symbol, sector, industry, sub-industry and keyword filters, then max_symbols."""
    remaining = sorted(universe.securities, key=lambda security: security.symbol)
    removed: list[tuple[str, int]] = []
    failures = _unknown_symbols(remaining, config)
    if failures:
        removed.append(("unknown_symbols", len(failures)))
    for name, passes, explain in _rules(config):
        kept = [security for security in remaining if passes(security)]
        dropped = [security for security in remaining if not passes(security)]
        removed.append((name, len(dropped)))
        failures += [_rejected(security.symbol, name, explain(security)) for security in dropped]
        remaining = kept
    over = remaining[config.max_symbols :]
    if over:
        removed.append(("max_symbols", len(over)))
        text = f"beyond the first {config.max_symbols} symbols in symbol order"
        failures += [_rejected(security.symbol, "max_symbols", text) for security in over]
    return FilterOutcome(
        len(universe.securities), tuple(remaining[: config.max_symbols]), tuple(removed), tuple(failures)
    )


def describe_removals(outcome: FilterOutcome) -> str:
    """Say which filter removed how many, for an empty result."""
    parts = [f"{name.replace('_', ' ')} removed {count}" for name, count in outcome.removed if count]
    return "; ".join(parts) if parts else "the universe holds no symbols"


def _rules(config: ScanConfig) -> list[_Rule]:
    rules: list[_Rule] = []
    if config.symbols:
        wanted = frozenset(config.symbols)
        rules.append(("symbols", lambda s: s.symbol.upper() in wanted, lambda _: "not in the list of symbols"))
    for name, allowed, value_of in (
        ("sectors", config.sectors, lambda s: s.sector),
        ("industries", config.industries, lambda s: s.industry),
        ("subindustries", config.subindustries, lambda s: s.sub_industry),
    ):
        if allowed:
            rules.append(_membership(name, allowed, value_of))
    if config.industry_contains:
        rules.append(_keyword(config.industry_contains))
    return rules


def _membership(name: str, allowed: Sequence[str], value_of: Callable[[Security], str | None]) -> _Rule:
    folded = frozenset(value.casefold() for value in allowed)

    def passes(security: Security) -> bool:
        value = value_of(security)
        return value is not None and value.casefold() in folded

    def explain(security: Security) -> str:
        return f"{value_of(security) or 'unknown'} is not among the chosen {name}"

    return name, passes, explain


def _keyword(keyword: str) -> _Rule:
    needle = keyword.casefold()

    def passes(security: Security) -> bool:
        return any(needle in text.casefold() for text in (security.industry, security.sub_industry) if text)

    return "industry_contains", passes, lambda _: f"its industry does not contain {keyword!r}"


def _unknown_symbols(securities: Sequence[Security], config: ScanConfig) -> list[SymbolFailure]:
    known = {security.symbol.upper() for security in securities}
    return [
        _rejected(symbol, "unknown_symbol", "the universe does not hold this symbol")
        for symbol in config.symbols
        if symbol.upper() not in known
    ]


def _rejected(symbol: str, reason: str, detail: str) -> SymbolFailure:
    return SymbolFailure(symbol, Stage.UNIVERSE_LOADING, FailureKind.REJECTED, reason, detail)
