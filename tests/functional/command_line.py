"""Runs a command of ``technic-scanner`` in the test's process."""

from __future__ import annotations

from typer.testing import CliRunner, Result

from technic_scanner.cli.main import app


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), catch_exceptions=False)
