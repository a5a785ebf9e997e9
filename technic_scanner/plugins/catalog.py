"""Offers the installed sources, executors and run listeners by name, set up for this host."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from technic_scanner.clock import Clock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.execution import ExecutorInfo
from technic_scanner.domain.universe import SourceInfo
from technic_scanner.errors import (
    ConfigError,
    ExecutorError,
    FieldProblem,
    MissingExtraError,
    SourceError,
    TechnicError,
)
from technic_scanner.pipeline.ports import Executor, Source
from technic_scanner.plugins.description import (
    ExecutorPlugin,
    Plugin,
    PluginContext,
    PluginOption,
    RunListenerPlugin,
    SourcePlugin,
)
from technic_scanner.plugins.registry import FaultKind, P, PluginFault, PluginInfo, Registry
from technic_scanner.runs.listeners import RunListener

# Returns the host's setting for an option of a plugin, as text or as a value; None if it is not set.
HostValue = Callable[[str, str], object]
_INSTALL_AGAIN: Final = "; the installation of technic-scanner lacks its entry points: install it again"


class PluginCatalog:
    """``runs.ports.Catalog`` over the installed plugins; each may keep files in a folder of its name in ``folder``."""

    def __init__(self, folder: Path, clock: Clock, host_value: HostValue) -> None:
        self._folder = folder
        self._clock = clock
        self._host_value = host_value
        self._sources = Registry[SourcePlugin[Any]]("sources", SourcePlugin, first=ScanConfig().source)
        self._executors = Registry[ExecutorPlugin]("executors", ExecutorPlugin, first=RunOptions().executor)
        self._listeners = Registry[RunListenerPlugin]("run_listeners", RunListenerPlugin)

    def sources(self) -> tuple[SourceInfo, ...]:
        """Describe every available source, without network access."""
        return tuple(info for info in self._described() if isinstance(info, SourceInfo))

    def source_names(self) -> tuple[str, ...]:
        """Return the names of all installed sources, usable or not; imports none of them."""
        return self._sources.names()

    def source(self, name: str, config: ScanConfig) -> Source:
        """Open a source; ConfigError if there is none of this name or the config does not suit it, SourceError."""
        plugin, context = self._source_plugin(name)
        try:
            source: Source = plugin.open(context, config)
        except TechnicError:
            raise
        except Exception as error:
            raise SourceError(f"source {name!r} could not be opened: {type(error).__name__}: {error}") from error
        return source

    def missing(self, name: str) -> str | None:
        """Say what a source needs that is not installed; None if nothing. Raises ConfigError for an unknown name."""
        return self._source_plugin(name)[0].missing()

    def unreadable_here(self, name: str) -> str | None:
        """Say why this host cannot read a source, None if it can: not installed, not set up, without its folder."""
        try:
            plugin, context = self._ready(self._sources, name)
        except _NotReadyError as error:
            return str(error) or f"no source {name} is installed here"
        for option in plugin.options:
            place = context.options[option.name]
            if option.required and isinstance(place, Path) and not place.exists():
                return f"{option.variable(name)} is {place}, which does not exist here"
        return plugin.missing()

    def cache_key(self, config: ScanConfig) -> str:
        """Return the name under which the cache keeps the bars that this config would fetch; "@" begins a version."""
        return self.key_of(self.source(config.source, config), config)

    def key_of(self, source: Source, config: ScanConfig) -> str:
        """Return that name for an opened source; finding the version of its data may read many files."""
        try:
            part = self._source_plugin(config.source)[0].cache_part(source, config)
        except TechnicError:
            raise
        except Exception as error:
            reason = f"the data of source {config.source!r} cannot be identified: {type(error).__name__}: {error}"
            raise SourceError(reason) from error
        # No name of a plugin holds a hyphen, so no two sources share a name in the cache.
        return f"{config.source}-{part}" if part else config.source

    def executors(self) -> tuple[ExecutorInfo, ...]:
        """Describe every executor that a run may name."""
        usable = (plugin for plugin in self._executors.all() if not isinstance(plugin, PluginFault))
        return tuple(ExecutorInfo(plugin.name, plugin.label, plugin.missing()) for plugin in usable)

    def executor_problems(self, options: RunOptions) -> tuple[FieldProblem, ...]:
        """Return what this host does not allow of a run's options; nothing for an executor that cannot be used."""
        try:
            plugin, context = self._ready(self._executors, options.executor)
        except _NotReadyError:
            return ()
        return plugin.problems(context, options)

    def executor(self, options: RunOptions) -> Executor:
        """Open the executor of a run; ConfigError if there is none of this name, ExecutorError."""
        name = options.executor
        try:
            plugin, context = self._ready(self._executors, name)
            if problems := plugin.problems(context, options):
                raise ConfigError(problems)
            return plugin.open(context, options)
        except _NotReadyError as error:
            raise _unknown("executor", name, self.executors(), error) from error
        except TechnicError:
            raise
        except Exception as error:
            raise ExecutorError(f"executor {name!r} could not be opened: {type(error).__name__}: {error}") from error

    def run_listeners(self) -> tuple[str, ...]:
        """Return the names of the installed run listeners; imports none."""
        return self._listeners.names()

    def run_listener(self, name: str) -> RunListener:
        """Open a run listener. Raises ConfigError if it cannot be used, and whatever opening it raises."""
        try:
            plugin, context = self._ready(self._listeners, name)
        except _NotReadyError as error:
            raise ConfigError([FieldProblem(f"run listener {name}", str(error))]) from error
        return plugin.open(context)

    def plugins(self) -> tuple[PluginInfo, ...]:
        """Return the description of every installed plugin, usable on this host or not."""
        return (*self._sources.infos(), *self._executors.infos(), *self._listeners.infos())

    def variables(self) -> tuple[str, ...]:
        """Return the environment variables that set options of the installed plugins; imports them."""
        found = (*self._sources.all(), *self._executors.all(), *self._listeners.all())
        plugins = (plugin for plugin in found if not isinstance(plugin, PluginFault))
        return tuple(option.variable(plugin.name) for plugin in plugins for option in plugin.options)

    def faults(self) -> tuple[PluginFault, ...]:
        """Return every plugin that cannot be used on this host, with the reason."""
        executors, listeners = self._faults_of(self._executors), self._faults_of(self._listeners)
        return (*self.source_faults(), *executors, *listeners)

    def source_faults(self) -> tuple[PluginFault, ...]:
        """Return the sources among them."""
        undescribed = (found for found in self._described() if isinstance(found, PluginFault))
        return (*undescribed, *self._sources.conflicts())

    def _described(self) -> Iterator[SourceInfo | PluginFault]:
        for plugin in self._sources.all():
            yield plugin if isinstance(plugin, PluginFault) else self._describe(plugin)

    def _describe(self, plugin: SourcePlugin[Any]) -> SourceInfo | PluginFault:
        try:
            info = plugin.describe(self._context(plugin))
        except _NotReadyError as error:
            return self._sources.fault(plugin.name, error.kind, str(error))
        except MissingExtraError:
            info = SourceInfo(plugin.name, plugin.label, ())
        except Exception as error:  # noqa: BLE001 - somebody else's code may raise anything, and must harm itself alone
            reason = f"cannot describe itself: {type(error).__name__}: {error}"
            return self._sources.fault(plugin.name, FaultKind.BROKEN, reason)
        missing = plugin.missing()
        if missing is None:
            return replace(info, name=plugin.name)
        label, notes = f"{info.label} (not installed)", (missing, *info.notes)
        return replace(info, name=plugin.name, label=label, notes=notes, missing=missing)

    def _faults_of(self, registry: Registry[Any]) -> Iterator[PluginFault]:
        for name in registry.names():
            try:
                self._ready(registry, name)
            except _NotReadyError as error:
                yield registry.fault(name, error.kind, str(error))
        yield from registry.conflicts()

    def _source_plugin(self, name: str) -> tuple[SourcePlugin[Any], PluginContext]:
        try:
            return self._ready(self._sources, name)
        except _NotReadyError as error:
            raise _unknown("source", name, self.sources(), error) from error

    def _ready(self, registry: Registry[P], name: str) -> tuple[P, PluginContext]:
        """Return a plugin and what it is opened with. Raises _NotReadyError."""
        plugin = registry.find(name)
        if plugin is None:
            raise _NotReadyError(FaultKind.NOT_CONFIGURED, "")
        if isinstance(plugin, PluginFault):
            raise _NotReadyError(plugin.kind, plugin.reason)
        return plugin, self._context(plugin)

    def _context(self, plugin: Plugin) -> PluginContext:
        values = {option.name: self._value(plugin.name, option) for option in plugin.options}
        return PluginContext(self._folder / plugin.name, self._clock, values)

    def _value(self, plugin: str, option: PluginOption) -> object:
        variable = option.variable(plugin)
        given = self._host_value(plugin, option.name)
        if given is None:
            if option.required:
                raise _NotReadyError(FaultKind.NOT_CONFIGURED, f"set {variable} to offer {plugin}")
            return option.default
        try:
            return TypeAdapter(option.kind).validate_python(given)
        except ValidationError as error:
            wrong = "; ".join(item["msg"] for item in error.errors())
            raise _NotReadyError(FaultKind.BROKEN, f"{variable} cannot be read: {wrong}") from error


class _NotReadyError(Exception):
    """A plugin cannot be opened on this host; the message says why, and is empty if there is no such plugin."""

    def __init__(self, kind: FaultKind, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind


def _unknown(field: str, name: str, known: Sequence[SourceInfo | ExecutorInfo], error: _NotReadyError) -> ConfigError:
    listed = ", ".join(info.name for info in known) or "none"
    hint = (f"; {error}" if str(error) else "") if known else _INSTALL_AGAIN
    return ConfigError([FieldProblem(field, f"{name!r} is not one of {listed}{hint}")])
