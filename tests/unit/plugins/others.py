"""Puts packages of somebody else's beside the installed ones, for the length of a test."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from technic_scanner.clock import ManualClock
from technic_scanner.plugins.catalog import PluginCatalog
from tests.support.distributions import put_distribution

SOURCE = """
from technic_scanner.plugins import PluginOption, SourcePlugin
from technic_scanner.testing.fakes import ScriptedSource, random_panel

def open_source(context, config):
    if config.universe == "break":
        raise RuntimeError("it is broken")
    return ScriptedSource(random_panel(["A", "B"]))

PLUGIN = SourcePlugin(name="{name}", label="Scripted", open=open_source, {more})
"""


@dataclass
class Others:
    """The packages of one test; each is a folder on ``sys.path``."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch

    def add(self, distribution: str, group: str, name: str, value: str, **modules: str) -> None:
        """Add a distribution with one plugin; ``modules`` are sources by module name."""
        place = self.folder / distribution
        files = {f"{module}.py": source for module, source in modules.items()}
        put_distribution(place, distribution, {f"technic_scanner.{group}": {name: value}}, files)
        self.monkeypatch.syspath_prepend(place)

    def add_source(self, name: str, more: str = "", distribution: str = "technic-others") -> None:
        """Add a source that works; ``more`` are further arguments of its description."""
        module = f"others_{distribution.replace('-', '_')}_{name}"
        source = SOURCE.format(name=name, more=more)
        self.add(distribution, "sources", name, f"{module}:PLUGIN", **{module: source})

    def catalog(self, **host: object) -> PluginCatalog:
        """Return a catalog of all that is installed now; ``host`` are options, named plugin_option."""
        return PluginCatalog(self.folder / "home", ManualClock(), lambda plugin, option: host.get(f"{plugin}_{option}"))


@pytest.fixture
def others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Others]:
    before = set(sys.modules)
    yield Others(tmp_path, monkeypatch)
    for name in set(sys.modules) - before:
        if name.startswith("others_"):
            del sys.modules[name]
