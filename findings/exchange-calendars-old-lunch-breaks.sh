#!/bin/sh
# exchange_calendars 4.13.2: old sessions get their own opening, but today's lunch.
# Expected: the calendar keeps historical hours: Hong Kong opened at 10:00 until
# March 2011 and Tokyo closed at 15:00 until November 2024 (both right). So the
# lunch break of June 2010 is that of 2010: 12:30-14:30 in Hong Kong, 11:00-12:30
# in Tokyo (until November 2011). (HKEX news release of 23 November 2010.)
# Seen: 12:00-13:00 and 11:30-12:30, today's. Hong Kong's day of 2010 is five hours
# long instead of four.
# Documented: only today's break is named, for all time.
# Why it matters: of Hong Kong's 2010 half-hour bars one true bar (12:00) falls
# into the "break" and three from 13:00 on are reported as missing.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'exchange_calendars==4.13.2' 'pandas==3.1.1' 'numpy==2.4.6'
cat > "$T/t.py" <<'PY'
import exchange_calendars as xc
for mic in ("XHKG", "XTKS"):
    cal = xc.get_calendar(mic, start="2009-01-05", end="2026-11-27")
    for day in ("2010-06-10", "2011-06-09", "2026-06-11"):
        row = cal.schedule.loc[day]
        o, b, e, c = (row[k].tz_convert(cal.tz).strftime("%H:%M") for k in ("open", "break_start", "break_end", "close"))
        print(f"{mic} {day}: {o}-{b}, {e}-{c}; {len(cal.session_minutes(day)) // 60} hours of minutes")
PY
"$T/v/bin/python" -W ignore "$T/t.py" > "$T/got"
cat > "$T/want" <<'OUT'
XHKG 2010-06-10: 10:00-12:00, 13:00-16:00; 5 hours of minutes
XHKG 2011-06-09: 09:30-12:00, 13:00-16:00; 5 hours of minutes
XHKG 2026-06-11: 09:30-12:00, 13:00-16:00; 5 hours of minutes
XTKS 2010-06-10: 09:00-11:30, 12:30-15:00; 5 hours of minutes
XTKS 2011-06-09: 09:00-11:30, 12:30-15:00; 5 hours of minutes
XTKS 2026-06-11: 09:00-11:30, 12:30-15:30; 5 hours of minutes
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
