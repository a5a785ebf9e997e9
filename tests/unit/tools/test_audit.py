"""Advisories out of a file: which versions they affect, and how they are served to pip-audit."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from tools.audit import LOCK, affecting, read_advisories, serve

ADVISORY: dict[str, Any] = {
    "id": "TEST-1",
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "Some_Package"},
            "ranges": [
                {"type": "ECOSYSTEM", "events": [{"introduced": "1.0"}, {"fixed": "1.4"}, {"introduced": "2.0"}]},
                {"type": "GIT", "events": [{"introduced": "0"}]},
            ],
            "versions": ["0.5"],
        }
    ],
}


@pytest.mark.parametrize(
    ("version", "hit"),
    [("0.5", True), ("0.9", False), ("1.0", True), ("1.3.9", True), ("1.4", False), ("1.9", False), ("2.1", True)],
)
def test_versions_in_a_range_or_a_list_are_affected(version: str, hit: bool) -> None:
    assert bool(affecting([ADVISORY], "some-package", version)) is hit
    assert affecting([ADVISORY], "other", version) == []


def test_the_last_affected_version_is_affected() -> None:
    events = [{"introduced": "0"}, {"last_affected": "3.1"}]
    package = {"ecosystem": "PyPI", "name": "x"}
    advisory = {"id": "T", "affected": [{"package": package, "ranges": [{"type": "ECOSYSTEM", "events": events}]}]}
    assert [bool(affecting([advisory], "x", version)) for version in ("3.1", "3.2")] == [True, False]


def test_the_server_answers_as_the_service_does() -> None:
    server = serve([ADVISORY])
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        for version, ids in (("1.1", ["TEST-1"]), ("1.5", [])):
            asked = {"package": {"name": "some-package", "ecosystem": "PyPI"}, "version": version}
            answer = httpx.post(f"http://127.0.0.1:{server.server_port}/v1/query", json=asked).json()
            assert [item["id"] for item in answer.get("vulns", [])] == ids
    finally:
        server.shutdown()
        server.server_close()
        thread.join(60)


def test_every_package_of_the_lock_has_hashes() -> None:
    blocks = LOCK.read_text().replace("\\\n", " ").splitlines()
    assert len(blocks) > 50
    assert [line for line in blocks if "--hash=sha256:" not in line] == []


@pytest.mark.parametrize("content", ['{"id": "TEST-1"}', "[1]", "[{}]", "no JSON"])
def test_a_file_of_anything_else_ends_in_a_sentence(content: str, tmp_path: Path) -> None:
    path = tmp_path / "advisories.json"
    path.write_text(content)
    with pytest.raises(SystemExit, match=r"advisories\.json (is no list of OSV documents|cannot be read as JSON)"):
        read_advisories(path)


def test_advisories_of_a_file_are_read(tmp_path: Path) -> None:
    path = tmp_path / "advisories.json"
    path.write_text(json.dumps([ADVISORY]))
    assert read_advisories(path) == [ADVISORY]
