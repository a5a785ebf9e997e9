"""How a plugin describes itself: its name, its options, what it needs, and how to open it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from technic_scanner.clock import Clock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.universe import SourceInfo
from technic_scanner.errors import FieldProblem
from technic_scanner.extras import why_missing
from technic_scanner.pipeline.ports import Executor, Source
from technic_scanner.runs.listeners import RunListener

S = TypeVar("S", bound=Source)


@dataclass(frozen=True, slots=True)
class PluginOption:
    """One value that the host sets for a plugin, in the variable ``TECHNIC_<PLUGIN>_<OPTION>``.

    ``kind`` is str, int, float, bool or Path; the text of the variable is read as that. ``help`` is one sentence. A
    plugin whose ``required`` option is not set is not offered.
    """

    name: str
    help: str
    kind: type[str | int | float | bool | Path] = str
    default: Any = None
    required: bool = False

    def variable(self, plugin: str) -> str:
        """Return the environment variable that sets this option of a plugin."""
        return f"TECHNIC_{plugin}_{self.name}".upper()


@dataclass(frozen=True, slots=True)
class PluginContext:
    """What a plugin is opened with.

    ``folder`` is where it may keep files of its own; it does not exist until the plugin makes it. ``options`` holds
    the value of every option that the plugin describes.
    """

    folder: Path
    clock: Clock
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """The description of a plugin.

    ``name`` is that of its entry point: lower-case letters, digits and underscores. ``label`` is for users. ``needs``
    are the modules that opening it imports, and ``extra`` is the extra of technic-scanner that installs them.
    """

    name: str
    label: str
    options: tuple[PluginOption, ...] = ()
    needs: tuple[str, ...] = ()
    extra: str | None = None

    def missing(self) -> str | None:
        """Say which needed module is not installed, and the command that installs it; None if all are. Imports none."""
        sentences = (why_missing(module, self.extra) for module in self.needs)
        return next((sentence for sentence in sentences if sentence is not None), None)


def _no_part(_source: Source, _config: ScanConfig) -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePlugin(Plugin, Generic[S]):
    """A source of universes and prices.

    ``open`` returns the source for one config. It is called for every scan and for many questions about one, so it
    must be quick, and a source keeps what is expensive to make. It raises ConfigError for a config that does not suit.

    ``info`` describes the source without opening it for a config; None asks the source that ``open`` returns for the
    default config. Neither may use the network.

    ``cache_part`` names the data that the source serves for the config, where one source serves several kinds: bars
    of different names are cached apart. What follows an "@" in it is a version: once it changes, the bars that were
    cached under another version are fetched again.
    """

    open: Callable[[PluginContext, ScanConfig], S]
    info: Callable[[PluginContext], SourceInfo] | None = None
    cache_part: Callable[[S, ScanConfig], str] = _no_part

    def describe(self, context: PluginContext) -> SourceInfo:
        """Return the source's description."""
        return self.open(context, ScanConfig(source=self.name)).info() if self.info is None else self.info(context)


def _no_problems(_context: PluginContext, _options: RunOptions) -> tuple[FieldProblem, ...]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutorPlugin(Plugin):
    """A way to run the chunks of a scan; ``open`` returns an executor for one run, which is closed at its end.

    ``problems`` returns what this host does not allow of a run's options; it is asked before a run is queued and again
    before it is executed.
    """

    open: Callable[[PluginContext, RunOptions], Executor]
    problems: Callable[[PluginContext, RunOptions], tuple[FieldProblem, ...]] = _no_problems


@dataclass(frozen=True, slots=True, kw_only=True)
class RunListenerPlugin(Plugin):
    """Something that is called when a run ends; ``open`` is called once per process, in the listener's own thread."""

    open: Callable[[PluginContext], RunListener]
