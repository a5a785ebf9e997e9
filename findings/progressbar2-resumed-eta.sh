#!/bin/sh
# progressbar2 4.6.0: a bar that starts at initial_value=6000 takes the earlier work for that of this run.
# Expected: 8,000 symbols, 6,000 of them done before, 600 more in ten minutes: the other
# 1,400 take 23 minutes at one a second.
# Seen: 0:02:07. ETA divides the value by the time since the start, so the 6,000 of the run
# before count as work of these ten minutes: a minute a hundred. (AdaptiveETA, which
# looks at the last samples only, is right.)
# Documented: initial_value is "the value to start with"; of ETA nothing is said.
# Why it matters: a resumed scan says "2 minutes" for 23, and the figure then rises.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'progressbar2==4.6.0'
cat > "$T/t.py" <<'PY'
import datetime, io, progressbar
def line(**start):
    widgets = [progressbar.Counter(), " ", progressbar.ETA()]
    bar = progressbar.ProgressBar(max_value=8000, fd=io.StringIO(), widgets=widgets, **start).start()
    first = start.get("initial_value", 0)
    bar.start_time = datetime.datetime.now() - datetime.timedelta(seconds=600)  # ten minutes at 1 symbol a second
    bar.update(first + 600, force=True)
    data = bar.data()
    return f"{bar.value} of 8000, elapsed {data['time_elapsed'].seconds // 60} min, {widgets[2](bar, data)}"
print("new scan:    ", line())
print("resumed scan:", line(initial_value=6000), "(1400 symbols are left: 23 min)")
PY
"$T/v/bin/python" -W ignore "$T/t.py" 2> "$T/err" > "$T/got" || { cat "$T/err"; exit 1; }
cat > "$T/want" <<'OUT'
new scan:     600 of 8000, elapsed 10 min, ETA:   2:03:20
resumed scan: 6600 of 8000, elapsed 10 min, ETA:   0:02:07 (1400 symbols are left: 23 min)
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
