"""Describes the executors ``local`` and ``dask`` to the catalog."""

from __future__ import annotations

from technic_scanner.adapters.executors.dask import DaskExecutor
from technic_scanner.adapters.executors.local import LocalExecutor
from technic_scanner.domain.config import RunOptions
from technic_scanner.plugins import ExecutorPlugin, PluginContext, PluginOption


def _open_local(_context: PluginContext, options: RunOptions) -> LocalExecutor:
    return LocalExecutor(options.workers)


def _open_dask(context: PluginContext, options: RunOptions) -> DaskExecutor:
    return DaskExecutor(options.scheduler or context.options["scheduler"], options.workers)


LOCAL = ExecutorPlugin(name="local", label="Threads of the worker process", open=_open_local)
DASK = ExecutorPlugin(
    name="dask",
    label="Dask cluster",
    options=(PluginOption("scheduler", "Address of the scheduler for runs that name none."),),
    needs=("distributed",),
    extra="dask",
    open=_open_dask,
)
