"""Put what is known of a stored result beside its rows into words and documents."""

from __future__ import annotations

from typing import Any

from technic_scanner.domain.run import RunRecord
from technic_scanner.progress.text import count_text
from technic_scanner.runs.criteria_facts import order_of
from technic_scanner.runs.model import StoredResult
from technic_scanner.runs.plan_sums import PlanSums


def order_text(run: RunRecord) -> str | None:
    """Return the order that the run's criteria ask for; None where they ask for none."""
    return None if run.readable_config is None else order_of(run.config.criteria)


def reference_to_dict(stored: StoredResult | None) -> dict[str, Any]:
    """Return the universe that the rows were judged against; null for a result from before there was one."""
    known = stored is not None and stored.context.reference_count is not None
    return {
        "reference": stored.context.reference if stored is not None and known else None,
        "reference_count": stored.context.reference_count if stored is not None else None,
    }


def currencies_to_dict(stored: StoredResult | None) -> dict[str, Any]:
    """Return the currency of all prices (null: several or unknown) and that of the account and of amounts in it."""
    context = None if stored is None else stored.context
    return {
        "currency": (context.currency or None) if context else None,
        "account_currency": (context.account_currency or None) if context else None,
    }


def reference_text(stored: StoredResult | None) -> str | None:
    """Return the reference with its number of symbols, None if it is not known."""
    if stored is None or stored.context.reference_count is None:
        return None
    return f"{stored.context.reference}, {count_text(stored.context.reference_count, 'symbol')}"


def sums_to_dict(sums: PlanSums | None) -> dict[str, Any]:
    """Return what the planned positions cost and risk together; null without a result."""
    return {
        "position_value_sum": None if sums is None else sums.position_value,
        "risk_sum": None if sums is None else sums.risk,
    }
