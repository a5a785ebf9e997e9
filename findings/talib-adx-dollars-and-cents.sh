#!/bin/sh
# TA-Lib 0.8.2 (C library 0.8.1): ADX differs between prices in dollars and in cents.
# Expected: ADX and the directional indicators are ratios of price moves, so one share
# has the same values in dollars (10.03) and in cents (1003).
# Seen: up to 4 points of ADX and 8 of -DI apart. Wilder counts no movement on a bar whose move up
# equals its move down (an outside bar, one tick wider on either side). In cents such
# ties are exact; in dollars 10.03 - 10.02 and 10.01 - 10.00 differ in the last bit, and
# nearly half of the ties are given to the side that rounding favours.
# MFI, where equal typical prices are such a tie, is the same in both units.
# Documented: no.
# Why it matters: on low-priced shares, with ranges of a few ticks, "ADX above 25" or
# "+DI above -DI" depends on the unit and on how the file was rounded; powers of two,
# the usual test of scale, show nothing.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'TA-Lib==0.8.2' 'numpy==2.4.6'
cat > "$T/t.py" <<'PY'
import numpy as np, talib
rng = np.random.default_rng(1)
close = 300 + np.cumsum(rng.integers(-2, 3, 2000))
high, low = close + rng.integers(0, 4, 2000), close - rng.integers(0, 4, 2000)
volume = rng.integers(1000, 90000, 2000).astype(float)
cents = [x.astype(float) for x in (high, low, close)]
dollars = [x / 100 for x in cents]
def moves(h, l): return np.diff(h), -np.diff(l)
up, down = moves(*cents[:2])
tie = (up == down) & (up > 0)
up, down = moves(*dollars[:2])
print("bars with equal moves up and down:", tie.sum(), "- equal in dollars too:", (tie & (up == down)).sum())
for name in ("ADX", "PLUS_DI", "MINUS_DI"):
    a, b = (getattr(talib, name)(*bars, 14)[100:] for bars in (cents, dollars))
    print(f"{name}: largest difference {np.abs(a - b).max():.2f}; bars off by more than 1: {(np.abs(a - b) > 1).sum()} of {a.size}")
a, b = (talib.ADX(*bars, 14)[100:] > 25 for bars in (cents, dollars))
print("ADX above 25 in one unit only:", (a != b).sum(), "bars")
a, b = (talib.MFI(*bars, volume, 14)[100:] for bars in (cents, dollars))
print("MFI: largest difference", round(float(np.abs(a - b).max()), 6))
PY
"$T/v/bin/python" -W ignore "$T/t.py" > "$T/got"
cat > "$T/want" <<'OUT'
bars with equal moves up and down: 60 - equal in dollars too: 34
ADX: largest difference 3.83; bars off by more than 1: 408 of 1900
PLUS_DI: largest difference 6.22; bars off by more than 1: 138 of 1900
MINUS_DI: largest difference 7.80; bars off by more than 1: 254 of 1900
ADX above 25 in one unit only: 41 bars
MFI: largest difference 0.0
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
