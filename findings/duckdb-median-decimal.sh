#!/bin/sh
# DuckDB 2.0.1: the median of DECIMAL prices is cut to a whole tick.
# Expected: median (defined as quantile_cont(x, 0.5), which interpolates) of 10.01
# and 10.02 is 10.015, the value avg gives for the same column.
# Seen: 10.01. The result keeps DECIMAL(10,2) and the interpolated half cent is
# dropped, always downward here; avg of the same column is a DOUBLE and right.
# Documented: that the type is kept shows only in the function's signature.
# Why it matters: mid prices and median spreads of exact-decimal price files (as
# Parquet DECIMAL columns arrive) are biased by half a tick; a one-tick spread's
# mid is the bid, and the median distance from it is 0.00.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'duckdb==2.0.1'
cat > "$T/t.py" <<'PY'
import duckdb
for kind in ("decimal(10,2)", "double"):
    print(kind, duckdb.sql(f"""select median(p)::varchar, typeof(median(p)), quantile_cont(p, 0.5)::varchar,
        avg(p)::varchar, mad(p)::varchar from (select px::{kind} p from (values ('10.01'), ('10.02')) t(px))""").fetchall()[0])
PY
"$T/v/bin/python" -W ignore "$T/t.py" > "$T/got"
cat > "$T/want" <<'OUT'
decimal(10,2) ('10.01', 'DECIMAL(10,2)', '10.01', '10.015', '0.00')
double ('10.015', 'DOUBLE', '10.015', '10.015', '0.004999999999999893')
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
