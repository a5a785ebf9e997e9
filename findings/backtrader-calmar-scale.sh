#!/bin/sh
# backtrader 1.9.78.123: the Calmar analyzer is about 1,200 times too small.
# Expected: yearly return over maximum drawdown (the page its help links to): 0.1
# a year with a 20 % drawdown is 0.5. Monthly steps, 36 months, are its defaults.
# Seen: the numerator is the log return of one MONTH and the denominator the
# drawdown in PERCENT (20, not 0.2), taken from month ends only. Both are left
# as they are: a factor of 12 x 100.
# Documented: no; help and link speak of the ordinary ratio.
# Why it matters: a filter "Calmar above 0.5" rejects practically every strategy, and
# its numbers cannot be compared with those of quantstats, ffn or empyrical.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'backtrader==1.9.78.123' 'pandas==2.3.3' 'numpy==2.4.6'
cat > "$T/t.py" <<'PY'
import backtrader as bt, numpy as np, pandas as pd
days = pd.bdate_range("2021-01-01", "2025-12-31")
t = np.arange(len(days)) / 261
close = 100 * np.exp(0.10 * t + 0.12 * np.sin(2 * np.pi * t / 2.5))
bars = pd.DataFrame({k: close for k in ("open", "high", "low", "close")}, index=days).assign(volume=1000)
class Hold(bt.Strategy):
    def next(self):
        if not self.position:
            self.order_target_percent(target=0.99)
cerebro = bt.Cerebro()
cerebro.adddata(bt.feeds.PandasData(dataname=bars))
cerebro.addstrategy(Hold)
cerebro.addanalyzer(bt.analyzers.Calmar, _name="calmar")
cerebro.addanalyzer(bt.analyzers.TimeReturn, _name="daily")
run = cerebro.run()[0]
value = (1 + pd.Series(run.analyzers.daily.get_analysis())).cumprod().loc["2022-12-31":]
yearly = (value.iloc[-1] / value.iloc[0]) ** (252 / len(value)) - 1
plain = yearly / -(value / value.cummax() - 1).min()
print("ratio of the last 36 months by hand: ", round(plain, 2))
print("backtrader's, last month:            ", round(run.analyzers.calmar.calmar, 5))
print("factor:", round(plain / run.analyzers.calmar.calmar, -2))
PY
"$T/v/bin/python" -W ignore "$T/t.py" > "$T/got"
cat > "$T/want" <<'OUT'
ratio of the last 36 months by hand:  1.18
backtrader's, last month:             0.00091
factor: 1300.0
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
