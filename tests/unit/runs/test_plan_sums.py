"""What the plans of a run's picks add up to."""

from __future__ import annotations

import pyarrow as pa

from technic_scanner.domain.config import ScanConfig
from technic_scanner.runs.plan_sums import PlanSums, plan_sums

ROWS = pa.table(
    {
        "PositionValue": [2_500.0, 2_400.0, 9_999.0, None],
        "RiskAmount": [100.0, 50.5, 9_999.0, None],
        "Picked": [True, True, False, True],
    }
)


def test_only_picks_are_added_up_and_unknown_plans_are_nothing() -> None:
    assert plan_sums(ROWS) == PlanSums(3, 4_900.0, 150.5)
    assert plan_sums(ROWS.slice(0, 0)) == PlanSums(0, 0.0, 0.0)
    assert plan_sums(ROWS.drop_columns(["RiskAmount"])) is None


def test_the_sums_are_said_with_the_account_and_how_sizes_were_made() -> None:
    sums = PlanSums(50, 90_432.0, 2_345.0)
    assert sums.sentence(ScanConfig()) == (
        "50 picks cost 90,432, 904% of the account of 10,000; they risk 2,345, 23.4% of it. Each is sized as if alone."
    )
    shared = ScanConfig(position_sizing="account", total_risk_pct=6.0, account_size=100_000.0)
    assert sums.sentence(shared).endswith("The sizes fit the account and a total risk of 6%, in rank order.")
    assert PlanSums(1, 10.0, 1.0).sentence(None) == "1 pick costs 10; it risks 1."
    assert PlanSums(0, 0.0, 0.0).sentence(ScanConfig()) == ""
