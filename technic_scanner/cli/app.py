"""Combine the commands of ``technic-scanner``."""

from __future__ import annotations

from typing import Annotated

import typer

from technic_scanner.cli import (
    alerts,
    backups,
    baseline,
    cache,
    changes,
    criteria,
    doctor,
    evidence,
    files,
    hosting,
    presets,
    records,
    scanning,
    schedules,
    studies,
    sweeps,
    watchlists,
)
from technic_scanner.cli.installed import InstalledNamesCommand
from technic_scanner.version import VERSION

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    help="Run and watch staged stock scans, and read their results and history.",
    epilog="Exit codes: 0 done, 1 failed, 2 usage error, 3 no results, 130 interrupted.",
)
for command in (
    scanning.scan, scanning.watch, records.runs, records.show, records.export, records.cancel, scanning.resume,
    records.compare, changes.new, records.prune, backups.backup, backups.restore, baseline.baseline,
    evidence.replay, evidence.outcomes, studies.study, sweeps.sweep,
    hosting.warmup, hosting.worker, hosting.serve, hosting.api, doctor.doctor,
):  # fmt: skip
    app.command(cls=InstalledNamesCommand)(command)
app.add_typer(presets.app, name="presets")
app.add_typer(schedules.app, name="schedules")
app.add_typer(alerts.app, name="alerts")
app.add_typer(watchlists.app, name="watchlists")
app.add_typer(cache.app, name="cache")
app.add_typer(files.app, name="files")
app.add_typer(criteria.app, name="criteria")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(VERSION)
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show version.")] = False,
) -> None:
    """Accept the options that belong to no command."""
