"""How servers are started: as ``python -m`` would, with connections that are closed when a head is late."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROBE = """
import json, sys
import uvicorn
config = uvicorn.Config(lambda: None)
config.load()
print(json.dumps([__name__, config.http_protocol_class.__name__, sys.argv[1:]]))
"""


def test_a_module_is_run_with_its_arguments_and_punctual_connections(tmp_path: Path) -> None:
    (tmp_path / "probe_of_a_server.py").write_text(PROBE)
    command = [sys.executable, "-P", "-m", "technic_scanner.server", "probe_of_a_server", "run", "--port", "1"]
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == '["__main__", "PunctualConnection", ["run", "--port", "1"]]'
