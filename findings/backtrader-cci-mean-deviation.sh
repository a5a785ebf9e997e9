#!/bin/sh
# backtrader 1.9.78.123: its CCI is another number than the CCI.
# Expected: Lambert's CCI, to which its help links: the typical price less its
# 20-bar mean, over 0.015 times the mean distance of the window's 20 prices from
# THAT mean. TA-Lib, ta and pandas-ta-classic agree to rounding; so do backtrader's
# RSI, ATR, ADX and a dozen others.
# Seen: each price's distance is taken from the mean of ITS OWN bar (a moving
# target). In a trend the CCI comes out at about half its size.
# Documented: the formula of its MeanDeviation says so; the CCI's help does not.
# Why it matters: +100/-100 are the levels everyone screens by.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'backtrader==1.9.78.123' 'pandas==2.3.3' 'numpy==2.4.6' 'TA-Lib==0.8.2'
cat > "$T/t.py" <<'PY'
import backtrader as bt, numpy as np, pandas as pd, talib
i = np.arange(300.0)
close = 100 + 0.3 * i + 4 * np.sin(i / 11) + np.sin(i * 1.7)
bars = pd.DataFrame({"open": close, "high": close + 1, "low": close - 1, "close": close},
                    index=pd.bdate_range("2025-01-01", periods=300)).assign(volume=1000)
class Both(bt.Strategy):
    def __init__(self):
        self.cci, self.rsi = bt.ind.CCI(self.data, period=20), bt.ind.RSI(self.data.close, period=14)
cerebro = bt.Cerebro()
cerebro.adddata(bt.feeds.PandasData(dataname=bars))
cerebro.addstrategy(Both)
run = cerebro.run()[0]
cci = np.array(run.cci.array)[60:]
ref = talib.CCI(bars.high, bars.low, bars.close, 20).to_numpy()[60:]
print("RSI equal to TA-Lib's:", bool(np.allclose(np.array(run.rsi.array)[60:], talib.RSI(close, 14)[60:])))
print("last CCI:", round(float(cci[-1]), 1), "TA-Lib's:", round(float(ref[-1]), 1))
print("bars above +100:", int((cci > 100).sum()), "TA-Lib's:", int((ref > 100).sum()), "of", len(ref))
PY
"$T/v/bin/python" -W ignore "$T/t.py" > "$T/got"
cat > "$T/want" <<'OUT'
RSI equal to TA-Lib's: True
last CCI: 34.8 TA-Lib's: 79.3
bars above +100: 78 TA-Lib's: 148 of 240
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
