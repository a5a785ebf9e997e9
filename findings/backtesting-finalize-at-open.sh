#!/bin/sh
# backtesting.py 0.6.6: finalize_trades=True sells what is still held at the OPEN of the last bar.
# Expected: a position that is open at the end is closed at the last close, so that the return
# is the one that the equity curve shows without finalize_trades.
# Seen: it is closed at the last bar's open, hours before the price that the equity of that bar
# was taken at. A buy and hold that stands at +9 % reports -3 %, with a drawdown of
# 4.9 % that no price caused.
# Documented: "closed on the last bar", without a price.
# Why it matters: the switch is what the library's warning about open trades advises; the last
# day's whole move is lost or invented, in every symbol that is held at the end.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check --no-compile 'backtesting==0.6.6' 'pandas==2.3.3' 'numpy==2.4.6'
cat > "$T/t.py" <<'PY'
import pandas as pd
from backtesting import Backtest, Strategy

class BuyAndHold(Strategy):
    def init(self): pass
    def next(self):
        if not self.position:
            self.buy(size=100)

days = pd.bdate_range("2026-01-05", periods=5)
bars = pd.DataFrame({"Open": [50, 50, 51, 52, 48], "High": [51, 52, 53, 54, 60], "Low": [49, 49, 50, 51, 47],
                     "Close": [50, 51, 52, 53, 60], "Volume": 1000}, index=days)
for finalize in (False, True):
    s = Backtest(bars, BuyAndHold, cash=10_000, finalize_trades=finalize).run()
    print(f"finalize_trades={finalize}: trades {s['# Trades']}, final equity {s['Equity Final [$]']:.0f}, return {s['Return [%]']:.1f} %, "
          f"max. drawdown {s['Max. Drawdown [%]']:.2f} %")
print("exit:", s._trades[["ExitTime", "ExitPrice"]].iloc[0].tolist(), "last close:", bars["Close"].iloc[-1])
PY
"$T/v/bin/python" -W ignore "$T/t.py" 2> "$T/err" > "$T/got" || { cat "$T/err"; exit 1; }
cat > "$T/want" <<'OUT'
finalize_trades=False: trades 0, final equity 10900, return 9.0 %, max. drawdown -0.00 %
finalize_trades=True: trades 1, final equity 9700, return -3.0 %, max. drawdown -4.90 %
exit: [Timestamp('2026-01-09 00:00:00'), np.int64(48)] last close: 60
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
