#!/bin/sh
# ccxt 4.5.90: weekly candles built from trades start on Thursday.
# Expected: build_ohlcvc(trades, '1w') makes weeks from Monday 00:00 UTC, as the
# exchanges' own weekly candles and ccxt's own round_timeframe('1w') do; '1M' makes
# calendar months.
# Seen: round_timeframe gives the Monday and the 1st; build_ohlcvc counts blocks of
# 7 (and 30) days from 1 January 1970, a Thursday, so its weeks run Thursday to
# Wednesday and its months start on any day.
# Documented: no; two functions of one library disagree about the same timeframe.
# Why it matters: weekly and monthly bars made from trades do not line up with
# those fetched from the exchange; a Friday close lands in the middle of a bar.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'ccxt==4.5.90'
cat > "$T/t.py" <<'PY'
import ccxt, datetime as dt
ex = ccxt.Exchange()
def day(ms): return dt.datetime.fromtimestamp(ms / 1000, dt.timezone.utc).strftime("%a %Y-%m-%d")
days = [dt.datetime(2026, 7, d, 12, tzinfo=dt.timezone.utc) for d in (13, 15, 16, 19, 20)]
trades = [{"timestamp": int(d.timestamp() * 1000), "price": float(n), "amount": 1.0} for n, d in enumerate(days, 1)]
print("trades:         ", ", ".join(day(t["timestamp"]) for t in trades))
for frame in ("1w", "1M"):
    bars = ex.build_ohlcvc(trades, frame)
    rounded = sorted({ex.round_timeframe(frame, t["timestamp"]) for t in trades})
    print(frame, "round_timeframe:", ", ".join(map(day, rounded)))
    print(frame, "build_ohlcvc:   ", ", ".join(f"{day(b[0])} (close {b[4]:g})" for b in bars))
PY
"$T/v/bin/python" -W ignore "$T/t.py" > "$T/got"
cat > "$T/want" <<'OUT'
trades:          Mon 2026-07-13, Wed 2026-07-15, Thu 2026-07-16, Sun 2026-07-19, Mon 2026-07-20
1w round_timeframe: Mon 2026-07-13, Mon 2026-07-20
1w build_ohlcvc:    Thu 2026-07-09 (close 2), Thu 2026-07-16 (close 5)
1M round_timeframe: Wed 2026-07-01
1M build_ohlcvc:    Mon 2026-07-06 (close 5)
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
