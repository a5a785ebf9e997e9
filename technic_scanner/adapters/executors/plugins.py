"""Describes the executors ``local`` and ``dask`` to the catalog."""

from __future__ import annotations

from fnmatch import fnmatchcase

from technic_scanner.adapters.executors.dask import DaskExecutor
from technic_scanner.adapters.executors.local import LocalExecutor
from technic_scanner.domain.config import RunOptions
from technic_scanner.domain.quoting import quoted
from technic_scanner.errors import FieldProblem
from technic_scanner.plugins import ExecutorPlugin, PluginContext, PluginOption


def _open_local(_context: PluginContext, options: RunOptions) -> LocalExecutor:
    return LocalExecutor(options.workers)


def _dask_problems(context: PluginContext, options: RunOptions) -> tuple[FieldProblem, ...]:
    """Return a problem with a scheduler that this host does not allow: it would be an address of anybody's choice."""
    wanted, own = options.scheduler, context.options["scheduler"]
    allowed = [part.strip() for part in (context.options["allowed_schedulers"] or "").split(",") if part.strip()]
    if wanted is None or wanted == own or any(fnmatchcase(wanted, pattern) for pattern in allowed):
        return ()
    return (FieldProblem("scheduler", f"{quoted(wanted)} is not allowed here; see TECHNIC_DASK_ALLOWED_SCHEDULERS"),)


def _open_dask(context: PluginContext, options: RunOptions) -> DaskExecutor:
    return DaskExecutor(options.scheduler or context.options["scheduler"], options.workers)


LOCAL = ExecutorPlugin(name="local", label="Threads of the worker process", open=_open_local)
DASK = ExecutorPlugin(
    name="dask",
    label="Dask cluster",
    options=(
        PluginOption("scheduler", "Address of the scheduler for runs that name none."),
        PluginOption(
            "allowed_schedulers",
            "Addresses that runs may name, separated by commas; * stands for any text.",
            default="tcp://127.0.0.1:*,tcp://localhost:*",
        ),
    ),
    problems=_dask_problems,
    needs=("distributed",),
    extra="dask",
    open=_open_dask,
)
