"""Installs packages with uv, which takes a tenth of pip's time: ``python -m tools.install -r requirements.txt``.

The arguments are those that ``pip install`` and ``uv pip install`` share. Where uv cannot install, for example because
pip has settings that uv does not know, pip does.
"""

from __future__ import annotations

import subprocess
import sys

CONSTRAINTS = ("-c", "constraints.txt")
PIP = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")


def main(arguments: list[str]) -> int:
    """Install and return pip's exit code, 0 if uv has done it."""
    if _has_uv() and _with_uv(arguments):
        return 0
    print("uv could not install; pip does it.", file=sys.stderr)
    return subprocess.run([*PIP, *arguments, *CONSTRAINTS], check=False).returncode


def _has_uv() -> bool:
    return subprocess.run([*PIP, "uv", *CONSTRAINTS], check=False).returncode == 0


def _with_uv(arguments: list[str]) -> bool:
    # Compiled as pip compiles: the first start is quick, also where Python is told to write no bytecode.
    command = [sys.executable, "-m", "tools.uv", "pip", "install", "--quiet", "--compile-bytecode"]
    command += ["--python", sys.executable]
    return subprocess.run([*command, *arguments, *CONSTRAINTS], check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
