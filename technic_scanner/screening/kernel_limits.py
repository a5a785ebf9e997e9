"""Which prices the kernels take as such and how far back they look: known without loading the kernels themselves."""

from __future__ import annotations

# NaN, infinity and prices that would overflow when squared all fail ``size < LIMIT``.
LIMIT = 1e60
# Closes to divide by or take the log of; the quotient of two of them, squared, is finite.
LEAST_PRICE = 1e-60
# Wilder's averages forget a bar as (13 / 14) ** age: what lies 400 bars back weighs 4e-13, and no window is longer.
BARS_NEEDED = 400
BETA_RETURNS = 252
