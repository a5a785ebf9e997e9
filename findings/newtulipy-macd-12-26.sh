#!/bin/sh
# newtulipy 0.4.6 (Tulip Indicators): macd with 12 and 26 is not made of its own ema of 12 and 26.
# Expected: macd(fast, slow) is ema(fast) - ema(slow) for every pair of periods, as in
# TA-Lib's MACD; the package's own apo(fast, slow) says the same.
# Seen: true for (12, 25), (12, 27), (11, 26) and all others tried, but for (12, 26), which
# everybody uses, the weights are 0.15 and 0.075 and not 2/13 and 2/27: that is TA-Lib's MACDFIX.
# Documented: no; the parameters are called short_period and long_period, without an exception.
# Why it matters: the commonest MACD differs by some 5 % from what other programs show,
# crosses its signal on other days, and a study over periods has a step at the one
# pair that it is compared with.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'newtulipy==0.4.6' 'TA-Lib==0.8.2' 'numpy==2.4.6'
cat > "$T/t.py" <<'PY'
import numpy as np, talib, tulipy
day = np.arange(500)
close = 50 + 8 * np.sin(day / 17) + 3 * np.cos(day / 5)
for fast, slow in ((12, 25), (12, 26), (12, 27), (11, 26)):
    ours = tulipy.macd(close, fast, slow, 9)[0][-1]
    own = tulipy.ema(close, fast)[-1] - tulipy.ema(close, slow)[-1]
    apo = tulipy.apo(close, fast, slow)[-1]
    print(f"({fast}, {slow}) macd {ours:.6f}  ema - ema {own:.6f}  apo {apo:.6f}  "
          f"TA-Lib MACD {talib.MACD(close, fast, slow, 9)[0][-1]:.6f}")
print(f"TA-Lib MACDFIX {talib.MACDFIX(close)[0][-1]:.6f}")
macd, signal, _ = tulipy.macd(close, 12, 26, 9)
theirs, line, _ = talib.MACD(close)
up = lambda a, b: set(np.flatnonzero((a[1:] > b[1:]) & (a[:-1] <= b[:-1])) - len(a) + 500)
print("days of crossing up that both have:", len(up(macd, signal) & up(theirs, line)), "of", len(up(theirs, line)))
PY
"$T/v/bin/python" -W ignore "$T/t.py" > "$T/got"
cat "$T/got"
cat > "$T/want" <<'OUT'
(12, 25) macd -1.906638  ema - ema -1.906638  apo -1.906638  TA-Lib MACD -1.906638
(12, 26) macd -1.966694  ema - ema -2.050308  apo -2.050308  TA-Lib MACD -2.050308
(12, 27) macd -2.190018  ema - ema -2.190018  apo -2.190018  TA-Lib MACD -2.190018
(11, 26) macd -2.147060  ema - ema -2.147060  apo -2.147060  TA-Lib MACD -2.147060
TA-Lib MACDFIX -1.966694
days of crossing up that both have: 14 of 15
OUT
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
