"""Combine the commands of ``technic-scanner``: the one that is called, or all where it is not known which.

Otherwise each would wait for the libraries of all the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Annotated

import typer

from technic_scanner.cli.installed import InstalledNamesCommand
from technic_scanner.version import VERSION

# The module of each command, which is a function of the command's name, in the order of the help.
_COMMANDS = {
    "scan": "scanning", "watch": "scanning", "runs": "records", "show": "records", "export": "records",
    "cancel": "records", "resume": "scanning", "compare": "records", "new": "changes", "prune": "records",
    "backup": "backups", "restore": "backups", "baseline": "baseline",
    "replay": "evidence", "outcomes": "evidence", "study": "studies", "sweep": "sweeps",
    "warmup": "hosting", "worker": "hosting", "serve": "hosting", "api": "hosting", "doctor": "doctor",
}  # fmt: skip
# Commands of their own in a module of the group's name.
_GROUPS = ("presets", "schedules", "alerts", "watchlists", "cache", "files", "criteria")


def app_for(words: Sequence[str]) -> typer.Typer:
    """Return the program for a command line: with the command that its first word names, or else with all."""
    app = typer.Typer(
        no_args_is_help=True,
        pretty_exceptions_show_locals=False,
        help="Run and watch staged stock scans, and read their results and history.",
        epilog="Exit codes: 0 done, 1 failed, 2 usage error, 3 no results, 130 interrupted.",
    )
    app.callback()(_root)
    known = (*_COMMANDS, *_GROUPS)
    for name in words[:1] if words and words[0] in known else known:
        _add(app, name)
    return app


def _add(app: typer.Typer, name: str) -> None:
    module = import_module(f"technic_scanner.cli.{_COMMANDS.get(name, name)}")
    if name in _GROUPS:
        app.add_typer(module.app, name=name)
    else:
        app.command(cls=InstalledNamesCommand)(getattr(module, name))


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(VERSION)
        raise typer.Exit


def _root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show version.")] = False,
) -> None:
    """Accept the options that belong to no command."""
