#!/bin/sh
# PyPortfolioOpt 1.6.0: shrinkage counts the days before a listing as calm days.
# Expected: CovarianceShrinkage of prices with missing values does as sample_cov
# does (each pair over the days both have) or refuses; shrinkage then moves a
# variance a little.
# Seen: missing returns are replaced by 0, so a share listed for the last quarter
# of the window gets half its volatility (ledoit_wolf and oracle_approximating);
# sample_cov and exp_cov give the true size. No warning.
# Documented: no.
# Why it matters: a minimum-variance portfolio puts its largest weight on the
# newest listing, of which least is known.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'PyPortfolioOpt==1.6.0' 'pandas==2.3.3' 'numpy==2.4.6' 'cvxpy==1.9.3' 'packaging==26.4'
cat > "$T/t.py" <<'PY'
import numpy as np, pandas as pd
from pypfopt import risk_models as rm, EfficientFrontier
rng = np.random.default_rng(1)
prices = pd.DataFrame(100 * np.cumprod(1 + rng.normal(0, 0.02, (400, 3)), axis=0), columns=["old1", "old2", "new"])
prices.loc[:299, "new"] = np.nan
shrink = rm.CovarianceShrinkage(prices)
for name, cov in [("sample_cov", rm.sample_cov(prices)), ("ledoit_wolf", shrink.ledoit_wolf()),
                  ("single_factor", shrink.ledoit_wolf("single_factor")), ("oas", shrink.oracle_approximating())]:
    ef = EfficientFrontier(None, cov)
    ef.min_volatility()
    weights = {k: round(float(v), 2) for k, v in ef.clean_weights().items()}
    print(f"{name:13} yearly volatility of new {cov.loc['new', 'new'] ** 0.5:.2f}; weights {weights}")
PY
"$T/v/bin/python" -W ignore "$T/t.py" > "$T/got"
cat > "$T/want" <<'OUT'
sample_cov    yearly volatility of new 0.32; weights {'old1': 0.27, 'old2': 0.37, 'new': 0.36}
ledoit_wolf   yearly volatility of new 0.17; weights {'old1': 0.17, 'old2': 0.21, 'new': 0.62}
single_factor yearly volatility of new 0.16; weights {'old1': 0.15, 'old2': 0.2, 'new': 0.64}
oas           yearly volatility of new 0.17; weights {'old1': 0.17, 'old2': 0.21, 'new': 0.62}
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
