#!/bin/sh
# DuckDB 2.0.1: ASOF JOIN takes the first of two equal times up to 63 rows, and the second from 64 on.
# Expected: of two quotes with the time of the trade, the later row (as polars and pandas do), or
# at least the same one in every run of one query on quotes of one order.
# Seen: with 63 trades all get the first quote of their moment, with 64 all get the second.
# Small left sides run as a nested loop (asof_loop_join_threshold, 64), which keeps
# another row of a tie than the sorted join.
# Documented: the setting is, as one of speed; ties are not.
# Why it matters: quotes are stamped to the second or millisecond and tie all day; a test on a
# sample of 50 trades proves another price than the whole day gets.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'duckdb==2.0.1'
cat > "$T/t.py" <<'PY'
import duckdb
con = duckdb.connect(config={"threads": 1})
for n in (3, 63, 64, 2000):
    con.execute(f"create or replace table quote as select i // 2 as t, i % 2 + 1 as nth from range({2 * n}) r(i)")
    con.execute(f"create or replace table trade as select i as t from range({n}) r(i)")
    got = con.sql("""select count(*) filter (nth = 1), count(*) filter (nth = 2)
        from trade asof join quote on trade.t >= quote.t""").fetchall()[0]
    print(f"{n} trades: {got[0]} got the first quote of their moment, {got[1]} the second")
PY
"$T/v/bin/python" -W ignore "$T/t.py" 2> "$T/err" > "$T/got" || { cat "$T/err"; exit 1; }
cat > "$T/want" <<'OUT'
3 trades: 3 got the first quote of their moment, 0 the second
63 trades: 63 got the first quote of their moment, 0 the second
64 trades: 0 got the first quote of their moment, 64 the second
2000 trades: 0 got the first quote of their moment, 2000 the second
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
