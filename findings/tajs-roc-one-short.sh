#!/bin/sh
# ta.js 1.17.0 (npm; needs node 20): roc and mom over n bars look back n - 1.
# Expected: the rate of change (and the momentum) over 10 bars compares a close with
# the close ten bars earlier, as TA-Lib's ROC and MOM and the package
# technicalindicators 3.1.0 do.
# Seen: with the one nine bars earlier. ta.roc(closes, 1) is 0 on every bar: each close is
# compared with itself.
# Documented: no; the parameter is called length, and 10 is the default of mom.
# Why it matters: "12-1 momentum" and "up 20 % in 5 sessions" are measured over another
# span than everywhere else; the numbers look right and move alike.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
cd "$T"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$T" ta.js@1.17.0 technicalindicators@3.1.0
cat > t.mjs <<'JS'
import ta from 'ta.js';
import technical from 'technicalindicators';
const closes = Array.from({ length: 30 }, (_, i) => 100 + i * i);  // 100, 101, 104, 109 ... 941
const last = closes.length - 1;
const show = (what, values) => console.log(what.padEnd(34), values.slice(-3).map(x => x.toFixed(4)).join('  '));
show('close / close 10 bars before, %:', [last - 2, last - 1, last].map(i => 100 * (closes[i] / closes[i - 10] - 1)));
show('technicalindicators ROC 10:', technical.ROC.calculate({ values: closes, period: 10 }));
show('ta.js roc 10, %:', (await ta.roc(closes, 10)).map(x => 100 * x));
show('ta.js roc 11, %:', (await ta.roc(closes, 11)).map(x => 100 * x));
show('ta.js roc 1:', await ta.roc(closes, 1));
show('close - close 10 bars before:', [last - 2, last - 1, last].map(i => closes[i] - closes[i - 10]));
show('ta.js mom 10:', await ta.mom(closes, 10));
JS
node t.mjs > got
cat > want <<'OUT'
close / close 10 bars before, %:   113.1105  108.4906  104.1215
technicalindicators ROC 10:        113.1105  108.4906  104.1215
ta.js roc 10, %:                   95.5189  91.7570  88.2000
ta.js roc 11, %:                   113.1105  108.4906  104.1215
ta.js roc 1:                       0.0000  0.0000  0.0000
close - close 10 bars before:      440.0000  460.0000  480.0000
ta.js mom 10:                      405.0000  423.0000  441.0000
OUT
cat got
diff want got || { echo 'the behaviour has changed'; exit 1; }
