"""Files, folders and modules that the guides name are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
# What guides name that is the reader's, not the repository's.
OTHERS = re.compile(
    r"technic_walk|secrets\.toml|walk\.py|VERSION|<run>|FILE|examples/|universe\.csv|macro\.csv|files\.toml|^logs/|^exports/|^plugins/$"
)
NAMED = re.compile(r"`([\w./*-]+(?:/|\.py|\.md|\.json|\.sh|\.toml|\.txt))(?::\w+)?`")


def found(name: str) -> bool:
    package = ROOT / "technic_scanner"
    bases = (ROOT, package, package / "screening", package / "progress")
    return any(any(base.glob(name.rstrip("/"))) for base in bases)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_the_files_that_a_guide_names_are_there(guide: Path) -> None:
    text = guide.read_text(encoding="utf-8")
    names = {name for name in NAMED.findall(text) if not OTHERS.search(name) and not name.startswith(("/", "."))}
    assert [name for name in sorted(names) if not found(name)] == []


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_the_modules_that_a_guide_names_are_there(guide: Path) -> None:
    names = set(re.findall(r"technic_scanner(?:\.\w+)+", guide.read_text(encoding="utf-8")))
    groups = {"technic_scanner.sources", "technic_scanner.executors", "technic_scanner.run_listeners"}
    missing = []
    for name in sorted(names - groups):
        path = ROOT / name.replace(".", "/")
        owner = path.parent.with_suffix(".py"), path.parent / "__init__.py"
        if not (path.is_dir() or path.with_suffix(".py").exists() or any(file.exists() for file in owner)):
            missing.append(name)
    assert missing == []
