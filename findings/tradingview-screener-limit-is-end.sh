#!/bin/sh
# tradingview-screener 3.2.2: limit() after offset() is no number of rows but the last row's number.
# Expected: offset(100).limit(100) asks for the rows 101 to 200, as in SQL and the query builders
# that these two names come from.
# Seen: the range [100, 100] is sent, which holds no row; from the second page on a loop over
# pages gets nothing, and offset(50).limit(100) gets 50 rows. (No request is sent here:
# the query is looked at.)
# Documented: no; the examples use limit() alone, for which both readings agree.
# Why it matters: a universe that is read page by page ends after the first page as if there were
# no more, and the scan runs over 100 of 8,000 symbols.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'tradingview-screener==3.2.2'
cat > "$T/t.py" <<'PY'
from tradingview_screener import Query
for page in range(4):
    first, end = Query().offset(100 * page).limit(100).query["range"]
    print(f"offset({100 * page}).limit(100): range {[first, end]}, rows asked for: {max(end - first, 0)}")
PY
"$T/v/bin/python" -W ignore "$T/t.py" 2> "$T/err" > "$T/got" || { cat "$T/err"; exit 1; }
cat > "$T/want" <<'OUT'
offset(0).limit(100): range [0, 100], rows asked for: 100
offset(100).limit(100): range [100, 100], rows asked for: 0
offset(200).limit(100): range [200, 100], rows asked for: 0
offset(300).limit(100): range [300, 100], rows asked for: 0
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
