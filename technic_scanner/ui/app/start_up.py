"""Import the modules of all pages before the first visit, and exclude them from garbage collection."""

from __future__ import annotations

import gc
import importlib
import pkgutil

from technic_scanner import ui


def load_pages() -> None:
    """Import every module of the pages, then freeze all objects of the process.

    Streamlit collects all generations at the end of each script run. With a few hundred thousand objects of imported
    modules, which are never garbage, that takes 0.15 s per click; the collector skips frozen objects.
    """
    for module in pkgutil.walk_packages(ui.__path__, f"{ui.__name__}."):
        importlib.import_module(module.name)
    gc.collect()
    gc.freeze()
