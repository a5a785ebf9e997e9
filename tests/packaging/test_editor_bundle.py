"""The built editor is the one that its sources give, and its licences are beside it."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib

from tests.support.checkout import ROOT

SOURCES = ROOT / "frontend" / "criteria_editor"
BUILT = ROOT / "technic_scanner" / "ui" / "scan" / "editor"
MANIFEST = ROOT / "technic_scanner" / "pyproject.toml"


def test_it_was_built_from_these_sources() -> None:
    names = re.findall(r'"([^"]+)"', re.search(r"SOURCES = \[(.*?)\]", (SOURCES / "build.mjs").read_text())[1])
    assert {"build.mjs", "package-lock.json", "package.json"} < set(names)
    assert {f"src/{path.name}" for path in SOURCES.glob("src/*")} <= set(names)
    digest = hashlib.sha256(b"".join((SOURCES / name).read_bytes() for name in names)).hexdigest()
    first = (BUILT / "criteria_editor.js").read_text().split("\n", 1)[0]
    assert first == f"// sources: {digest}", "run make editor"


def test_every_version_is_pinned_and_licensed() -> None:
    package = json.loads((SOURCES / "package.json").read_text())
    lock = json.loads((SOURCES / "package-lock.json").read_text())["packages"]
    licences = (BUILT / "criteria_editor.LICENCES.txt").read_text()
    for name, version in package["dependencies"].items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
        assert lock[f"node_modules/{name}"]["version"] == version
        assert f"{name} {version}\n" in licences
    assert all("integrity" in entry for path, entry in lock.items() if path)


def test_streamlit_is_told_where_it_is() -> None:
    manifest = tomllib.loads(MANIFEST.read_text())
    (component,) = manifest["tool"]["streamlit"]["component"]["components"]
    assert (MANIFEST.parent / component["asset_dir"]).samefile(BUILT)
    assert manifest["project"]["name"] == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["name"]


def test_it_asks_nobody_and_runs_no_text() -> None:
    code = (BUILT / "criteria_editor.js").read_text()
    for word in ("fetch(", "XMLHttpRequest", "WebSocket", "eval(", "new Function", "import("):
        assert word not in code, word
