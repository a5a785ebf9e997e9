"""The classes with which other packages add a source, an executor or a run listener; see docs/extending.md."""

from technic_scanner.plugins.batch_source import BatchSource
from technic_scanner.plugins.description import (
    ExecutorPlugin,
    PluginContext,
    PluginOption,
    RunListenerPlugin,
    SourcePlugin,
)
from technic_scanner.runs.listeners import RunEnded, RunListener

__all__ = [
    "BatchSource",
    "ExecutorPlugin",
    "PluginContext",
    "PluginOption",
    "RunEnded",
    "RunListener",
    "RunListenerPlugin",
    "SourcePlugin",
]
