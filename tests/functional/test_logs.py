"""Processes that keep running write logs that programs can read."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx

from technic_scanner.domain.config import ScanConfig
from tests.functional.api.server_process import ServerProcess
from tests.support.quiet import without_workers


def test_a_worker_process_tells_of_its_run_in_json(tmp_path: Path) -> None:
    services = without_workers(tmp_path)
    run_id = services.service.submit(ScanConfig(source="synthetic", universe="50x260")).run_id
    services.close()
    environment = os.environ | {"TECHNIC_HOME": str(tmp_path), "TECHNIC_LOG_FORMAT": "json"}
    words = [sys.executable, "-m", "technic_scanner.cli.main", "worker"]
    done = subprocess.run(words, env=environment, stderr=subprocess.PIPE, text=True, check=True, timeout=120)
    *logged, last = done.stderr.splitlines()
    assert last == "1 run executed."
    entries = [json.loads(line) for line in logged]
    assert [(entry["run_id"], entry["attempt"]) for entry in entries if "begins" in entry["event"]] == [(run_id, 1)]
    assert any("succeeded" in entry["event"] for entry in entries)


def test_a_server_tells_of_its_requests_in_json(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path, "api", log_format="json")
    try:
        server.wait_until_ready()
        assert httpx.get(f"{server.base_url}/nothing/here", timeout=60).status_code == 404
        server.process.send_signal(signal.SIGTERM)
        server.process.wait()
    finally:
        server.kill()
    entries = [json.loads(line) for line in server.log.read_text().splitlines() if line.startswith("{")]
    (asked,) = [entry for entry in entries if "/nothing/here" in entry["event"]]
    assert (asked["logger"], asked["level"]) == ("uvicorn.access", "info")
    assert "404" in asked["event"]
