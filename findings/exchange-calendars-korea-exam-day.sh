#!/bin/sh
# exchange_calendars 4.13.2: Korea's late opening on exam day ends in 2020.
# Expected: on the day of the university entrance exam (one November Thursday, a
# December one in 2020) Seoul trades 10:00 to 16:30, an hour later (the exchange via
# Yonhap, 2 November 2023, for one). The class says
# so ("every year's CSAT day, all schedules are delayed").
# Seen: right up to 3 December 2020; from 2021 on the day is like any other, 09:00
# to 15:30. The days are a hand-made list. pandas-market-calendars takes its XKRX
# from here.
# Documented: the contrary, in the class. A mend was merged in its repository in
# June 2026; this release, the newest on 28 November 2026, does not have it.
# Why it matters: a scan started at 15:35 on 19 November 2026 takes the last hour's
# half-made bar for the close, and 09:00 looks like an outage of the data feed.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'exchange_calendars==4.13.2' 'pandas==3.1.1' 'numpy==2.4.6'
cat > "$T/t.py" <<'PY'
import exchange_calendars as xc
cal = xc.get_calendar("XKRX", start="2018-01-02", end="2026-12-30")
for day in ("2018-11-15", "2019-11-14", "2020-12-03", "2021-11-18", "2022-11-17",
            "2023-11-16", "2024-11-14", "2025-11-13", "2026-11-19"):
    hours = [t.tz_convert(cal.tz).strftime("%H:%M") for t in cal.session_open_close(day)]
    print("exam day", day, "open", hours[0], "close", hours[1])
PY
"$T/v/bin/python" -W ignore "$T/t.py" > "$T/got"
cat > "$T/want" <<'OUT'
exam day 2018-11-15 open 10:00 close 16:30
exam day 2019-11-14 open 10:00 close 16:30
exam day 2020-12-03 open 10:00 close 16:30
exam day 2021-11-18 open 09:00 close 15:30
exam day 2022-11-17 open 09:00 close 15:30
exam day 2023-11-16 open 09:00 close 15:30
exam day 2024-11-14 open 09:00 close 15:30
exam day 2025-11-13 open 09:00 close 15:30
exam day 2026-11-19 open 09:00 close 15:30
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
