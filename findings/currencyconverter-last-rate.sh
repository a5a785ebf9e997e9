#!/bin/sh
# CurrencyConverter 0.18.23: without a date, the day depends on the order of the two.
# Expected: convert(100, a, b) without a date takes the last day on which both have a
# rate, or fails; and back again gives 100.
# Seen: it takes the last day of the FIRST currency. 100 roubles are changed to dollars
# at the rate of 1 March 2022, in silence; dollars to roubles is an error. Likewise
# Croatian kuna (2022) and Bulgarian leva (2025).
# Documented: "using the last available rate"; not of which of the two, nor how old.
# Why it matters: prices or market values in a currency that joined the euro or was
# suspended are scanned in "today's" dollars at a rate of years ago.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'CurrencyConverter==0.18.23'
cat > "$T/t.py" <<'PY'
from currency_converter import CurrencyConverter
c = CurrencyConverter()
for code in ("USD", "RUB", "HRK", "BGN"):
    print(code, "rates end on", c.bounds[code].last_date)
for a, b in (("RUB", "USD"), ("USD", "RUB"), ("HRK", "USD"), ("BGN", "USD"), ("USD", "BGN")):
    try:
        dated = c.convert(100, a, b, date=c.bounds[a].last_date)
        print(f"100 {a} = {c.convert(100, a, b):.2f} {b}, of {c.bounds[a].last_date}: {dated:.2f}")
    except Exception as error:
        print(f"100 {a} in {b}: {type(error).__name__}: {error}")
PY
"$T/v/bin/python" -W ignore "$T/t.py" > "$T/got"
cat > "$T/want" <<'OUT'
USD rates end on 2026-10-30
RUB rates end on 2022-03-01
HRK rates end on 2022-12-30
BGN rates end on 2025-12-31
100 RUB = 0.95 USD, of 2022-03-01: 0.95
100 USD in RUB: RateNotFoundError: 2026-10-30 not in RUB bounds 2005-04-01/2022-03-01
100 HRK = 14.15 USD, of 2022-12-30: 14.15
100 BGN = 60.08 USD, of 2025-12-31: 60.08
100 USD in BGN: RateNotFoundError: 2026-10-30 not in BGN bounds 2000-07-19/2025-12-31
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
