#!/bin/sh
# httpx-sse 0.4.3: every heartbeat becomes an empty event once an id was seen.
# Expected: a comment block (": ping" and an empty line), which servers send to keep
# a quiet stream open, is no event: with an empty data buffer the specification
# dispatches nothing. So it is here too, as long as no event had an id.
# Seen: after the first id each such block yields ServerSentEvent(event='message',
# data='') with the id of the last real event. Its test for "nothing to dispatch"
# also looks at the last id, which by the specification stays set.
# Documented: reported in its tracker (httpx-sse issue 35, open since 2025), not in the
# readme, whose example calls sse.json() on every event.
# Why it matters: a stream that can be resumed has ids, and a scan of minutes has
# heartbeats: json() fails on the first of them, or the last event counts twice.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'httpx-sse==0.4.3' 'httpx==0.28.1'
cat > "$T/t.py" <<'PY'
import httpx, httpx_sse
def events(text):
    transport = httpx.MockTransport(lambda request: httpx.Response(200, headers={"Content-Type": "text/event-stream"}, text=text))
    with httpx.Client(transport=transport) as client, httpx_sse.connect_sse(client, "GET", "http://localhost/") as source:
        return [(e.id, e.event, e.data) for e in source.iter_sse()]
print("without ids:", events("data: a\n\n: ping\n\n: ping\n\ndata: b\n\n"))
print("with ids:   ", events("id: 1\ndata: a\n\n: ping\n\n: ping\n\nid: 2\ndata: b\n\n"))
PY
"$T/v/bin/python" -W ignore "$T/t.py" > "$T/got"
cat > "$T/want" <<'OUT'
without ids: [('', 'message', 'a'), ('', 'message', 'b')]
with ids:    [('1', 'message', 'a'), ('1', 'message', ''), ('1', 'message', ''), ('2', 'message', 'b')]
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
