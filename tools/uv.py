"""Runs uv with the package index and the certificates that pip is configured with: ``python -m tools.uv build``."""

from __future__ import annotations

import ast
import importlib.util
import os
import subprocess
import sys

from uv import find_uv_bin

# What pip calls it, and the variable that tells uv.
_NAMES = {"index-url": "UV_DEFAULT_INDEX", "trusted-host": "UV_INSECURE_HOST", "cert": "SSL_CERT_FILE"}


def environment() -> dict[str, str]:
    """Return this process's environment with pip's settings in uv's words; what uv itself was told goes first."""
    told = {_NAMES[name]: value for name, value in _settings_of_pip().items() if name in _NAMES}
    return told | dict(os.environ)


def run(*arguments: str) -> None:
    """Run uv to the end. Raises CalledProcessError with its output if it fails."""
    subprocess.run([find_uv_bin(), *arguments], env=environment(), check=True)


def _settings_of_pip() -> dict[str, str]:
    """Return pip's settings without their sections; the environment's go before ``install``'s before ``global``'s."""
    if importlib.util.find_spec("pip") is None:
        return {}
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "config", "list"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    found: dict[str, str] = {}
    for section in (":env:", "install", "global"):
        for key, _, value in (line.partition("=") for line in lines):
            if key.startswith(f"{section}."):
                found.setdefault(key.removeprefix(f"{section}."), str(ast.literal_eval(value)))
    return found


if __name__ == "__main__":
    run(*sys.argv[1:])
