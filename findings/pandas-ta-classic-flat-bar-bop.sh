#!/bin/sh
# pandas-ta-classic 0.8.32: a bar with one price has Balance of Power +1.
# Expected: BOP = (close-open)/(high-low); on a bar with open = high = low = close
# it is 0 (as TA-Lib has it) or NaN.
# Seen: +1, the strongest buying there is. The relative vigor index, built of the
# same two differences, also stands at its top, +1, through a flat stretch. Both
# parts of the 0/0 are replaced by the same tiny number, so the quotient is 1.
# Documented: the helper non_zero_range says that zeros become epsilon; the help of
# the two indicators does not say what a flat bar gives.
# Why it matters: halted and untraded stocks come out on top of a "buyers in
# control" ranking.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'pandas-ta-classic==0.8.32' 'pandas==3.1.1' 'numpy==2.4.6'
cat > "$T/t.py" <<'PY'
import pandas as pd, pandas_ta_classic as ta
close = pd.Series([10.0, 10.3, 10.1, 10.4, 10.2] * 6 + [10.1] * 40)
open_, high, low = close.shift(1).fillna(10.0), close + 0.25, close - 0.25
flat = close.index >= 31
open_[flat] = high[flat] = low[flat] = close[flat]
bop = ta.bop(open_, high, low, close)
rvgi = ta.rvgi(open_, high, low, close)
print("BOP on the last moving bars:", [round(float(x), 2) for x in bop[25:30]])
print("BOP on one-price bars:      ", [float(x) for x in bop[-5:]])
print("RVGI last moving, flat:     ", round(float(rvgi.iloc[29, 0]), 2), round(float(rvgi.iloc[-1, 0]), 6))
PY
"$T/v/bin/python" -W ignore "$T/t.py" > "$T/got"
cat > "$T/want" <<'OUT'
BOP on the last moving bars: [-0.4, 0.6, -0.4, 0.6, -0.4]
BOP on one-price bars:       [1.0, 1.0, 1.0, 1.0, 1.0]
RVGI last moving, flat:      0.01 0.0
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
