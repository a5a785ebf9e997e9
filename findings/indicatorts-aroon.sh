#!/bin/sh
# indicatorts 2.2.2 (npm; needs node 20): Aroon Up is 100 in a straight fall.
# Expected: by its own help, up = (period - bars since the period's high)/period:
# near 0 for a share that falls every day, while down is 100.
# Seen: both are 100, falling or rising. It counts the bars since the VALUE of the
# moving maximum changed; in a fall that happens every day, as the old high leaves
# the window. On ordinary waves Up jumps to 100 each time a high ages out.
# Documented: the contrary.
# Why it matters: the sign of Up - Down, the usual trend filter, is noise; its own
# Aroon strategy uses the same lines.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
cd "$T"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$T" indicatorts@2.2.2
cat > t.mjs <<'JS'
import { aroon } from 'indicatorts';
const show = (what, high, low) => {
  const { up, down } = aroon(high, low, { period: 14 });
  console.log(what, 'up', up.slice(-3).join(' '), 'down', down.slice(-3).join(' '));
};
const fall = Array.from({ length: 40 }, (_, i) => 100 - i);
const rise = [...fall].reverse();
show('falls every day:', fall.map(x => x + 0.5), fall.map(x => x - 0.5));
show('rises every day:', rise.map(x => x + 0.5), rise.map(x => x - 0.5));
JS
node t.mjs > got
cat > want <<'OUT'
falls every day: up 100 100 100 down 100 100 100
rises every day: up 100 100 100 down 100 100 100
OUT
cat got
diff want got || { echo 'the behaviour has changed'; exit 1; }
