#!/bin/sh
# eventsource-client 1.2.0 (npm; needs node 20): a block that only moves the id is lost.
# Expected: "id: 5" and an empty line, without data, moves the last event id and
# dispatches nothing: the specification sets the id before it looks at the data. A
# server sends it to say "nothing for you up to 5". The next connection asks for 5.
# Seen: it asks for 1. The id is taken over only with an event that has data.
# The package eventsource 5.1.5, of the same authors' parser, asks for 5.
# Documented: no; the readme speaks of the last event ID as the specification does.
# Why it matters: a client that filters a run's journal on the server's side reads
# all the skipped events again after each reconnect, or shows them twice.
set -eu
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
cd "$T"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$T" eventsource-client@1.2.0 eventsource@5.1.5
cat > t.mjs <<'JS'
import http from 'node:http';
import { createEventSource } from 'eventsource-client';
import { EventSource } from 'eventsource';
const seen = { client: [], eventsource: [] };
const server = http.createServer((request, response) => {
  const list = seen[request.url.slice(1)];
  list.push(request.headers['last-event-id'] ?? 'none');
  response.writeHead(200, { 'Content-Type': 'text/event-stream', Connection: 'close' });
  response.end(list.length === 1 ? 'retry: 50\nid: 1\ndata: a\n\nid: 5\n\n' : 'data: b\n\n');
}).listen(0, '127.0.0.1', async () => {
  const base = `http://127.0.0.1:${server.address().port}/`;
  const one = createEventSource({ url: base + 'client', onMessage() {} });
  const two = new EventSource(base + 'eventsource');
  while (seen.client.length < 2 || seen.eventsource.length < 2) await new Promise(done => setTimeout(done, 50));
  one.close(); two.close();
  console.log('eventsource-client asked for:', seen.client.slice(0, 2).join(', then '));
  console.log('eventsource asked for:       ', seen.eventsource.slice(0, 2).join(', then '));
  process.exit(0);
});
JS
node t.mjs > got
cat > want <<'OUT'
eventsource-client asked for: none, then 1
eventsource asked for:        none, then 5
OUT
cat got
diff want got || { echo 'the behaviour has changed'; exit 1; }
