#!/bin/sh
# pandas-market-calendars 5.5.0: two names of one exchange give two calendars.
# Expected: get_calendar('HKEX') and ('XHKG'), or ('EUREX') and ('XEUR'), differ in
# name only.
# Seen: HKEX has no half-days at all (Hong Kong shuts at noon on the eves of
# Christmas, New Year and the Lunar New Year: XHKG has them) and a session on
# 6 September 2024, lost to a typhoon. EUREX opens on 24 and 31 December, when
# Eurex is closed (XEUR), and shuts on Monday 28 December 2026, which it is not.
# Documented: that one set is the package's own and the other is mirrored from
# exchange_calendars; not that they disagree.
# Why it matters: a scan "after the close" waits four hours too long, and a bar
# that is complete at noon is held for unfinished.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'pandas_market_calendars==5.5.0' 'exchange_calendars==4.13.2' 'pandas==3.1.1' 'numpy==2.4.6'
cat > "$T/t.py" <<'PY'
import pandas_market_calendars as mcal
START, END = "2024-01-01", "2026-12-31"
for own, mirror in [("HKEX", "XHKG"), ("EUREX", "XEUR"), ("LSE", "XLON")]:
    a, b = (mcal.get_calendar(n).schedule(START, END) for n in (own, mirror))
    both = a.index.intersection(b.index)
    shut = [f"{d:%Y-%m-%d}" for d in both if a.market_close[d] != b.market_close[d]]
    print(f"{own}/{mirror}: only {own}", [f"{d:%Y-%m-%d}" for d in a.index.difference(b.index)],
          f"only {mirror}", [f"{d:%Y-%m-%d}" for d in b.index.difference(a.index)])
    print("   other closing time on", shut)
PY
"$T/v/bin/python" -W ignore "$T/t.py" > "$T/got"
cat > "$T/want" <<'OUT'
HKEX/XHKG: only HKEX ['2024-09-06'] only XHKG []
   other closing time on ['2024-02-09', '2024-12-24', '2024-12-31', '2025-01-28', '2025-12-24', '2025-12-31', '2026-02-16', '2026-12-24', '2026-12-31']
EUREX/XEUR: only EUREX ['2024-12-24', '2024-12-31', '2025-12-24', '2025-12-31', '2026-12-24', '2026-12-31'] only XEUR ['2026-12-28']
   other closing time on []
LSE/XLON: only LSE [] only XLON []
   other closing time on []
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
