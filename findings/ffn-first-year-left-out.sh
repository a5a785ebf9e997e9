#!/bin/sh
# ffn 1.4.1: best, worst and mean year, and the share of good years, leave out the first year.
# Expected: prices from the first to the last session of 2023, 2024 and 2025 hold three years;
# the worst is 2023, in which the fund lost 32 %.
# Seen: worst_year is +11 % and win_year_perc 1.0 for a fund that lost 7 % in all. The yearly
# returns go from year end to year end, so the first calendar year has none; the table
# of the same object shows it with -32 % (the months of January likewise).
# Documented: no.
# Why it matters: a price file begins where the vendor's history or the listing begins;
# "never a losing year" is said of a stock whose only bad year is the first of the file.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'ffn==1.4.1' 'pandas==2.3.3' 'numpy==2.4.6'
cat > "$T/t.py" <<'PY'
import pandas as pd, ffn
days = pd.bdate_range("2023-01-02", "2025-12-31")
growth = {2023: 0.9985, 2024: 1.0004, 2025: 1.0008}
prices = pd.Series([growth[d.year] for d in days], days, name="fund").cumprod() * 100
stats = ffn.PerformanceStats(prices)
for name in ("total_return", "worst_year", "best_year", "yearly_mean", "win_year_perc"):
    print(name, round(float(stats.stats[name]), 4))
print("table of years:", {int(year): round(float(total), 4) for year, total in stats.return_table["YTD"].items()})
PY
"$T/v/bin/python" -W ignore "$T/t.py" 2> "$T/err" > "$T/got" || { cat "$T/err"; exit 1; }
cat > "$T/want" <<'OUT'
total_return -0.0725
worst_year 0.1105
best_year 0.2321
yearly_mean 0.1713
win_year_perc 1.0
table of years: {2023: -0.3221, 2024: 0.1105, 2025: 0.2321}
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
