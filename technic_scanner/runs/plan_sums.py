"""Add up the plans of a run's picks: what they cost and risk together, and whether one account bears it."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from technic_scanner.arrow_arrays import truth
from technic_scanner.domain.choices import AS_IF_ALONE
from technic_scanner.domain.config import ScanConfig
from technic_scanner.progress.text import count_text

_NEEDED = ("PositionValue", "RiskAmount")


@dataclass(frozen=True, slots=True)
class PlanSums:
    """The sums over ``picks`` picks: value of the positions and amount at risk, in ``currency`` ("": unknown)."""

    picks: int
    position_value: float
    risk: float
    currency: str = ""

    def sentence(self, config: ScanConfig | None) -> str:
        """Return the sums in words, as multiples of the account if the config is known."""
        if not self.picks:
            return ""
        verb, own = ("costs", "it risks") if self.picks == 1 else ("cost", "they risk")
        text = f"{count_text(self.picks, 'pick')} {verb} {self._amount(self.position_value)}"
        if config is None:
            return f"{text}; {own} {self._amount(self.risk)}."
        account = config.account_size
        text += f", {self.position_value / account:.0%} of the account of {self._amount(account)}"
        text += f"; {own} {self._amount(self.risk)}"
        text += f", {self.risk / account:.1%} of it"
        if config.position_sizing == AS_IF_ALONE:
            return f"{text}. Each is sized as if alone."
        return f"{text}. The sizes fit the account and a total risk of {config.total_risk_pct:g}%, in rank order."

    def _amount(self, value: float) -> str:
        return f"{value:,.0f} {self.currency}".rstrip()


def plan_sums(rows: pa.Table, currency: str = "") -> PlanSums | None:
    """Return the sums of the picks among the rows, in the account's ``currency``; None if the table has no plans."""
    if not set(_NEEDED) <= set(rows.column_names):
        return None
    if "Picked" in rows.column_names:
        rows = rows.filter(pc.fill_null(rows["Picked"], truth(True)))
    value, risk = (float(pc.sum(rows[name]).as_py() or 0.0) for name in _NEEDED)
    return PlanSums(rows.num_rows, value, risk, currency)
