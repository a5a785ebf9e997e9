#!/bin/sh
# exchange_calendars 4.13.2, pandas-market-calendars 5.5.0, aion-indian-market-calendar 1.6.0: no
# session in Mumbai on Sunday 2026-02-01, the day of the budget.
# Expected: NSE and BSE announced on 16 January 2026 that they trade that Sunday from 9:15 to 15:30;
# calendars released months later have it, as one has the budget Saturday of 2025.
# Seen: no session in any of them. The third has the budget from 9:00 to 15:30 of that day in its own
# list of events, and is_trading_day says False beside it.
# Documented: NSE's weekend sessions are an open request to pandas-market-calendars; else no.
# Why it matters: a real bar looks like a fault of the file and is dropped by checks, and every
# window over that day is a session short. (The third would refresh its data from the
# network; that is switched off here.)
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check --no-compile 'exchange-calendars==4.13.2' 'pandas-market-calendars==5.5.0' 'aion-indian-market-calendar==1.6.0' 'pandas==2.3.3' 'numpy==2.4.6'
cat > "$T/t.py" <<'PY'
import datetime as dt, json
from importlib.resources import files
import exchange_calendars as xc, pandas_market_calendars as pmc
import aion_indian_market_calendar as aion
bombay = xc.get_calendar("XBOM", start="2024-01-01", end="2026-12-31")
for day, what in ((dt.date(2025, 2, 1), "the Saturday of the budget"), (dt.date(2026, 2, 1), "the Sunday of the budget")):
    nse = len(pmc.get_calendar("NSE").schedule(day, day))
    print(f"{day}, {what}: XBOM {bombay.is_session(str(day))}, pandas-market-calendars NSE {bool(nse)}")
print("aion-indian-market-calendar, 2026-02-01:", aion.is_trading_day(dt.date(2026, 2, 1)))
events = json.loads(files("aion_indian_market_calendar").joinpath("data/holidays_2026.json").read_text())
print("its own list of events has:", [e["name"] for e in events["events"] if e.get("id") == "UNION_BUDGET_20260201"])
PY
AION_IN_CALENDAR_OFFLINE=1 "$T/v/bin/python" -W ignore "$T/t.py" 2> "$T/err" > "$T/got" || { cat "$T/err"; exit 1; }
cat > "$T/want" <<'OUT'
2025-02-01, the Saturday of the budget: XBOM True, pandas-market-calendars NSE False
2026-02-01, the Sunday of the budget: XBOM False, pandas-market-calendars NSE False
aion-indian-market-calendar, 2026-02-01: False
its own list of events has: ['Union Budget 2026']
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
