#!/bin/sh
# alphalens-reloaded 0.5.1: a delisted share keeps its place in its quantile and returns 0 every day.
# Expected: a share without prices has no forward return; such rows are dropped, as the
# report of get_clean_factor_and_forward_returns says ("dropped in forward returns computation").
# Seen: prices are filled forward first, so each day after the last price has the return 0.0
# and stays. Here four of the five losers are delisted at half time, and the mean daily
# return of the losing half is -0.6 % instead of -1 %; nothing is reported as dropped.
# Documented: a comment in the source ("keep legacy pct_change behavior"), not the docs.
# Why it matters: factors are tested on panels with delisted and halted shares for the very reason
# that they matter; the worst quantile is diluted with zeros, and spreads shrink.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'alphalens-reloaded==0.5.1' 'pandas==2.3.3' 'numpy==2.4.6'
cat > "$T/t.py" <<'PY'
import contextlib, io
import numpy as np, pandas as pd
from alphalens.utils import get_clean_factor_and_forward_returns
from alphalens.performance import mean_return_by_quantile
days = pd.bdate_range("2025-01-01", periods=250)
names = [f"S{k}" for k in range(10)]
daily = np.repeat([-0.01, 0.001], 5)  # the five shares of the lowest factor lose 1 % a day
prices = pd.DataFrame(100 * np.cumprod(np.tile(1 + daily, (250, 1)), axis=0), days, names)
prices.iloc[125:, :4] = np.nan  # four of the five losers are delisted at half time
factor = pd.DataFrame(np.tile(np.arange(10.0), (250, 1)), days, names).stack()
with contextlib.redirect_stdout(io.StringIO()):
    clean = get_clean_factor_and_forward_returns(factor, prices, quantiles=2, periods=(1,))
late = clean[clean.index.get_level_values(0) >= days[130]]
print("rows of delisted shares after their last price:", int(late.index.get_level_values(1).isin(names[:4]).sum()))
print("their forward returns:", sorted(set(late[late.index.get_level_values(1).isin(names[:4])]["1D"].tolist())))
mean = mean_return_by_quantile(clean, demeaned=False)[0]["1D"]
print("mean daily return of the lowest half:", round(float(mean[1]), 5), "for -0.01 on every day with a price")
PY
"$T/v/bin/python" -W ignore "$T/t.py" 2> "$T/err" > "$T/got" || { cat "$T/err"; exit 1; }
cat > "$T/want" <<'OUT'
rows of delisted shares after their last price: 476
their forward returns: [0.0]
mean daily return of the lowest half: -0.00598 for -0.01 on every day with a price
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
