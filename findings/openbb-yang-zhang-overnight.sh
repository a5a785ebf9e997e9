#!/bin/sh
# openbb-technical 2.0.1: the Yang-Zhang volatility counts overnight moves more than once.
# Expected: the estimator of Yang and Zhang (2000) is the variance of the overnight moves, plus k
# times that of the moves from open to close, plus (1 - k) times Rogers and Satchell's. A share that
# moves only between close and next open has the standard deviation of its overnight moves.
# Seen: k is given to the moves from close to close, in which the overnight moves are once more:
# 7 % too much for such a share. The mean is not taken off either: a share that goes up 1 % each night
# has a volatility of 17 % a year, and 0 by the paper.
# Documented: no; the docstring says "combination of the overnight and a weighted average of the
# Rogers-Satchell volatility and the open-to-close volatility".
# Why it matters: the estimator is chosen for shares with gaps; the volatility cone is too wide there.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'openbb-technical==2.0.1' 'pandas==3.1.1' 'numpy==2.4.6'
cat > "$T/t.py" <<'PY'
import numpy as np, pandas as pd
from openbb_technical.helpers import yang_zhang

N = 30

def paper(bars):
    night = np.log(bars.open / bars.close.shift()).iloc[-N:]
    day, up, down = (np.log(bars[x] / bars.open).iloc[-N:] for x in ("close", "high", "low"))
    rs = (up * (up - day) + down * (down - day)).mean()
    k = 0.34 / (1.34 + (N + 1) / (N - 1))
    return ((night.var() + k * day.var() + (1 - k) * rs) * 252) ** 0.5

def show(what, nights, days):
    close = 100 * np.exp(np.cumsum(nights + days))
    opened = close / np.exp(days)
    bars = pd.DataFrame({"open": opened, "close": close})
    bars["high"], bars["low"] = bars.max(axis=1), bars.min(axis=1)
    print(f"{what}: openbb {yang_zhang(bars, window=N).iloc[-1]:.4f}, paper {paper(bars):.4f}")

moves = np.tile([0.01, -0.01], 40)
show("moves at night alone ", moves, 0 * moves)
show("moves by day alone   ", 0 * moves, moves)
show("up 1 % every night   ", np.full(80, 0.01), np.zeros(80))
PY
"$T/v/bin/python" -W ignore "$T/t.py" > "$T/got"
cat "$T/got"
cat > "$T/want" <<'OUT'
moves at night alone : openbb 0.1725, paper 0.1615
moves by day alone   : openbb 0.0607, paper 0.0607
up 1 % every night   : openbb 0.1725, paper 0.0000
OUT
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
