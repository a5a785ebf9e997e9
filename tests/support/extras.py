"""An installation that lacks an extra, as far as the program can tell."""

from __future__ import annotations

import importlib.util
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType

import pytest

from technic_scanner import extras


def hide(monkeypatch: pytest.MonkeyPatch, *modules: str) -> None:
    """Let these modules count as not installed."""

    def find(name: str) -> ModuleSpec | None:
        return None if name in modules else importlib.util.find_spec(name)

    def load(name: str) -> ModuleType:
        if name in modules:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return import_module(name)

    monkeypatch.setattr(extras, "find_spec", find)
    monkeypatch.setattr(extras, "import_module", load)
