#!/bin/sh
# smartmoneyconcepts 0.0.27: sessions() reads time_zone="UTC+9" as UTC-9.
# Expected: candles in Tokyo's time, UTC+9, are in Tokyo's session (00:00 to 09:00 UTC) from 09 to 18.
# Seen: from 15 to 00. The zone is made by replacing UTC by Etc/GMT, whose signs are the other
# way round (Etc/GMT+9 is nine hours BEHIND Greenwich), so every zone but UTC is wrong by
# twice its distance; "UTC-9" gives what UTC+9 should.
# Documented: 'the time zone of the candles can be in the format "UTC+0" or "GMT+0"'.
# Why it matters: session highs and lows, and breakouts of them, come from other hours of the day;
# for London's winter the mistake is 0, so that a test there shows nothing.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check --no-compile 'smartmoneyconcepts==0.0.27' 'pandas==2.3.3' 'numpy==2.4.6'
cat > "$T/t.py" <<'PY'
import pandas as pd
from smartmoneyconcepts import smc
def active(zone):
    hours = pd.date_range("2026-01-05", periods=24, freq="1h")
    bars = pd.DataFrame({"open": 1.0, "high": 2.0, "low": 0.5, "close": 1.0, "volume": 1.0}, hours)
    got = smc.sessions(bars, "Tokyo", time_zone=zone)["Active"].tolist()
    return [f"{h:02d}" for h in range(24) if got[h]]
for zone in ("UTC", "UTC+9", "UTC-9"):
    print(f"Tokyo's session in candles labelled in {zone}:", *active(zone))
PY
SMC_CREDIT=0 "$T/v/bin/python" -W ignore "$T/t.py" 2> "$T/err" > "$T/got" || { cat "$T/err"; exit 1; }
cat > "$T/want" <<'OUT'
Tokyo's session in candles labelled in UTC: 00 01 02 03 04 05 06 07 08 09
Tokyo's session in candles labelled in UTC+9: 00 15 16 17 18 19 20 21 22 23
Tokyo's session in candles labelled in UTC-9: 09 10 11 12 13 14 15 16 17 18
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
