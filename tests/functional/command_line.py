"""Runs a command of ``technic-scanner`` in the test's process, and reads the runs that it leaves in the store."""

from __future__ import annotations

from typer.testing import CliRunner, Result

from technic_scanner.bootstrap import build
from technic_scanner.cli.app import app_for
from technic_scanner.domain.run import RunRecord


def run(*words: str) -> Result:
    return CliRunner().invoke(app_for(words), list(words), catch_exceptions=False)


def stored_runs() -> tuple[RunRecord, ...]:
    """Return the runs of the store, newest first."""
    with build() as services:
        return services.service.list().records
