"""Run ``python -m tools.api_examples``: records the answers that the OpenAPI document shows as examples.

Everything in them comes from two scans of the shipped sample; only names of this machine are replaced.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from technic_scanner.api.app import create_api
from technic_scanner.api.documentation import EXAMPLES_FILE
from technic_scanner.bootstrap import Services, build
from technic_scanner.runs.service.service import RunService
from technic_scanner.settings import Settings, load_settings

LONGEST_LIST = 2
WHOLE_LISTS = ("stages", "stage_timings", "stage_plan", "columns")
SHOWN_COLUMNS = ("Rank", "Symbol", "CompositeScore", "Entry", "Stop", "Target")
SHOWN_OF_PICK = (*("run_id", "as_of", "profile", "Symbol", "Rank", "side"), "forward_21", "excess_21", "exit")
SCAN = {"config": {"sectors": ["Information Technology"], "as_of_date": "2010-05-28"}, "label": "tech, first look"}
SCHEDULE = {"preset": "Quick look", "after_close": "XNYS", "delay": "20m"}
STUDY = {"where": "close > sma(close, 50) and rsi(14) < 40", "from": "2010-01-04"}
SWEEP = {"where": "let n = 50 # 20..80 step 30\nclose > sma(close, n) and rsi(14) < 40", "from": "2010-01-04"}
PRESET = {"config": {"min_tech_rating": 60}, "description": "strong ones only"}


class Takes(BaseHTTPRequestHandler):
    """Takes whatever is posted."""

    def do_POST(self) -> None:
        """Answer that it was taken."""
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def receiver() -> Iterator[int]:
    """Serve a webhook on this machine; give its port."""
    with HTTPServer(("127.0.0.1", 0), Takes) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


class NoLauncher:
    """Launches nothing: the one worker is this process."""

    def ensure_worker(self) -> None:
        """Runs are executed below."""


def main() -> None:
    """Record and write."""
    with tempfile.TemporaryDirectory() as folder, build(_settings(Path(folder))) as built:
        services = replace(built, service=RunService(built.store, built.catalog, NoLauncher(), built.clock))
        with TestClient(create_api(services), base_url="http://localhost", client=("127.0.0.1", 1)) as client:
            recorded = record(services, client)
    lines = [json.dumps({name: cleaned(value)}, ensure_ascii=False)[1:-1] for name, value in recorded.items()]
    EXAMPLES_FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def _settings(folder: Path) -> Settings:
    """Return settings with a data folder and two made-up price files in ``folder``."""
    prices = folder / "prices"
    prices.mkdir()
    (prices / "ORBX.csv").write_text("Datum;Eröffnung;Hoch;Tief;Schluss;Volumen\n13.03.2026;11,5;13;10;12,25;1.600\n")
    (prices / "ZQM.csv").write_text("Date,Close\n2026-03-13,21\n")
    return load_settings(home=folder / "home", files_root=prices, alert_allowed_networks="127.0.0.1/32")


def record(services: Services, client: TestClient) -> dict[str, Any]:
    """Return an answer of every operation that answers in JSON."""
    ask = Recorder(client)
    first = ask("POST /scans", body=SCAN)["run_id"]
    services.worker().run()
    second = ask("POST /scans/{run_id}/rerun", first)["run_id"]
    ask("GET /workers")
    services.worker().run()
    third = client.post("/scans", json={}).json()["run_id"]
    ask("POST /scans/{run_id}/cancel", third)
    ask("POST /scans/{run_id}/resume", third)
    client.post(f"/scans/{third}/cancel")
    for name in ("", "/failures", "/outcomes"):
        ask(f"GET /scans/{{run_id}}{name}", first)
    ask("POST /scans/{run_id}/matches", first, body={"text": "rsi(14) < 60 and close > sma(close, 50)"})
    ask("GET /scans/{run_id}/events", first, limit=1)
    ask("GET /scans/{run_id}/results", first, limit=LONGEST_LIST, column=SHOWN_COLUMNS)
    ask("GET /scans/{run_id}/new", second)
    ask("PATCH /scans/{run_id}", first, body={"label": "tech, kept", "pinned": True})
    ask("POST /scans/estimate", body=SCAN)
    ask("GET /compare", runs=[first, second])
    ask("PUT /presets/{name}", "Strong ones", body=PRESET)
    exported = ask("GET /presets/{name}/export", "Strong ones")
    client.delete("/presets/Strong ones")
    ask("POST /presets/import", body=exported)
    ask("GET /presets/{name}", "Strong ones")
    record_schedules(ask)
    services.worker().run()
    with receiver() as port:
        os.environ["TECHNIC_CHANNEL_DESK"] = f"http://127.0.0.1:{port}/"
        record_alerts(ask)
    ask("GET /health/standing")
    ask("GET /symbols/{symbol}/appearances", "AAPL")
    for name in ("scans", "presets", "sources", "outcomes", "health/live", "health/ready"):
        ask(f"GET /{name}")
    for name in ("stages", "regressions", "eta", "trends"):
        ask(f"GET /analytics/{name}")
    ask("GET /universe", sectors="Energy")
    ask("GET /sources/files/report")
    ask("POST /criteria/check", body={"text": "rsi(14) < 30 and close > sma(close, 200)"})
    ask("GET /criteria/functions")
    ask("PUT /criteria/saved/{name}", "My dips", body={"text": "rsi(14) < 30", "description": "dips"})
    exported = ask("GET /criteria/saved/{name}/export", "My dips")
    ask("GET /criteria/saved/{name}/versions", "My dips")
    client.delete("/criteria/saved/My dips")
    ask("POST /criteria/saved/import", body=exported)
    ask("GET /criteria/saved/{name}", "My dips")
    ask("GET /criteria/saved")
    ask("POST /criteria/import", body={"language": "stockcharts", "text": "[RSI(14) x 30] and [SCTR > 75]"})
    ask("POST /studies", body=STUDY)
    record_notes(ask, first)
    record_watchlists(ask, client)
    ask("POST /replays", body={"from": "2010-03-01", "to": "2010-05-31", "every": "month", "dry_run": True})
    swept = ask("POST /sweeps", body=SWEEP)["run_id"]
    services.worker().run()
    ask("GET /sweeps/{run_id}", swept)
    return ask.recorded


def record_notes(ask: Recorder, run_id: str) -> None:
    """Record the operations of notes."""
    ask("PUT /notes/symbols/{symbol}", "BRK.B", body={"text": "Wait for the report.", "tags": ["dip"]})
    ask("GET /notes/symbols/{symbol}", "BRK.B")
    ask("GET /notes/symbols")
    ask("PUT /scans/{run_id}/note", run_id, body={"text": "Before the split was known.", "tags": ["checked"]})
    ask("GET /scans/{run_id}/note", run_id)


def record_watchlists(ask: Recorder, client: TestClient) -> None:
    """Record the operations of watchlists."""
    ask("POST /watchlists/read", body={"text": 'Buy AAPL, "BRK.B" and FOOBAR at 12.50', "source": "sample"})
    entries = [{"symbol": "AAPL", "note": "before earnings"}, {"symbol": "BRK.B"}]
    ask("PUT /watchlists/{name}", "mine", body={"entries": entries, "description": "what I follow"})
    exported = ask("GET /watchlists/{name}/export", "mine")
    ask("GET /watchlists/{name}/versions", "mine")
    client.delete("/watchlists/mine")
    ask("POST /watchlists/import", body=exported)
    ask("GET /watchlists/{name}", "mine")
    ask("GET /watchlists")


def record_alerts(ask: Recorder) -> None:
    """Record the operations of alerts."""
    ask("POST /alerts", body={"name": "to ann", "schedule": "nightly", "channel": "desk"})
    ask("PUT /alerts/{name}", "to ann", body={"schedule": "nightly", "channel": "desk", "when": "changed"})
    ask("GET /alerts")
    ask("GET /alerts/{name}", "to ann")
    for name in ("pause", "resume", "test"):
        ask(f"POST /alerts/{{name}}/{name}", "to ann")
    for name in ("preview", "messages"):
        ask(f"GET /alerts/{{name}}/{name}", "to ann")
    ask("GET /channels")


def record_schedules(ask: Recorder) -> None:
    """Record the operations of schedules."""
    ask("POST /schedules", body={"name": "nightly", **SCHEDULE})
    ask("PUT /schedules/{name}", "nightly", body={**SCHEDULE, "expected_version": 1})
    for name in ("pause", "resume", "fire"):
        ask(f"POST /schedules/{{name}}/{name}", "nightly")
    ask("GET /schedules/{name}", "nightly")
    ask("GET /schedules")
    ask("GET /schedules/{name}/firings", "nightly")
    ask("GET /schedules/{name}/times", "nightly", **{"from": "2026-11-25"}, count=2)


class Recorder:
    """Asks and keeps the answer under the name of the operation."""

    def __init__(self, client: TestClient) -> None:
        self.recorded: dict[str, Any] = {}
        self._client = client

    def __call__(self, operation: str, part: str = "", *, body: Any = None, **query: Any) -> Any:
        """Ask an operation; ``part`` stands for the parameter in its path."""
        method, _, path = operation.partition(" ")
        answer = self._client.request(method, re.sub(r"\{\w+\}", part, path), json=body, params=query)
        answer.raise_for_status()
        self.recorded[operation] = answer.json()
        return self.recorded[operation]


def cleaned(value: Any, name: str = "") -> Any:
    """Return the value with lists cut short and this machine's names replaced."""
    if name in ("host", "worker_id") and value is not None:
        return {"host": "scan-1", "worker_id": "scan-1-4711"}[name]
    if name == "pid":
        return 4711
    if isinstance(value, dict):
        kept = {key: inner for key, inner in value.items() if "forward_5" not in value or key in SHOWN_OF_PICK}
        return {key: cleaned(inner, key) for key, inner in kept.items()}
    if isinstance(value, list):
        return [cleaned(inner) for inner in (value if name in WHOLE_LISTS else value[:LONGEST_LIST])]
    return round(value, 6) if isinstance(value, float) else value


if __name__ == "__main__":
    main()
