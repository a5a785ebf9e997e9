#!/bin/sh
# rich 15.0.0: no time remaining is ever shown when each step takes over 30 s.
# Expected: after two or three steps of a steady minute each, the remaining time of
# a 20-step job is known (tqdm gives it after the first).
# Seen: time_remaining stays None ("-:--:--") to the end at 31 s a step; at 29 s it
# is right. Samples older than speed_estimate_period (30 s) are dropped before
# the new one is added, so two are never together.
# Documented: the parameter is ("period used to calculate the speed"), its effect
# on slow steps is not; closed and open reports of it exist.
# Why it matters: a staged scan (universe, prices, indicators ...) has exactly such
# steps, and it is the slow run whose end the user wants to know.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'rich==15.0.0'
cat > "$T/t.py" <<'PY'
from rich.progress import Progress
for seconds in (10, 29, 31, 60):
    clock = [0.0]
    progress = Progress(get_time=lambda: clock[0], auto_refresh=False)
    task = progress.add_task("stage", total=20)
    seen = []
    for step in range(19):
        clock[0] += seconds
        progress.advance(task)
        seen.append(progress.tasks[0].time_remaining)
    print(f"{seconds} s a step: remaining after 2, 10 and 19 steps: {seen[1]}, {seen[9]}, {seen[18]}")
PY
"$T/v/bin/python" -W ignore "$T/t.py" > "$T/got"
cat > "$T/want" <<'OUT'
10 s a step: remaining after 2, 10 and 19 steps: 180, 100, 10
29 s a step: remaining after 2, 10 and 19 steps: 522, 290, 29
31 s a step: remaining after 2, 10 and 19 steps: None, None, None
60 s a step: remaining after 2, 10 and 19 steps: None, None, None
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
