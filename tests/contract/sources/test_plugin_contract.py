"""The built-in sources are plugins like anybody's, found by their entry points."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from technic_scanner.plugins import SourcePlugin
from technic_scanner.plugins.registry import PluginFault, Registry
from technic_scanner.testing.sources import SourcePluginContract

REGISTRY: Registry[SourcePlugin[Any]] = Registry("sources", SourcePlugin)


class TestBuiltInPlugins(SourcePluginContract):
    """Those that are installed with the program itself."""

    @pytest.fixture(params=["sample", "synthetic", "files", "yahoo"])
    def plugin(self, request: pytest.FixtureRequest) -> SourcePlugin[Any]:
        found = REGISTRY.find(request.param)
        assert found is not None
        assert not isinstance(found, PluginFault), str(found)
        return found

    @pytest.fixture
    def options(self, plugin: SourcePlugin[Any], tmp_path: Path) -> dict[str, Any]:
        if plugin.name != "files":
            return {}
        folder = tmp_path / "prices"
        folder.mkdir()
        for name in ("A", "B"):
            (folder / f"{name}.csv").write_text("Date,Open,High,Low,Close,Volume\n2024-01-02,1,2,1,2,500\n")
        return {"root": folder}
