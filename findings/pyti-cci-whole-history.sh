#!/bin/sh
# pyti 0.3.0: the CCI divides by one number for all bars: the mean deviation of the WHOLE history.
# Expected: commodity_channel_index(..., 20) divides by the mean deviation of the typical price over
# the last 20 bars, as Lambert defined it and as the docstring's formula and TA-Lib say.
# Seen: the deviation of every bar of the input from the mean of the whole input. A trend in the
# history makes it many times larger: no bar comes near +-100, and each new bar changes all the
# values before it.
# Documented: no; "CCI = (TP - SMA(TP)) / (0.015 * Mean Deviation)".
# Why it matters: a screen for CCI above 100 finds nothing in a market with a trend, and a backtest
# of one sees the future: how far prices will have moved when the history ends.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'pyti==0.3.0' 'TA-Lib==0.8.2' 'numpy==2.4.6' 'pandas==3.1.1'
cat > "$T/t.py" <<'PY'
import numpy as np, talib
from pyti.commodity_channel_index import commodity_channel_index

day = np.arange(300)
close = 20 + 0.1 * day + 2 * np.sin(day / 6)
high, low = close + 0.3, close - 0.3

def at(bar, bars):
    values = commodity_channel_index(close[:bars].tolist(), high[:bars].tolist(), low[:bars].tolist(), 20)
    return f"{values[bar]:.2f}"

theirs = talib.CCI(high, low, close, 20)
print("bar 100 of 101, 200 and 300 bars, pyti:", at(100, 101), at(100, 200), at(100, 300))
print("bar 100 of 101, 200 and 300 bars, TA-Lib:", *(f"{talib.CCI(high[:n], low[:n], close[:n], 20)[100]:.2f}" for n in (101, 200, 300)))
ours = np.asarray(commodity_channel_index(close.tolist(), high.tolist(), low.tolist(), 20))
print("bars above 100, pyti and TA-Lib:", int((ours > 100).sum()), int((theirs > 100).sum()))
PY
"$T/v/bin/python" -W ignore "$T/t.py" > "$T/got"
cat "$T/got"
cat > "$T/want" <<'OUT'
bar 100 of 101, 200 and 300 bars, pyti: -34.90 -18.31 -12.32
bar 100 of 101, 200 and 300 bars, TA-Lib: -147.07 -147.07 -147.07
bars above 100, pyti and TA-Lib: 0 101
OUT
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
