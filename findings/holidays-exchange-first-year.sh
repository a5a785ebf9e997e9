#!/bin/sh
# holidays 0.109: most exchanges have no holidays at all before a first year.
# Expected: financial_holidays("XPAR") knows that Paris is closed on Christmas Day, in
# any year, or refuses a year that it does not cover.
# Seen: for years before a class attribute start_year the answer is empty, so Christmas
# 2018 is a trading day in Paris, Amsterdam, Milan and Oslo (from 2019 on), in Frankfurt
# before 2016, in Hong Kong before 2014, in Buenos Aires even in 2025.
# exchange_calendars has all of them closed.
# Documented: start_year is an attribute; that earlier years answer "no holiday" is not
# said with the exchanges, nor is there a warning.
# Why it matters: the calendars are new (2026), and are met in histories of ten years: a
# gap check reports every French share as missing its bar on each Christmas to 2018.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'holidays==0.109' 'exchange_calendars==4.13.2' 'pandas==3.0.5' 'numpy==2.4.6'
cat > "$T/t.py" <<'PY'
from datetime import date
import exchange_calendars as xc, holidays
for mic in ("XNYS", "XLON", "XPAR", "XAMS", "XMIL", "XOSL", "XETR", "XHKG", "XSWX", "XBUE"):
    sessions = xc.get_calendar(mic, start="2010-01-04", end="2026-12-31").sessions
    years = [y for y in range(2010, 2026) if sessions[sessions == f"{y}-12-25"].empty and f"{y}-12-25" not in holidays.financial_holidays(mic, years=y)]
    weekdays = [y for y in years if date(y, 12, 25).weekday() < 5]
    print(mic, "start_year", type(holidays.financial_holidays(mic)).start_year, "- Christmas on a weekday, no holiday:", *(weekdays or ["never"]))
PY
"$T/v/bin/python" -W ignore "$T/t.py" > "$T/got"
cat > "$T/want" <<'OUT'
XNYS start_year 1863 - Christmas on a weekday, no holiday: never
XLON start_year 2000 - Christmas on a weekday, no holiday: never
XPAR start_year 2019 - Christmas on a weekday, no holiday: 2012 2013 2014 2015 2017 2018
XAMS start_year 2019 - Christmas on a weekday, no holiday: 2012 2013 2014 2015 2017 2018
XMIL start_year 2019 - Christmas on a weekday, no holiday: 2012 2013 2014 2015 2017 2018
XOSL start_year 2019 - Christmas on a weekday, no holiday: 2012 2013 2014 2015 2017 2018
XETR start_year 2016 - Christmas on a weekday, no holiday: 2012 2013 2014 2015
XHKG start_year 2014 - Christmas on a weekday, no holiday: 2012 2013
XSWX start_year 2000 - Christmas on a weekday, no holiday: never
XBUE start_year 2026 - Christmas on a weekday, no holiday: 2012 2013 2014 2015 2017 2018 2019 2020 2023 2024 2025
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
