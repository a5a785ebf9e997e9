#!/bin/sh
# PyPortfolioOpt 1.6.0: one missing price removes the move across it.
# Expected: mean_historical_return with compounding (the default) is the yearly
# growth from the first price to the last; a missing day in between does not
# change it.
# Seen: a share that loses half over a one-day halt is reported with the same
# +10 % a year as one that never fell; filled forward first it is -45 %. The two
# returns next to the gap are NaN and are left out of the product, so the fall is
# never counted, and no warning is given.
# Documented: no; the help speaks only of the geometric mean.
# Why it matters: halts happen around the worst news; the optimiser then buys the
# halted stock.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'PyPortfolioOpt==1.6.0' 'pandas==2.3.3' 'numpy==2.4.6' 'cvxpy==1.9.3' 'packaging==26.4'
cat > "$T/t.py" <<'PY'
import numpy as np, pandas as pd
from pypfopt.expected_returns import mean_historical_return
steady = np.linspace(100, 110, 253)
halted = steady.copy()
halted[101:] *= 0.5
halted[100] = np.nan
prices = pd.DataFrame({"steady": steady, "halted": halted}, index=pd.bdate_range("2025-01-01", periods=253))
print("first to last price:  ", (prices.iloc[-1] / prices.iloc[0] - 1).round(4).to_dict())
print("as given:             ", mean_historical_return(prices).round(4).to_dict())
print("filled forward before:", mean_historical_return(prices.ffill()).round(4).to_dict())
PY
"$T/v/bin/python" -W ignore "$T/t.py" > "$T/got"
cat > "$T/want" <<'OUT'
first to last price:   {'steady': 0.1, 'halted': -0.45}
as given:              {'steady': 0.1, 'halted': 0.1}
filled forward before: {'steady': 0.1, 'halted': -0.45}
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
