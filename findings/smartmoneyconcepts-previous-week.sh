#!/bin/sh
# smartmoneyconcepts 0.0.27: on daily bars the "previous week" is the week before the previous one.
# Expected: previous_high_low(bars, "1W") gives each day the high of the week before its own.
# Seen: of the week before that, on every day. It takes the last but one weekly label that lies
# before the bar, and pandas labels a week by its last day: the current week is not among
# those, so the count is one too far back. By days it is so for the bar at 00:00 alone
# (the label is then not before the bar): hourly bars show it at midnight.
# Documented: "the previous high and low of the given time frame".
# Why it matters: the break of last week's high is the signal; in a rising market the level is too
# low, and BrokenHigh is 1 on bars that broke nothing.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check --no-compile 'smartmoneyconcepts==0.0.27' 'pandas==2.3.3' 'numpy==2.4.6'
cat > "$T/t.py" <<'PY'
import numpy as np, pandas as pd
from smartmoneyconcepts import smc
days = pd.bdate_range("2026-01-05", "2026-01-30")  # four full weeks; in week n the high is 100 + n
week = np.arange(len(days)) // 5 + 1
bars = pd.DataFrame({"open": 100.0, "high": 100.0 + week, "low": 100.0 - week, "close": 100.0, "volume": 1.0}, days)
got = smc.previous_high_low(bars, time_frame="1W")["PreviousHigh"]
for k in (9, 10, 14, 15, 19):
    print(f"{days[k]:%a %d %B}, week {week[k]}: PreviousHigh {got[k]}, high of the week before {99.0 + week[k]}")
hours = pd.date_range("2026-01-05", periods=96, freq="1h")
day = np.arange(96) // 24 + 1
crypto = pd.DataFrame({"open": 100.0, "high": 100.0 + day, "low": 100.0 - day, "close": 100.0, "volume": 1.0}, hours)
got = smc.previous_high_low(crypto, time_frame="1D")["PreviousHigh"]
print("hourly bars, day 4:", {f"{hours[k]:%H:%M}": float(got[k]) for k in (72, 73, 95)}, "high of day 3: 103.0")
PY
SMC_CREDIT=0 "$T/v/bin/python" -W ignore "$T/t.py" 2> "$T/err" > "$T/got" || { cat "$T/err"; exit 1; }
cat > "$T/want" <<'OUT'
Fri 16 January, week 2: PreviousHigh nan, high of the week before 101.0
Mon 19 January, week 3: PreviousHigh 101.0, high of the week before 102.0
Fri 23 January, week 3: PreviousHigh 101.0, high of the week before 102.0
Mon 26 January, week 4: PreviousHigh 102.0, high of the week before 103.0
Fri 30 January, week 4: PreviousHigh 102.0, high of the week before 103.0
hourly bars, day 4: {'00:00': 102.0, '01:00': 103.0, '23:00': 103.0} high of day 3: 103.0
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
