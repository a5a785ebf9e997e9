"""Runs the unit tests that uncommitted changes can reach, the closest first, and stops after some seconds.

``python -m tools.quick_tests [--since REVISION] [--seconds SECONDS] [pytest's own arguments]``. A test is reached if it
imports a changed module, also indirectly; it is the closer the fewer imports lie between. Tests marked slow, browser or
postgres are left out, and hypothesis tries fewer examples.

Imports are read, not run, so that no table of earlier runs is needed. pytest-testmon, which keeps one, does not see the
bodies of functions that Numba has compiled: with its release 2.2.0 a changed kernel selects none of the kernel's tests.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import grimp
import pytest

from tools.time_budget import TimeBudget

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("technic_scanner", "tests", "benchmarks", "tools")
UNIT_TESTS = "tests.unit."
LEFT_OUT = "not slow and not browser and not postgres"
HYPOTHESIS_PROFILE = "quick"  # in tests/conftest.py
# With the start of Python and the test that is under way when they are over this is less than ten.
SECONDS = 7.0


def main() -> int:
    """Find the tests, name them, run them, and return pytest's exit code."""
    began = time.monotonic()
    parser = argparse.ArgumentParser(description="Run the quick unit tests of what has changed.")
    parser.add_argument("--since", default="HEAD", help="revision to compare with; default: the last commit")
    parser.add_argument(
        "--seconds", type=float, default=SECONDS, help=f"start no test after this; 0: no limit; default: {SECONDS:g}"
    )
    options, pytest_arguments = parser.parse_known_args()
    changed = changed_files(options.since)
    modules = {module_of(path) for path in changed if path.suffix == ".py"}
    found = reached_tests(grimp.build_graph(*PACKAGES, exclude_type_checking_imports=True), modules)
    print(f"{len(changed)} changed files, {len(found)} files of unit tests", flush=True)
    os.chdir(ROOT)
    quick = [name for name in found if not is_slow(Path(name).read_text(encoding="utf-8"))]
    if not quick:
        return 0
    chosen = ["-q", "-m", LEFT_OUT, "--hypothesis-profile", HYPOTHESIS_PROFILE]
    budget = TimeBudget(options.seconds or float("inf"), lambda: time.monotonic() - began)
    code = pytest.main([*chosen, *pytest_arguments, *quick], plugins=[budget])
    return 0 if code == pytest.ExitCode.NO_TESTS_COLLECTED else int(code)  # all that was found is left out


def is_slow(code: str) -> bool:
    """Return whether every test of a module is marked slow; importing it would be in vain."""
    return re.search(r"^pytestmark = .*\bslow\b", code, re.MULTILINE) is not None


def changed_files(since: str) -> list[Path]:
    """Return the files that differ from a revision and those that git does not know yet, relative to the project."""
    listed = []
    for command in (("diff", "--name-only", since), ("ls-files", "--others", "--exclude-standard")):
        listed += subprocess.run(["git", *command], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split(
            "\n"
        )
    return [Path(name) for name in dict.fromkeys(listed) if name]


def module_of(path: Path) -> str:
    """Return the name under which a file is imported."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def reached_tests(imports: grimp.ImportGraph, changed: set[str]) -> list[str]:
    """Return the files of unit tests that import one of the changed modules, or whose conftest.py does; closest first.

    Of equally close ones those come first that mirror the folder of a changed module.
    """
    distances = distances_from(imports, changed)
    tests = [name for name in imports.modules if name.startswith(UNIT_TESTS) and ".test_" in name]
    reached: dict[str, int] = {}
    for name in tests:
        ways = [name, *(f"{folder}.conftest" for folder in folders_of(name))]
        if found := [distances[way] for way in ways if way in distances]:
            reached[name] = min(found)
    mirrors = {folder_of(name).replace("technic_scanner", "tests.unit", 1) for name in changed}
    ordered = sorted(reached, key=lambda name: (reached[name], folder_of(name) not in mirrors, name))
    return [f"{name.replace('.', '/')}.py" for name in ordered]


def distances_from(imports: grimp.ImportGraph, changed: set[str]) -> dict[str, int]:
    """Return the modules that import a changed one, with the number of imports between them; 0 for itself."""
    distances = dict.fromkeys(changed, 0)
    newest = changed & imports.modules
    while newest:
        distance = max(distances.values()) + 1
        importers = {one for name in newest for one in imports.find_modules_that_directly_import(name)}
        newest = importers - distances.keys()
        distances |= dict.fromkeys(newest, distance)
    return distances


def folder_of(module: str) -> str:
    """Return the package that a module is in."""
    return module.rpartition(".")[0]


def folders_of(module: str) -> list[str]:
    """Return the packages that a module is in, the innermost first."""
    parts = module.split(".")
    return [".".join(parts[:length]) for length in range(len(parts) - 1, 0, -1)]


if __name__ == "__main__":
    sys.exit(main())
