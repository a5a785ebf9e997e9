#!/bin/sh
# @debut/indicators 1.4.2 (npm; needs node 20): the CMO of 14 bars is right on one bar in fifteen.
# Expected: 100 (gains - losses) / (gains + losses) of the last 14 changes, as the class's own
# comment says and as Tulip Indicators and the definition by Chande have it.
# Seen: true of the 15th bar, the 30th, the 45th and so on. On the others the ring in which the closes are
# kept is read from its first cell and not from its oldest one: the change from the newest close to the
# oldest is one of the 14, and in a steady rise nearly as large as all others together.
# Documented: no.
# Why it matters: a steady rise, whose CMO is 100, shows -3.7 on 14 days of 15: overbought and oversold
# are not seen, and the sign is often the other one.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
cd "$T"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$T" @debut/indicators@1.4.2
cat > t.mjs <<'JS'
import indicators from '@debut/indicators';
const N = 14;
const expected = (closes, i) => {
    const changes = Array.from({ length: N }, (_, k) => closes[i - k] - closes[i - k - 1]);
    const sum = sign => changes.filter(x => x * sign > 0).reduce((all, x) => all + Math.abs(x), 0);
    return 100 * (sum(1) - sum(-1)) / (sum(1) + sum(-1));
};
const show = (what, closes, bars) => {
    const cmo = new indicators.CMO(N);
    const got = closes.map(close => cmo.nextValue(close));
    for (const i of bars) console.log(what, 'bar', i, 'of the definition', expected(closes, i).toFixed(2), 'seen', got[i].toFixed(2));
    const right = closes.flatMap((_, i) => i >= N && Math.abs(got[i] - expected(closes, i)) < 1e-9 ? [i] : []);
    console.log(what, 'right on the bars', right.join(' '));
};
show('rise', Array.from({ length: 100 }, (_, i) => 50 + i), [14, 15, 20, 28, 29]);
show('wave', Array.from({ length: 100 }, (_, i) => 50 + 9 * Math.sin(i / 7) + Math.cos(i * i)), [40, 44, 50]);
JS
node t.mjs > got
cat > want <<'OUT'
rise bar 14 of the definition 100.00 seen 100.00
rise bar 15 of the definition 100.00 seen -3.70
rise bar 20 of the definition 100.00 seen -3.70
rise bar 28 of the definition 100.00 seen -3.70
rise bar 29 of the definition 100.00 seen 100.00
rise right on the bars 14 29 44 59 74 89
wave bar 40 of the definition 2.26 seen 9.87
wave bar 44 of the definition 61.20 seen 61.20
wave bar 50 of the definition 94.51 seen -1.02
wave right on the bars 14 29 44 59 74 89
OUT
cat got
diff want got || { echo 'the behaviour has changed'; exit 1; }
