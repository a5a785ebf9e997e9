"""The presets that are shipped: a starting point for each kind of scan; read-only."""

from __future__ import annotations

from technic_scanner.domain.config import ScanConfig
from technic_scanner.runs.model import Preset

SHIPPED: tuple[Preset, ...] = tuple(
    Preset(name=name, config=config, description=description, builtin=True)
    for name, description, config in (
        (
            "Swing, whole market",
            "Every symbol of the source, long, held for days to weeks; the 25 best.",
            ScanConfig(top_n=25),
        ),
        (
            "Breakouts",
            "Symbols leaving a range on volume, liquid ones only, with a wider target.",
            ScanConfig(
                strategy_profile_name="breakout", min_dollar_volume=5_000_000.0, min_tech_rating=55.0, target_rr=3.0
            ),
        ),
        (
            "Mean reversion, both directions",
            "Stretched symbols that may snap back, long and short, with a near target.",
            ScanConfig(strategy_profile_name="mean_reversion", direction="both", target_rr=1.5),
        ),
        (
            "Position leaders, sector-neutral",
            "The strongest of each sector for weeks to months, small risk per position.",
            ScanConfig(strategy_profile_name="position", sector_neutral=True, risk_pct=0.5, top_n=40),
        ),
        (
            "Technology momentum",
            "Information Technology and Communication Services, long, rated 60 or better.",
            ScanConfig(sectors=("Information Technology", "Communication Services"), min_tech_rating=60.0),
        ),
        (
            "Defensive income",
            "Staples, utilities, health care and real estate, large and liquid, half the usual risk.",
            ScanConfig(
                sectors=("Consumer Staples", "Utilities", "Health Care", "Real Estate"),
                strategy_profile_name="position",
                min_dollar_volume=10_000_000.0,
                risk_pct=0.5,
            ),
        ),
        (
            "Short candidates",
            "Weak symbols to sell short, liquid ones only.",
            ScanConfig(direction="short", min_price=5.0, min_dollar_volume=5_000_000.0),
        ),
        (
            "Quick look",
            "The first 100 symbols of the universe: a scan of seconds, to see how it works.",
            ScanConfig(max_symbols=100, top_n=10),
        ),
    )
)
