"""Runs the whole test suite on each Python of this machine that the package supports, each in its own environment.

``python -m tools.all_pythons [--list] [pytest's own arguments]``. Pythons are looked for on PATH and among pyenv's.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Find, test, and say what passed; 1 unless all did."""
    parser = argparse.ArgumentParser(description="Run the test suite on every Python that the package supports.")
    parser.add_argument("--list", action="store_true", help="only say which there are")
    options, pytest_arguments = parser.parse_known_args()
    found = interpreters(supported(), candidates())
    for version, python in found.items():
        print(f"{version}  {python}", flush=True)
    if options.list:
        return 0 if found else 1
    passed = {version: tested(version, python, pytest_arguments) for version, python in found.items()}
    for version, ok in passed.items():
        print(f"Python {version}: {'passed' if ok else 'FAILED'}")
    return 0 if found and all(passed.values()) else 1


def supported() -> tuple[str, ...]:
    """Return the minor versions that the package's classifiers name."""
    metadata = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    matches = (re.fullmatch(r"Programming Language :: Python :: (3\.\d+)", line) for line in metadata["classifiers"])
    return tuple(match[1] for match in matches if match)


def candidates() -> Iterator[Path]:
    """Give the places where a Python may be, the likelier ones first."""
    for version in supported():
        if (on_path := shutil.which(f"python{version}")) is not None:
            yield Path(on_path)
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted(pyenv.glob("versions/*/bin/python"))
    yield Path(sys.executable)


def interpreters(versions: Iterable[str], places: Iterable[Path]) -> dict[str, Path]:
    """Return the first place of each version that starts and is of that version, in the order of the versions."""
    first: dict[str, Path] = {}
    for place in places:
        first.setdefault(version_of(place), place)
    return {version: first[version] for version in versions if version in first}


def version_of(python: Path) -> str:
    """Return an interpreter's minor version; empty if it does not start, as a shim of pyenv's without a version."""
    say = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run([python, "-c", say], check=False, capture_output=True, text=True, timeout=60)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def tested(version: str, python: Path, pytest_arguments: list[str]) -> bool:
    """Set up .venv-VERSION, run the suite there, and return whether it passed."""
    arguments = " ".join(pytest_arguments)
    command = ["make", "test", f"PYTHON={python}", f"VENV=.venv-{version}", f"ARGS={arguments}"]
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
