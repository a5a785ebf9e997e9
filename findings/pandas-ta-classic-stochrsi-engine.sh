#!/bin/sh
# pandas-ta-classic 0.8.32 with TA-Lib 0.8.2: stochrsi(talib=True) moves both lines.
# Expected: talib= chooses who computes; STOCHRSIk_14_14_3_3 (k=3 smoothing) and
# STOCHRSId_14_14_3_3 (d=3) mean the same either way, to rounding.
# Seen: with talib=True column k is the unsmoothed stochastic (k= has no effect,
# though the column's name still says 3) and column d is what the native engine
# calls k, so k and d cross on other bars.
# Documented: no; the help says only that talib=True returns the TA Lib version.
# Why it matters: a k/d-cross or k<20 screen gives other stocks on the machine
# where the faster engine is turned on, under the same column names.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'pandas-ta-classic==0.8.32' 'pandas==3.1.1' 'numpy==2.4.6' 'TA-Lib==0.8.2'
cat > "$T/t.py" <<'PY'
import numpy as np, pandas as pd, pandas_ta_classic as ta
i = np.arange(300.0)
close = pd.Series(100 + 8 * np.sin(i / 9) + 3 * np.sin(i * 1.7) + 2 * np.cos(i * 0.37))
got = {}
for engine in (False, True):
    k, d = (ta.stochrsi(close, talib=engine).iloc[:, j] for j in (0, 1))
    above = (k > d)[60:]
    got[engine] = k, d
    print(f"talib={engine}: {k.name} k {k.iloc[-1]:.3f}  d {d.iloc[-1]:.3f}  "
          f"crossings {int((above != above.shift()).sum() - 1)}  k below 20: {int((k < 20).sum())}")
print("d with talib=True equals k without:", np.allclose(got[True][1][60:], got[False][0][60:]))
PY
"$T/v/bin/python" -W ignore "$T/t.py" > "$T/got"
cat > "$T/want" <<'OUT'
talib=False: STOCHRSIk_14_14_3_3 k 17.198  d 24.887  crossings 114  k below 20: 55
talib=True: STOCHRSIk_14_14_3_3 k 5.648  d 17.198  crossings 129  k below 20: 61
d with talib=True equals k without: True
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
