"""Define the shipped presets, which are read-only starting points for different kinds of scan."""

from __future__ import annotations

from technic_scanner.domain.config import ScanConfig
from technic_scanner.runs.model import Preset

SHIPPED: tuple[Preset, ...] = tuple(
    Preset(name=name, config=config, description=description, builtin=True)
    for name, description, config in (
        (
            "Swing, whole market",
            "All symbols of the source, long, for a holding period of days to weeks; the top 25.",
            ScanConfig(top_n=25),
        ),
        (
            "Breakouts",
            "Liquid symbols that leave a range on high volume, with a wider target.",
            ScanConfig(
                strategy_profile_name="breakout", min_dollar_volume=5_000_000.0, min_tech_rating=55.0, target_rr=3.0
            ),
        ),
        (
            "Mean reversion, both directions",
            "Overextended symbols that may revert to their mean, long and short, with a close target.",
            ScanConfig(strategy_profile_name="mean_reversion", direction="both", target_rr=1.5),
        ),
        (
            "Position leaders, sector-neutral",
            "The strongest symbols of each sector for weeks to months, with low risk per position.",
            ScanConfig(strategy_profile_name="position", sector_neutral=True, risk_pct=0.5, top_n=40),
        ),
        (
            "Technology momentum",
            "Information Technology and Communication Services, long, with a tech rating of 60 or more.",
            ScanConfig(sectors=("Information Technology", "Communication Services"), min_tech_rating=60.0),
        ),
        (
            "Defensive income",
            "Liquid symbols of consumer staples, utilities, health care and real estate, with half the usual risk.",
            ScanConfig(
                sectors=("Consumer Staples", "Utilities", "Health Care", "Real Estate"),
                strategy_profile_name="position",
                min_dollar_volume=10_000_000.0,
                risk_pct=0.5,
            ),
        ),
        (
            "Short candidates",
            "Weak, liquid symbols to sell short.",
            ScanConfig(direction="short", min_price=5.0, min_dollar_volume=5_000_000.0),
        ),
        (
            "Quick look",
            "The 100 symbols of the highest known dollar volume: a scan of a few seconds to see how it works.",
            ScanConfig(max_symbols=100, top_n=10),
        ),
    )
)
