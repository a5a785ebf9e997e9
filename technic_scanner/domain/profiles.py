"""The six sub-scores of a chart and the weight that each strategy profile gives them."""

from __future__ import annotations

SUB_SCORES: tuple[str, ...] = ("trend", "momentum", "volume", "volatility", "oscillator", "breakout")

Weights = tuple[float, float, float, float, float, float]

# In the order of SUB_SCORES; each row sums to 1.
PROFILE_WEIGHTS: dict[str, Weights] = {
    "short_term_swing": (3 / 11, 3 / 11, 2 / 11, 1 / 11, 1 / 11, 1 / 11),
    "position": (0.35, 0.30, 0.10, 0.15, 0.05, 0.05),
    "mean_reversion": (0.25, 0.0, 0.10, 0.15, 0.50, 0.0),
    "breakout": (0.20, 0.15, 0.20, 0.10, 0.0, 0.35),
}
STRATEGY_PROFILES: tuple[str, ...] = tuple(PROFILE_WEIGHTS)
