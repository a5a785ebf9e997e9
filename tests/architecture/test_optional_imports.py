"""A plain installation starts: nothing that belongs to an extra is imported before it is used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OPTIONAL = {"psycopg", "dask", "distributed", "yfinance", "pytickersymbols", "xlsxwriter"}
PROGRAM = f"""
import importlib, pkgutil, sys
import technic_scanner
for module in pkgutil.walk_packages(technic_scanner.__path__, "technic_scanner."):
    if "migrations" not in module.name and module.name not in ("technic_scanner.asgi", "technic_scanner.api.alone"):
        importlib.import_module(module.name)
print(sorted({OPTIONAL!r} & set(sys.modules)))
"""


def test_no_module_imports_an_optional_package_by_being_imported() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
