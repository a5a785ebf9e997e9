#!/bin/sh
# TA-Lib 0.8.2: on a flat range the same bars are oversold and overbought at once.
# Expected: Williams %R is the stochastic's fast %K less 100 by definition, so the
# two agree on every bar (or are both NaN where high = low over the window, as 0/0).
# Seen: on ordinary bars they agree; when 14 bars have one price (a halted or
# suspended stock, a pegged fund), %K = 0 (its oversold end) and %R = 0 (its
# overbought end). Aroon up and down are both 100 there.
# Documented: no.
# Why it matters: a halted stock passes an oversold screen by %K < 20 and an
# overbought screen by %R > -20 in the same scan; no NaN marks it.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'TA-Lib==0.8.2' 'numpy==2.4.6'
cat > "$T/t.py" <<'PY'
import numpy as np, talib
def show(what, high, low, close):
    k = talib.STOCHF(high, low, close, 14, 3, 0)[0][-1]
    r = talib.WILLR(high, low, close, 14)[-1]
    down, up = (x[-1] for x in talib.AROON(high, low, 14))
    print(f"{what}: %K {k:.2f}  %K-100 {k - 100:.2f}  %R {r:.2f}  Aroon up {up:.0f} down {down:.0f}")
close = 20 + np.sin(np.arange(40.0))
show("moving", close + 0.5, close - 0.5, close)
flat = np.full(40, 20.0)
show("halted", flat, flat, flat)
PY
"$T/v/bin/python" -W ignore "$T/t.py" > "$T/got"
cat > "$T/want" <<'OUT'
moving: %K 82.08  %K-100 -17.92  %R -17.92  Aroon up 57 down 79
halted: %K 0.00  %K-100 -100.00  %R 0.00  Aroon up 100 down 100
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
