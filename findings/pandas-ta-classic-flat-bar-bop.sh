#!/bin/sh
# pandas-ta-classic 0.8.32: a bar with one price has Balance of Power +1.
# Expected: BOP = (close-open)/(high-low); on a bar with open = high = low = close
# it is 0 (as TA-Lib has it) or NaN.
# Seen: +1, the strongest buying there is. Both zeros of the 0/0 are replaced by
# the same tiny number, so the quotient is 1. talib=True gives 0 for the same bar.
# Documented: the helper non_zero_range says that zeros become epsilon; the help of
# bop does not say what a one-price bar gives.
# Why it matters: halted and untraded stocks come out on top of a "buyers in
# control" ranking, and the engine switch turns the best score into a neutral one.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'pandas-ta-classic==0.8.32' 'pandas==3.1.1' 'numpy==2.4.6' 'TA-Lib==0.8.2'
cat > "$T/t.py" <<'PY'
import pandas as pd, pandas_ta_classic as ta
close = pd.Series([10.0, 10.3, 10.1, 10.4, 10.2] * 2 + [10.1] * 10)
open_, high, low = close.shift(1).fillna(10.0), close + 0.25, close - 0.25
flat = close.index >= 11
open_[flat] = high[flat] = low[flat] = close[flat]
for engine in (False, True):
    bop = ta.bop(open_, high, low, close, talib=engine)
    print(f"talib={engine}: moving", [round(float(x), 2) for x in bop[6:10]], "one price", [float(x) for x in bop[-3:]])
PY
"$T/v/bin/python" -W ignore "$T/t.py" > "$T/got"
cat > "$T/want" <<'OUT'
talib=False: moving [0.6, -0.4, 0.6, -0.4] one price [1.0, 1.0, 1.0]
talib=True: moving [0.6, -0.4, 0.6, -0.4] one price [0.0, 0.0, 0.0]
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
