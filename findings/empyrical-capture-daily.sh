#!/bin/sh
# empyrical-reloaded 0.7.1: a fund that moves twice its index has an up capture of 5 to 7, not 2.
# Expected: up capture compares the fund's and the index's returns on the days on which the
# index rose: 2 (or a little more) for a fund that moves twice as much, and the same for down.
# Seen: 5.43 up and 1.15 down on daily returns. The returns of the up days alone are
# compounded to a whole year each (252 rises in a row) before they are divided, so the
# number depends on the frequency: 2.45 and 1.81 for the same walk by months.
# Documented: only as a ratio of annual returns; daily is the default period.
# Why it matters: any leveraged or merely livelier stock looks as if it caught rises and
# avoided falls; "up capture above 120 %, down capture below 120 %" ranks by beta.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check --no-compile 'empyrical-reloaded==0.7.1' 'pandas==2.3.3' 'numpy==2.4.6'
cat > "$T/t.py" <<'PY'
import numpy as np, pandas as pd, empyrical as ep
days = pd.bdate_range("2024-01-01", periods=520)
index = pd.Series(np.tile([0.012, -0.010, 0.004, -0.005, 0.002], 104), days)
double = 2 * index
print("up capture of 2x, daily:     ", round(float(ep.up_capture(double, index)), 2))
print("down capture of 2x, daily:   ", round(float(ep.down_capture(double, index)), 2))
print("up / down of 2x, daily:      ", round(float(ep.up_down_capture(double, index)), 2))
up = index > 0
print("mean on up days, 2x / index: ", round(float(double[up].mean() / index[up].mean()), 2))
month = lambda r: (1 + r).resample("ME").prod() - 1
walk = pd.Series(np.random.default_rng(1).normal(0.0005, 0.01, 520), days)
print("random walk, daily: up", round(float(ep.up_capture(2 * walk, walk)), 2), "down", round(float(ep.down_capture(2 * walk, walk)), 2))
print("random walk, monthly: up", round(float(ep.up_capture(month(2 * walk), month(walk), period="monthly")), 2),
      "down", round(float(ep.down_capture(month(2 * walk), month(walk), period="monthly")), 2))
PY
"$T/v/bin/python" -W ignore "$T/t.py" 2> "$T/err" > "$T/got" || { cat "$T/err"; exit 1; }
cat > "$T/want" <<'OUT'
up capture of 2x, daily:      5.43
down capture of 2x, daily:    1.15
up / down of 2x, daily:       4.72
mean on up days, 2x / index:  2.0
random walk, daily: up 6.8 down 1.16
random walk, monthly: up 2.45 down 1.81
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
