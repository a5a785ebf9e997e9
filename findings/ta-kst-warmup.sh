#!/bin/sh
# ta 0.11.0: KST's first values use prices that are still in the future.
# Expected: KST (rates of change over 10 to 30 bars, then averages) is NaN until
# there is history, and a value once printed for a bar never changes when later
# bars arrive: it looks back only. fillna=False is the default.
# Seen: numbers from bar 14 on, although the first true KST needs 45 bars; the
# missing "n bars ago" prices are filled with the mean of the WHOLE series, so
# the same bars get other numbers once later bars exist.
# Documented: no; fillna=False says "if True, fill nan values".
# Why it matters: look-ahead in a backtest of new listings, and a daily scan that
# does not reproduce yesterday's value for the same day.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'ta==0.11.0' 'pandas==3.1.1' 'numpy==2.4.6'
cat > "$T/t.py" <<'PY'
import numpy as np, pandas as pd
from ta.trend import KSTIndicator
i = np.arange(200.0)
close = pd.Series(100 + 5 * np.sin(i / 7) + np.where(i > 120, (i - 120) * 2, 0))
for bars in (60, 120, 200):
    kst = KSTIndicator(close[:bars]).kst()
    print(f"{bars} bars known: first number at bar {kst.first_valid_index()}, "
          f"bar 20 {kst[20]:.2f}, bar 30 {kst[30]:.2f}, bar 50 {kst[50]:.2f}")
PY
"$T/v/bin/python" -W ignore "$T/t.py" > "$T/got"
cat > "$T/want" <<'OUT'
60 bars known: first number at bar 14, bar 20 25.29, bar 30 -40.16, bar 50 9.38
120 bars known: first number at bar 14, bar 20 29.77, bar 30 -38.02, bar 50 9.38
200 bars known: first number at bar 14, bar 20 -156.39, bar 30 -126.83, bar 50 9.38
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
