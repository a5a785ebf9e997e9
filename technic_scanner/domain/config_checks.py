"""Checks of a config that read several of its fields, or several parts of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from technic_scanner.domain.profiles import PROFILE_WEIGHTS, SUB_SCORES
from technic_scanner.errors import FieldProblem

if TYPE_CHECKING:
    from technic_scanner.domain.config import ScanConfig


def weightless(config: ScanConfig) -> Iterable[FieldProblem]:
    """Yield a problem where the profile's weights and those that replace them leave nothing to weigh."""
    profile = dict(zip(SUB_SCORES, PROFILE_WEIGHTS[config.strategy_profile_name], strict=True))
    if not any((profile | dict(config.profile_weights)).values()):
        yield FieldProblem("profile_weights", "at least one weight must be above 0")


def repeated_rates(config: ScanConfig) -> Iterable[FieldProblem]:
    """Yield a problem for each currency with more than one rate."""
    codes = Counter(rate.partition("=")[0] for rate in config.currency_rates)
    for code, times in codes.items():
        if times > 1:
            yield FieldProblem("currency_rates", f"gives {times} rates for {code}")
