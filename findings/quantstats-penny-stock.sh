#!/bin/sh
# quantstats 0.0.86: a price series below 1 is taken for returns.
# Expected: max_drawdown(prices), whose parameter is named prices, of a share that
# falls from 0.50 to 0.40 is -20 %, as it is when the share is quoted in cents.
# Seen: 0 %, and no warning: when no value is above 1 the prices are compounded as
# if each were a day's gain of 50 %, 40 % ... A long run of gains has no drawdown.
# The other way round, returns without a loss and with one day above +100 % are
# taken for prices, and their best day becomes +1,400 %.
# Documented: the guess is named in comments inside the package, not in the help
# of the statistics.
# Why it matters: penny stocks, warrants and many coins show no risk at all.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'quantstats==0.0.86' 'pandas==2.3.3' 'numpy==2.4.6'
cat > "$T/t.py" <<'PY'
import pandas as pd, quantstats as qs
days = pd.bdate_range("2026-01-05", periods=6)
dollars = pd.Series([0.50, 0.40, 0.45, 0.60, 0.55, 0.58], days)
print("max drawdown, price in dollars:", round(float(qs.stats.max_drawdown(dollars)), 6))
print("max drawdown, price in cents:  ", round(float(qs.stats.max_drawdown(dollars * 100)), 6))
print("ulcer index, dollars and cents:", *(round(float(qs.stats.ulcer_index(dollars * k)), 4) for k in (1, 100)))
gains = pd.Series([0.10, 1.50, 0.20, 0.30], days[:4])
print("best day of", gains.tolist(), "is", round(float(qs.stats.best(gains)), 4))
PY
"$T/v/bin/python" -W ignore "$T/t.py" > "$T/got"
cat > "$T/want" <<'OUT'
max drawdown, price in dollars: 0.0
max drawdown, price in cents:   -0.2
ulcer index, dollars and cents: 0.0 0.1078
best day of [0.1, 1.5, 0.2, 0.3] is 14.0
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
