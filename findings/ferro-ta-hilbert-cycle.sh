#!/bin/sh
# ferro-ta 1.6.0: the cycle phase runs backwards, and a straight trend is "no trend".
# Expected: HT_SINE and HT_DCPHASE of a pure sine of 20 bars follow it, +18 degrees a
# bar, and HT_TRENDMODE of a straight line is 1, as in TA-Lib, whose names and arguments
# it offers ("a TA-Lib-compatible API").
# Seen: the phase falls by 18 degrees a bar, the sine runs against the price's own, and
# the trend mode of a straight line is 0 throughout: its test is "period below 20 bars".
# The dominant period itself agrees.
# Documented: the readme lists the Hilbert functions as not exact, which reads like
# rounding or seeding, not like another direction; the docstring names the period test.
# Why it matters: the crossing of sine and lead sine, the signal, comes with the sign
# turned round, and a filter "only in trends" keeps what it should leave out.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'ferro-ta==1.6.0' 'TA-Lib==0.8.2' 'numpy==2.4.6'
cat > "$T/t.py" <<'PY'
import ferro_ta, numpy as np, talib
bars = np.arange(400)
wave = 100 + 5 * np.sin(2 * np.pi * bars / 20)
line = np.linspace(50, 150, 400)
print("true:    sine", np.sin(2 * np.pi * bars / 20)[-4:].round(2) + 0.0)
for name, library in (("TA-Lib", talib), ("ferro-ta", ferro_ta)):
    phase = np.asarray(library.HT_DCPHASE(wave))[-200:]
    steps = (np.diff(phase) + 180) % 360 - 180
    print(f"{name:8} period {np.asarray(library.HT_DCPERIOD(wave))[-1]:.1f}, sine", np.asarray(library.HT_SINE(wave)[0])[-4:].round(2) + 0.0,
          f"- phase a bar {np.median(steps):+.1f}, trend mode of a straight line {np.asarray(library.HT_TRENDMODE(line))[-100:].mean():.0f}")
PY
"$T/v/bin/python" -W ignore "$T/t.py" > "$T/got"
cat > "$T/want" <<'OUT'
true:    sine [-0.95 -0.81 -0.59 -0.31]
TA-Lib   period 20.0, sine [-0.95 -0.81 -0.59 -0.31] - phase a bar +18.0, trend mode of a straight line 1
ferro-ta period 20.0, sine [-0.32  0.    0.32  0.61] - phase a bar -18.0, trend mode of a straight line 0
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
