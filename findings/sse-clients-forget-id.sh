#!/bin/sh
# sseclient-py 1.9.0, aiosseclient 0.1.8: an event without an id line has no id at all.
# Expected: the last id stays in force until another replaces it ("lastEventId ... the
# last event ID string of the event source"), so e.id of an event without an id line
# is that of the event before: httpx-sse and requests-sse give it.
# Seen: None. Both take the id for a field of the one event; neither keeps it.
# Documented: no. sseclient-py's readme tells users to resume by themselves, and
# e.id is the only place where the position can be read.
# Why it matters: "last = e.id; reconnect after last", the usual loop, starts the
# stream from the beginning whenever the last event before the cut was one of those
# (a "done" or a notice): every event of the scan comes once more.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"
"$T/v/bin/python" -m pip install -q --disable-pip-version-check 'sseclient-py==1.9.0' 'aiosseclient==0.1.8' 'requests-sse==0.5.3' 'httpx-sse==0.4.3' 'httpx==0.28.1' 'aiohttp==3.14.5'
cat > "$T/t.py" <<'PY'
import asyncio, threading
from http.server import BaseHTTPRequestHandler, HTTPServer
import aiosseclient, httpx, httpx_sse, requests_sse, sseclient
class Stream(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write(b"id: 7\ndata: half\n\ndata: done\n\n")
    def log_message(self, *args): pass
server = HTTPServer(("127.0.0.1", 0), Stream)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/"
async def asynchronous():
    return [(e.id, e.data) async for e in aiosseclient.aiosseclient(url)]
with httpx.Client(trust_env=False) as client:
    with client.stream("GET", url) as response:
        print("sseclient-py:", [(e.id, e.data) for e in sseclient.SSEClient(response.iter_bytes()).events()])
    with httpx_sse.connect_sse(client, "GET", url) as source:
        print("httpx-sse:   ", [(e.id, e.data) for e in source.iter_sse()])
print("aiosseclient:", asyncio.run(asynchronous()))
with requests_sse.EventSource(url) as source:
    events = iter(source)
    print("requests-sse:", [(e.last_event_id, e.data) for e in (next(events), next(events))])
PY
"$T/v/bin/python" -W ignore "$T/t.py" > "$T/got"
cat > "$T/want" <<'OUT'
sseclient-py: [('7', 'half'), (None, 'done')]
httpx-sse:    [('7', 'half'), ('7', 'done')]
aiosseclient: [('7', 'half'), (None, 'done')]
requests-sse: [('7', 'half'), ('7', 'done')]
OUT
cat "$T/got"
diff "$T/want" "$T/got" || { echo 'the behaviour has changed'; exit 1; }
