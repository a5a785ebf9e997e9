#!/bin/sh
# aion-lithuanian-market-calendar 1.1.0: Frankfurt, Paris and Stockholm close on Lithuania's holidays.
# Expected: is_trading_day(day, "XETR") ("Does the venue trade at all on this calendar day?", one
# of 19 venues by MIC) knows Xetra's closings, or, for a venue without data, weekends only:
# "unknown years answer False, not True", against invented closures.
# Seen: a venue without a list of its own gets Vilnius's: all 18 others are closed on 16 February,
# 11 March, 24 June, 6 July and 2 November, and Stockholm trades on Midsummer Eve.
# data_status()["rule_only"], which the readme says to check, is False throughout.
# Documented: the readme's table of venues says "rules only - session times, weekends".
# Why it matters: a scan of German shares planned by it is not run on five open days a year.
# (The package would refresh its data from the network; that is switched off here.)
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check --no-compile 'aion-lithuanian-market-calendar==1.1.0' 'exchange-calendars==4.13.2' 'pandas==2.3.3' 'numpy==2.4.6'
cat > "$T/t.py" <<'PY'
import datetime as dt
from aion_lithuanian_market_calendar import data_status, is_trading_day
import exchange_calendars as xc
print("rule_only:", data_status()["rule_only"])
year = [dt.date(2026, 1, 1) + dt.timedelta(d) for d in range(365)]
for venue in ("XETR", "XPAR", "XSTO"):
    open_days = set(xc.get_calendar(venue, start="2026-01-01", end="2026-12-31").sessions.date)
    said = {d for d in year if is_trading_day(d, venue)}
    show = lambda days: ", ".join(f"{d:%d %b}" for d in sorted(days)) or "none"
    print(f"{venue}: closed though open: {show(open_days - said)}; open though closed: {show(said - open_days)}")
PY
AION_LT_CALENDAR_OFFLINE=1 "$T/v/bin/python" -W ignore "$T/t.py" 2> "$T/err" > "$T/got" || { cat "$T/err"; exit 1; }
cat > "$T/want" <<'OUT'
rule_only: False
XETR: closed though open: 16 Feb, 11 Mar, 24 Jun, 06 Jul, 02 Nov; open though closed: 31 Dec
XPAR: closed though open: 16 Feb, 11 Mar, 24 Jun, 06 Jul, 02 Nov, 24 Dec; open though closed: none
XSTO: closed though open: 16 Feb, 11 Mar, 24 Jun, 06 Jul, 02 Nov; open though closed: 06 Jan, 14 May, 19 Jun, 31 Dec
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
