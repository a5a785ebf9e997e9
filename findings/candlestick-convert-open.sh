#!/bin/sh
# candlestick-convert 7.0.0 (npm; needs node 20): candles made of trades open outside
# their own range.
# Expected: a candle's open is the first trade of its interval, and low <= open <= high.
# Seen: the open is the close of the candle before, while high and low come from the
# interval's own trades: after a gap the open lies outside high and low. A trade of the
# day before so becomes the morning's open. batchCandles, which merges candles, does
# keep the true open.
# Documented: no; its readme shows results without gaps.
# Why it matters: overnight gaps, the thing a gap scan looks for, are gone from open;
# checks of bars reject the file, and candle patterns see a body that never traded.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
cd "$T"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$T" candlestick-convert@7.0.0
cat > t.mjs <<'JS'
import convert from 'candlestick-convert';
const start = Date.UTC(2026, 2, 6, 14, 30);
const trade = (minute, second, price) => ({ time: start + (minute * 60 + second) * 1000, price, quantity: 100 });
const trades = [trade(0, 1, 10), trade(0, 40, 10.2), trade(1, 5, 12), trade(1, 50, 12.5), trade(2, 10, 11), trade(2, 20, 11.1)];
const candles = convert.batchTicksToCandle(trades, 60, true);
candles.forEach((candle, minute) => {
  const first = trades.find(t => t.time >= start + minute * 60000).price;
  const inside = candle.open >= candle.low && candle.open <= candle.high;
  console.log(`minute ${minute}: first trade ${first}, open ${candle.open}, high ${candle.high}, low ${candle.low}, open inside: ${inside}`);
});
JS
node t.mjs > got
cat > want <<'OUT'
minute 0: first trade 10, open 10, high 10.2, low 10, open inside: true
minute 1: first trade 12, open 10.2, high 12.5, low 12, open inside: false
minute 2: first trade 11, open 12.5, high 11.1, low 11, open inside: false
OUT
cat got
diff want got || { echo 'the behaviour has changed'; exit 1; }
