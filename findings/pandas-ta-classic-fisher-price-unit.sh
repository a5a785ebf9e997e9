#!/bin/sh
# pandas-ta-classic 0.8.32: fisher and msw depend on the unit of the price.
# Expected: the Fisher transform places the price inside its 9-bar range and the
# MESA sine wave gives a phase: both are pure numbers, the same for a share in
# dollars and in cents, as RSI and nearly all of the package's oscillators are.
# Seen: with the same bars quoted in a unit 100,000 times larger (a coin at
# 0.00012) the Fisher line loses its swings and msw stands at two fixed numbers.
# Both hold a bare 0.001 that a range is compared with.
# Documented: no.
# Why it matters: FX pairs, sub-cent coins and pence/pound quotes of one share get
# different signals; no error is raised.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'pandas-ta-classic==0.8.32' 'pandas==3.1.1' 'numpy==2.4.6'
cat > "$T/t.py" <<'PY'
import numpy as np, pandas as pd, pandas_ta_classic as ta
i = np.arange(200.0)
close = pd.Series(12 + np.sin(i / 3) + 0.4 * np.sin(i / 1.3))
for unit in (1.0, 1e-5):
    c = close * unit
    rsi = ta.rsi(c).iloc[-1]
    fisher = ta.fisher(c + 0.1 * unit, c - 0.1 * unit).iloc[:, 0]
    sine = ta.msw(c, length=5).iloc[:, 0].dropna()
    print(f"price in {unit:g}: RSI {rsi:.4f}  Fisher from {fisher.min():.2f} to {fisher.max():.2f}  "
          f"msw takes {sine.round(6).nunique()} values")
PY
"$T/v/bin/python" -W ignore "$T/t.py" > "$T/got"
cat > "$T/want" <<'OUT'
price in 1: RSI 45.8799  Fisher from -3.15 to 3.40  msw takes 195 values
price in 1e-05: RSI 45.8799  Fisher from -7.60 to 0.00  msw takes 2 values
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
