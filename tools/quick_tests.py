"""Runs the unit tests that uncommitted changes can reach: those that import a changed module, also indirectly.

``python -m tools.quick_tests [--since REVISION] [pytest's own arguments]``. Tests marked slow, browser or postgres are
left out. Imports are read, not run, so that no table of earlier runs is needed; pytest-testmon, which keeps one, does
not see the bodies of functions that Numba has compiled.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("technic_scanner", "tests", "benchmarks", "tools")
UNIT_TESTS = "tests.unit."
LEFT_OUT = "not slow and not browser and not postgres"


def main() -> int:
    """Find the tests, name them, run them, and return pytest's exit code."""
    parser = argparse.ArgumentParser(description="Run the quick unit tests of what has changed.")
    parser.add_argument("--since", default="HEAD", help="revision to compare with; default: the last commit")
    options, pytest_arguments = parser.parse_known_args()
    changed = changed_files(options.since)
    modules = {module_of(path) for path in changed if path.suffix == ".py"}
    found = reached_tests(grimp.build_graph(*PACKAGES, exclude_type_checking_imports=True), modules)
    print(f"{len(changed)} changed files, {len(found)} files of unit tests", flush=True)
    if not found:
        return 0
    command = [sys.executable, "-m", "pytest", "-q", "-m", LEFT_OUT, *pytest_arguments, *found]
    code = subprocess.run(command, cwd=ROOT, check=False).returncode
    return 0 if code == 5 else code  # 5: all that was found is left out


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
    """Return the files of unit tests that import one of the changed modules, or whose conftest.py does."""
    reached = set(changed)
    for module in changed & imports.modules:
        reached |= imports.find_downstream_modules(module)
    conftests = [name.removesuffix("conftest") for name in reached if name.endswith(".conftest")]
    tests = [name for name in imports.modules if name.startswith(UNIT_TESTS) and ".test_" in name]
    found = [name for name in tests if name in reached or name.startswith(tuple(conftests))]
    return sorted(f"{name.replace('.', '/')}.py" for name in found)


if __name__ == "__main__":
    sys.exit(main())
