#!/bin/sh
# tradingview-screener 3.2.2: a second where() takes the place of the first.
# Expected: as in every query builder (SQLAlchemy, polars, Django), conditions of chained calls
# are joined by AND; the docstring says "expressions are joined with the AND operator".
# Seen: where(a).where(b) asks for b alone, where(a, b) for both. No error, no warning; select()
# forgets earlier columns likewise. (No request is sent here: the query is looked at.)
# Documented: no.
# Why it matters: a screen that is built up in steps ("liquid first, then cheap") loses its
# liquidity filter, and the list of picks looks right.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'tradingview-screener==3.2.2'
cat > "$T/t.py" <<'PY'
from tradingview_screener import Query, col
liquid = col("volume") > 1_000_000
cheap = col("close") < 5
for name, query in (("where(liquid, cheap)      ", Query().where(liquid, cheap)),
                    ("where(liquid).where(cheap)", Query().where(liquid).where(cheap))):
    print(name, [f"{f['left']} {f['operation']} {f['right']}" for f in query.query["filter"]])
print("select('close').select('volume')", Query().select("close").select("volume").query["columns"])
PY
"$T/v/bin/python" -W ignore "$T/t.py" 2> "$T/err" > "$T/got" || { cat "$T/err"; exit 1; }
cat > "$T/want" <<'OUT'
where(liquid, cheap)       ['volume greater 1000000', 'close less 5']
where(liquid).where(cheap) ['close less 5']
select('close').select('volume') ['volume']
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
