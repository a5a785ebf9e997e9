#!/bin/sh
# QuantLib 1.44: the Buenos Aires calendar trades on Christmas Day, Warsaw's on
# Good Friday.
# Expected: Argentina(Merval) and Poland(WSE) are closed on 25 December and on Good
# Friday, as both exchanges always are (exchange_calendars XBUE and XWAR agree).
# Seen: isBusinessDay is true. Argentina closes on 24 and 31 December instead, so
# the year has one day too many and two days the market did trade are missing.
# Documented: the class's own holiday list leaves the two days out, without a word.
# Why it matters: next-session arithmetic plans a scan on a closed market, and
# "bar missing" checks blame the data source for 25 December.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'QuantLib==1.44' 'exchange_calendars==4.13.2' 'pandas==3.1.1' 'numpy==2.4.6'
cat > "$T/t.py" <<'PY'
import exchange_calendars as xc, pandas as pd, QuantLib as ql
for name, cal, mic, days in [
    ("Argentina(Merval)", ql.Argentina(ql.Argentina.Merval), "XBUE", ["2024-12-24", "2024-12-25", "2025-12-25", "2026-12-25"]),
    ("Poland(WSE)", ql.Poland(ql.Poland.WSE), "XWAR", ["2024-03-29", "2025-04-18", "2026-04-03"])]:
    sessions = xc.get_calendar(mic, start="2024-01-02", end="2026-12-30").sessions
    for d in map(pd.Timestamp, days):
        print(f"{name} {d:%a %Y-%m-%d}: QuantLib open {cal.isBusinessDay(ql.Date(d.day, d.month, d.year))}, "
              f"{mic} open {d in sessions}")
PY
"$T/v/bin/python" -W ignore "$T/t.py" > "$T/got"
cat > "$T/want" <<'OUT'
Argentina(Merval) Tue 2024-12-24: QuantLib open False, XBUE open True
Argentina(Merval) Wed 2024-12-25: QuantLib open True, XBUE open False
Argentina(Merval) Thu 2025-12-25: QuantLib open True, XBUE open False
Argentina(Merval) Fri 2026-12-25: QuantLib open True, XBUE open False
Poland(WSE) Fri 2024-03-29: QuantLib open True, XWAR open False
Poland(WSE) Fri 2025-04-18: QuantLib open True, XWAR open False
Poland(WSE) Fri 2026-04-03: QuantLib open True, XWAR open False
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
