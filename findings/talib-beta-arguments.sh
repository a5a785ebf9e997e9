#!/bin/sh
# TA-Lib 0.8.2 (C library 0.8.1): BETA(stock, index) answers 1/beta.
# Expected: the algorithm's description in the C source says the stock's prices are
# real0 and the index's real1, so a stock that moves exactly twice its index has
# BETA(stock, index) = 2.
# Seen: 0.5. The slope is that of real1 on real0, so the index must come FIRST.
# Documented: only the other way round (the C comment); the Python help names the
# inputs real0 and real1 and is silent.
# Why it matters: a screen for low-beta stocks picks the high-beta ones; no error,
# and for a stock with beta near 1 the number even looks right.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'TA-Lib==0.8.2' 'numpy==2.4.6'
cat > "$T/t.py" <<'PY'
import numpy as np, talib
move = np.tile([0.01, -0.008, 0.004, 0.012, -0.015, 0.006], 10)
index = 1000 * np.cumprod(1 + move)
stock = 50 * np.cumprod(1 + 2 * move)
print("BETA(stock, index, 20) =", round(float(talib.BETA(stock, index, 20)[-1]), 6))
print("BETA(index, stock, 20) =", round(float(talib.BETA(index, stock, 20)[-1]), 6))
PY
"$T/v/bin/python" -W ignore "$T/t.py" > "$T/got"
cat > "$T/want" <<'OUT'
BETA(stock, index, 20) = 0.5
BETA(index, stock, 20) = 2.0
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
