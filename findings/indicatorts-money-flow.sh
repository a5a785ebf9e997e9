#!/bin/sh
# indicatorts 2.2.2 (npm; needs node 20): MFI follows the volume, not the price.
# Expected: the Money Flow Index calls a day's flow positive when the TYPICAL PRICE
# rose: 0 for a share that falls every day, whatever its volume.
# Seen: 100 for a fall on growing volume, and 0 for a rise on shrinking volume:
# the sign comes from the change of price x volume. TA-Lib and technicalindicators
# give 0 and 100 for the same bars.
# Documented: no; the help names typical price, raw money flow and their ratio.
# Why it matters: a panic on rising volume is read as the strongest buying.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
cd "$T"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$T" indicatorts@2.2.2 technicalindicators@3.1.0
cat > t.mjs <<'JS'
import { mfi } from 'indicatorts';
import { MFI } from 'technicalindicators';
const fall = Array.from({ length: 40 }, (_, i) => 100 - i), more = fall.map((_, i) => 1000 + 100 * i);
for (const [what, close, volume] of [['fall on growing volume:', fall, more],
                                     ['rise on shrinking volume:', [...fall].reverse(), [...more].reverse()]]) {
  const high = close.map(x => x + 0.5), low = close.map(x => x - 0.5);
  console.log(what, 'indicatorts', mfi(high, low, close, volume, { period: 14 }).at(-1),
    'technicalindicators', MFI.calculate({ high, low, close, volume, period: 14 }).at(-1));
}
JS
node t.mjs > got
cat > want <<'OUT'
fall on growing volume: indicatorts 100 technicalindicators 0
rise on shrinking volume: indicatorts 0 technicalindicators 100
OUT
cat got
diff want got || { echo 'the behaviour has changed'; exit 1; }
