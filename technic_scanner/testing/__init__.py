"""Suites that hold a source, an executor, a price cache or a run store to the rules, and small fakes; needs pytest.

Each suite is a class whose tests run wherever it is subclassed in a test module and given its fixtures; see
docs/extending.md. Only the modules of this package import pytest, so that the package can be imported without.
"""

from __future__ import annotations

import sys

# Under pytest a failing assertion then shows its values, as in a test module; elsewhere there is nothing to do.
if (_pytest := sys.modules.get("pytest")) is not None:
    _pytest.register_assert_rewrite(
        *(f"{__name__}.{part}" for part in ("caches", "executors", "scans", "sources", "stores", "tasks"))
    )
