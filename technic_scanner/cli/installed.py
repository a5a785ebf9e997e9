"""Names the installed sources and executors in a command's help, at the moment when the help is asked for."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand, TyperOption

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.plugins import ExecutorPlugin, SourcePlugin
from technic_scanner.plugins.registry import Registry


class InstalledNamesCommand(TyperCommand):
    """A command in whose options' help ``{sources}`` and ``{executors}`` stand for what is installed.

    Looking for it takes some milliseconds, which a command that is run need not pay.
    """

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help with the names in place."""
        for option in self.params:
            if isinstance(option, TyperOption) and option.help and "{" in option.help:
                option.help = option.help.format(sources=_sources(), executors=_executors())
        super().format_help(ctx, formatter)


def _sources() -> str:
    return ", ".join(Registry("sources", SourcePlugin, first=ScanConfig().source).names())


def _executors() -> str:
    return ", ".join(Registry("executors", ExecutorPlugin, first=RunOptions().executor).names())
