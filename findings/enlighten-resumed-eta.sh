#!/bin/sh
# enlighten 1.14.1: a bar that starts at count=6000 counts the finished work into its time remaining.
# Expected: 8,000 symbols, 6,000 of them done before, 100 more in 10 seconds: the other
# 1,900 take 190 seconds, 03:10, as tqdm (initial=) and alive-progress (skipped=) say.
# Seen: 13:10, the same as for a new scan of 8,000. The rate is that of the new work and right;
# what remains is taken as total less the NEW work.
# Documented: count is the "initial count"; of the time remaining nothing is said.
# Why it matters: a resumed scan or download announces four times what it needs, and
# at the end of the bar, 100 %, it still announces ten minutes.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'enlighten==1.14.1'
cat > "$T/t.py" <<'PY'
import io, enlighten
manager = enlighten.Manager(stream=io.StringIO(), enabled=True)
def line(done_before):
    bar = manager.counter(total=8000, count=done_before, desc="scan", unit="symbols")
    bar.update(100)
    return bar.format(width=90, elapsed=10.0).split("|")[-1].strip()
print("new scan:    ", line(0))
print("resumed scan:", line(6000), "- at 10 a second the other 1900 take 03:10")
PY
"$T/v/bin/python" -W ignore "$T/t.py" 2> "$T/err" > "$T/got" || { cat "$T/err"; exit 1; }
cat > "$T/want" <<'OUT'
new scan:     100/8000 [00:10<13:10, 10.00 symbols/s]
resumed scan: 6100/8000 [00:10<13:10, 10.00 symbols/s] - at 10 a second the other 1900 take 03:10
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
