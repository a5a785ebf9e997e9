#!/bin/sh
# DuckDB 2.0.1: datediff('week') does not count week boundaries.
# Expected: "the number of partition boundaries between the timestamps" (DuckDB's
# own catalog text), as for month, quarter and year: from Friday's bar to the next
# Monday's one week boundary is crossed, so 1, like the difference of date_trunc.
# Seen: 0 until seven whole days have passed, on any weekday: for 'week' alone
# datediff does what datesub (complete partitions) does.
# Documented: the contrary, by the function's description.
# Why it matters: "bars 1 week apart", weeks since a breakout and week numbers from
# a start date are one short for most days; month and year are right beside it.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'duckdb==2.0.1'
cat > "$T/t.py" <<'PY'
import duckdb
print(duckdb.sql("""select distinct description from duckdb_functions()
                    where function_name = 'datediff' and description like '%timestamps%'""").fetchall())
for start, end in [("2026-11-27", "2026-11-30"), ("2026-11-27", "2026-12-03"), ("2026-11-27", "2026-12-04")]:
    print(start, end, duckdb.sql(f"""select dayname(date '{start}') || ' to ' || dayname(date '{end}'),
        'datediff', datediff('week', date '{start}', date '{end}'),
        'datesub', datesub('week', date '{start}', date '{end}'),
        'by date_trunc', (date_trunc('week', date '{end}')::date - date_trunc('week', date '{start}')::date) // 7""").fetchall()[0])
print("month, quarter, year over one night:", duckdb.sql("""select
    datediff('month', date '2026-01-31', date '2026-02-01'), datediff('quarter', date '2026-03-31', date '2026-04-01'),
    datediff('year', date '2026-12-31', date '2027-01-01')""").fetchall()[0])
PY
"$T/v/bin/python" -W ignore "$T/t.py" > "$T/got"
cat > "$T/want" <<'OUT'
[('The number of partition boundaries between the timestamps',)]
2026-11-27 2026-11-30 ('Friday to Monday', 'datediff', 0, 'datesub', 0, 'by date_trunc', 1)
2026-11-27 2026-12-03 ('Friday to Thursday', 'datediff', 0, 'datesub', 0, 'by date_trunc', 1)
2026-11-27 2026-12-04 ('Friday to Friday', 'datediff', 1, 'datesub', 1, 'by date_trunc', 1)
month, quarter, year over one night: (1, 1, 1)
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
