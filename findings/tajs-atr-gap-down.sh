#!/bin/sh
# ta.js 1.17.0 (npm; needs node 20): the average true range does not see gaps down.
# Expected: true range is the largest of high - low, |high - previous close| and
# |low - previous close|, so a fall and its mirror image have one and the same ATR.
# Seen: low - previous close stands without its absolute value, and is negative on a
# fall: a share that opens 8 lower each day with a range of 1 has an ATR of 1; the
# same share rising has 8.4. The SuperTrend and Keltner lines are built on it.
# Documented: no; the examples name it average true range, and show none with a gap.
# Why it matters: stops and sizes from this ATR are tightest and largest just where a
# share crashes through gaps.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
cd "$T"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$T" ta.js@1.17.0
cat > t.mjs <<'JS'
import ta from 'ta.js';
const rise = Array.from({ length: 60 }, (_, i) => 500 + 8 * i);
const fall = [...rise].reverse();
const bars = closes => closes.map(c => [c + 0.5, c, c - 0.5]);  // high, close, low
function textbook(data, length) {
  let atr = data[0][0] - data[0][2];
  for (let i = 1; i < data.length; i++) {
    const [high, , low] = data[i], before = data[i - 1][1];
    atr = (atr * (length - 1) + Math.max(high - low, Math.abs(high - before), Math.abs(low - before))) / length;
  }
  return atr;
}
for (const [what, closes] of [['rises 8 a day', rise], ['falls 8 a day', fall]])
  console.log(`${what}: ta.js ATR ${(await ta.atr(bars(closes), 14)).at(-1).toFixed(2)}, textbook ${textbook(bars(closes), 14).toFixed(2)}`);
JS
node t.mjs > got
cat > want <<'OUT'
rises 8 a day: ta.js ATR 8.41, textbook 8.41
falls 8 a day: ta.js ATR 1.00, textbook 8.41
OUT
cat got
diff want got || { echo 'the behaviour has changed'; exit 1; }
