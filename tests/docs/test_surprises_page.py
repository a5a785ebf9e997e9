"""Every test that the page of surprises names as the guard of a row exists, and every finding is in its tables."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SURPRISES = (ROOT / "docs" / "surprises.md").read_text()
FINDINGS = (ROOT / "findings" / "README.md").read_text()
DEFINED = re.compile(r"^\s*(?:async )?def (test_\w+)\(", re.MULTILINE)


def test_each_named_test_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", SURPRISES))
    there = {name for file in (ROOT / "tests").rglob("test_*.py") for name in DEFINED.findall(file.read_text())}
    assert len(named) > 15
    assert named - there == set()


def test_each_finding_is_in_the_table_of_findings_and_keeps_its_form() -> None:
    scripts = {file.name: file.read_text() for file in (ROOT / "findings").glob("*.sh")}
    assert set(re.findall(r"^\| `([\w-]+\.sh)` \|", FINDINGS, re.MULTILINE)) == set(scripts)
    for name, text in scripts.items():
        assert len(text.splitlines()) <= 60, name
        assert all(part in text for part in ("# Expected:", "# Seen:", "# Documented:", "# Why it matters:")), name
        assert re.search(r"==\d|@\d+\.\d", text), name
