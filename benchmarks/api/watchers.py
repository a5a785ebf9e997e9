"""Many SSE clients in one process: ``python -m benchmarks.api.watchers PORT RUN_ID COUNT`` prints what they got."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys

_ID = re.compile(rb"^id: (\d+)\r$", re.MULTILINE)


async def watch(port: int, run_id: str, ready: asyncio.Semaphore) -> tuple[int, bool]:
    """Read one stream to its end; return how many events came and whether they were the journal's, in order."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /scans/{run_id}/stream HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    await reader.readuntil(b"retry: 2000")
    ready.release()
    count, last, in_order, left = 0, 0, True, b""
    while b"event: end" not in left:
        data = left + await reader.read(1 << 18)
        whole, _, left = data.rpartition(b"\r\n\r\n")
        for mark in _ID.findall(whole + b"\r\n"):
            in_order &= int(mark) == last + 1
            last = int(mark)
            count += 1
        if b"event: end" in whole:
            break
    writer.close()
    return count, in_order


async def watch_all(port: int, run_id: str, count: int) -> None:
    """Connect all, say so, read all to the end, print the outcome as JSON."""
    ready = asyncio.Semaphore(0)
    watchers = [asyncio.create_task(watch(port, run_id, ready)) for _ in range(count)]
    for _ in watchers:
        await ready.acquire()
    print("ready", flush=True)
    outcomes = await asyncio.gather(*watchers)
    events = sorted({events for events, _ in outcomes})
    print(json.dumps({"ended": len(outcomes), "events": events, "in_order": all(good for _, good in outcomes)}))


if __name__ == "__main__":
    # They stand in for other machines: what they do must not compete with the scan.
    os.nice(19)
    asyncio.run(watch_all(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
