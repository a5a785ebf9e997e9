#!/bin/sh
# polars 2.1.0: rolling_corr leaves [-1, 1] at ordinary price levels.
# Expected: a correlation between -1 and 1, equal to pandas' and numpy's to about
# 6 digits; NaN (or null) where a window does not move.
# Seen: two series that move together by half a tick around 100,000 (a coin in
# dollars, an index level) get correlations far outside; a halted stock at 10.01
# gets -inf where NaN is right. pandas gives 1 and NaN.
# Documented: no; open reports in polars' tracker show the same kind of number.
# Why it matters: "correlation below -0.8" finds pairs that move as one, and -inf
# spreads into every average of the screen.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'polars==2.1.0' 'pandas==3.1.1' 'numpy==2.4.6'
cat > "$T/t.py" <<'PY'
import numpy as np, pandas as pd, polars as pl
def both(x, y, window):
    p = pl.DataFrame({"x": x, "y": y}).select(pl.rolling_corr("x", "y", window_size=window)).to_series()
    d = pd.Series(x).rolling(window).corr(pd.Series(y))
    return p.to_numpy()[window - 1:], d.to_numpy()[window - 1:]
tick = np.array([0, 1, 2, 1, 0, 2, 1, 0, 1, 2, 1, 2] * 5) * 0.005
p, d = both(100_000 + tick, 100_000 + tick, 4)
print("same series: polars has windows outside [-1, 1]:", bool((abs(p) > 1.001).any()),
      " pandas:", bool((abs(d) > 1.001).any()))
p, d = both(np.full(8, 10.01), np.arange(8.0), 4)
print("halted stock: polars has an infinite correlation:", bool(np.isinf(p).any()), " pandas:", bool(np.isinf(d).any()))
PY
"$T/v/bin/python" -W ignore "$T/t.py" > "$T/got"
cat > "$T/want" <<'OUT'
same series: polars has windows outside [-1, 1]: True  pandas: False
halted stock: polars has an infinite correlation: True  pandas: False
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
