#!/bin/sh
# exchange_calendars 4.13.2: Johannesburg trades on its public holidays since 2021.
# Expected: XJSE is closed on South Africa's election days and decreed holidays; up
# to 2019 it is (each is listed by hand), and the JSE closes on public holidays.
# Seen: sessions on 1 Nov 2021, 27 Dec 2022, 15 Dec 2023, 29 May 2024 and on 4 Nov
# 2026; the last entry of the list is of May 2019. Two independent packages,
# holidays and QuantLib, are closed on every one of them. XMEX has a like gap on
# 1 Oct 2024 (change of government).
# Documented: that such days must be added by hand; not that five are missing.
# Why it matters: a freshness check reports every South African stock as missing a
# bar on those days, and rolling windows counted in sessions are off by one.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'exchange_calendars==4.13.2' 'holidays==0.109' 'QuantLib==1.44' 'pandas==3.1.1' 'numpy==2.4.6'
cat > "$T/t.py" <<'PY'
import exchange_calendars as xc, holidays, pandas as pd, QuantLib as ql
def compare(mic, country, other):
    sessions = xc.get_calendar(mic, start="2018-01-02", end="2026-12-31").sessions
    for day, name in sorted(holidays.country_holidays(country, years=range(2018, 2027)).items()):
        if pd.Timestamp(day) in sessions:
            closed = not other.isBusinessDay(ql.Date(day.day, day.month, day.year))
            print(mic, "session on", day, "-", name, "- QuantLib closed:", closed)
compare("XJSE", "ZA", ql.SouthAfrica())
compare("XMEX", "MX", ql.Mexico())
PY
"$T/v/bin/python" -W ignore "$T/t.py" > "$T/got"
cat > "$T/want" <<'OUT'
XJSE session on 2021-11-01 - Municipal elections - QuantLib closed: True
XJSE session on 2022-12-27 - Public Holiday by Presidential Decree - QuantLib closed: True
XJSE session on 2023-12-15 - Public Holiday by Presidential Decree - QuantLib closed: True
XJSE session on 2024-05-29 - National and Provincial Government Elections - QuantLib closed: True
XJSE session on 2026-11-04 - Local Government Elections - QuantLib closed: True
XMEX session on 2024-10-01 - Change of Federal Government - QuantLib closed: True
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
