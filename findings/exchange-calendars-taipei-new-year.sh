#!/bin/sh
# exchange_calendars 4.13.2: Taipei trades inside two lunar new year closings.
# Expected: XTAI has no session between the last trading day before the lunar new year
# and the first one after it: 26 January to 7 February 2022, 17 to 30 January 2023.
# Seen: sessions on 4 February 2022, a single day in the middle of the holidays, and on
# 18 January 2023, when the exchange only settled trades. The package holidays, with the
# exchange's own list, has both days as closed ("No Trading").
# Documented: the first was reported in 2022 (issue 164, closed without a change).
# Why it matters: the lone session on which no share has a bar ends every streak, makes
# all Taiwanese shares "late" and shifts 252-session windows; one year of it is in every
# backtest.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'exchange_calendars==4.13.2' 'holidays==0.109' 'pandas==3.0.5' 'numpy==2.4.6'
cat > "$T/t.py" <<'PY'
import exchange_calendars as xc, holidays
closed = holidays.financial_holidays("XTAI", years=range(2015, 2027))
sessions = xc.get_calendar("XTAI", start="2015-01-05", end="2026-12-31").sessions
print("sessions around the new year of 2022:", *(f"{d:%m-%d}" for d in sessions if "2022-01-25" <= f"{d:%F}" <= "2022-02-08"))
print("sessions around the new year of 2023:", *(f"{d:%m-%d}" for d in sessions if "2023-01-16" <= f"{d:%F}" <= "2023-01-31"))
for day in sessions:
    if day in closed:
        print("XTAI session on", f"{day:%F}", "-", closed[day])
PY
"$T/v/bin/python" -W ignore "$T/t.py" > "$T/got"
cat > "$T/want" <<'OUT'
sessions around the new year of 2022: 01-25 01-26 02-04 02-07 02-08
sessions around the new year of 2023: 01-16 01-17 01-18 01-30 01-31
XTAI session on 2022-02-04 - Day off (substituted from 01/22/2022)
XTAI session on 2023-01-18 - No Trading (Market opens only for Clearing & Settlement)
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
