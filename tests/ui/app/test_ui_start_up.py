"""What the server holds ready before the first visitor comes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[3] / "technic_scanner" / "ui"

SCRIPT = """
import gc, sys
from technic_scanner.ui.app.start_up import load_pages
load_pages()
print(gc.get_freeze_count(), len(gc.get_objects()))
ours = "technic_scanner.ui."
print(*(name.removeprefix(ours) for name in sys.modules if name.startswith(ours)))
"""


def test_the_pages_are_loaded_and_no_collection_looks_at_them_again() -> None:
    # In a process of its own: what is frozen stays so.
    found = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, timeout=120)
    counts, loaded = found.stdout.splitlines()
    frozen, looked_at = map(int, counts.split())
    assert looked_at < frozen / 20
    files = (path.relative_to(PACKAGE).with_suffix("") for path in PACKAGE.rglob("*.py"))
    modules = {".".join(part for part in file.parts if part != "__init__") for file in files} - {""}
    assert set(loaded.split()) == modules
