"""Look up known vulnerabilities of the locked packages with pip-audit: ``python -m tools.audit [ADVISORIES]``.

Without an argument pip-audit asks the package index. ADVISORIES is a JSON file, a list of OSV documents
(https://ossf.github.io/osv-schema/), for machines that reach no advisory service; it is served to pip-audit locally.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version
from uv import find_uv_bin

from tools.uv import environment

LOCK = Path(__file__).resolve().parents[1] / "requirements.lock"
PIP_AUDIT = "pip-audit==2.10.1"


def read_advisories(path: Path) -> list[Mapping[str, Any]]:
    """Read a file of OSV documents. Raises SystemExit with a sentence for any other one."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SystemExit(f"{path} cannot be read as JSON: {error}") from error
    if not isinstance(found, list) or not all(isinstance(item, dict) and "id" in item for item in found):
        raise SystemExit(f"{path} is no list of OSV documents, each with an id")
    return found


def affecting(advisories: Iterable[Mapping[str, Any]], name: str, version: str) -> list[Mapping[str, Any]]:
    """Return the advisories that a version of a package is affected by."""
    return [item for item in advisories if any(_hits(part, name, version) for part in item.get("affected", ()))]


def _hits(affected: Mapping[str, Any], name: str, version: str) -> bool:
    package = affected.get("package", {})
    if package.get("ecosystem") != "PyPI" or canonicalize_name(package.get("name", "")) != canonicalize_name(name):
        return False
    ranges = [item["events"] for item in affected.get("ranges", ()) if item.get("type") == "ECOSYSTEM"]
    return version in affected.get("versions", ()) or any(_within(events, Version(version)) for events in ranges)


def _within(events: Sequence[Mapping[str, str]], version: Version) -> bool:
    """Return whether a version lies in a range of events, each of which begins or ends it."""
    inside = False
    for event in sorted(events, key=_place):
        if "introduced" in event and version >= _place(event):
            inside = True
        if "fixed" in event and version >= _place(event):
            inside = False
        if "last_affected" in event and version > _place(event):
            inside = False
    return inside


def _place(event: Mapping[str, str]) -> Version:
    try:
        return Version(next(iter(event.values())))
    except InvalidVersion:
        return Version("0")


def serve(advisories: Sequence[Mapping[str, Any]]) -> ThreadingHTTPServer:
    """Return a server on a free local port that answers as OSV's API does, out of the advisories."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found = affecting(advisories, asked["package"]["name"], asked["version"])
            content = json.dumps({"vulns": found} if found else {}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing of each question."""

    return ThreadingHTTPServer(("127.0.0.1", 0), Answer)


def main(arguments: Sequence[str]) -> int:
    """Run pip-audit over the lock; return its exit code, 1 if there are vulnerabilities."""
    command = [find_uv_bin(), "tool", "run", "--from", PIP_AUDIT, "pip-audit", "--disable-pip", "--require-hashes"]
    command += ["--requirement", str(LOCK)]
    if not arguments:
        # Strictly, since an index that tells of no advisories would otherwise count as one that knows of none.
        return subprocess.run([*command, "--strict"], env=environment(), check=False).returncode
    server = serve(read_advisories(Path(arguments[0])))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/v1/query"
    command += ["--vulnerability-service", "osv", "--osv-url", url]
    try:
        return subprocess.run(command, env=environment(), check=False).returncode
    finally:
        server.shutdown()
        server.server_close()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
