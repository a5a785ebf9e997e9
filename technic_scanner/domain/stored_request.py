"""What may be used of a config and options that a store held; records of runs, results and presets share it."""

from __future__ import annotations

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.errors import FieldProblem


class StoredConfig:
    """A base of records whose config may have been read only in part.

    ``unreadable`` names the stored parts that cannot be read, by their path: ``config.max_symbols``, ``metrics``.
    """

    __slots__ = ()
    config: ScanConfig
    unreadable: tuple[FieldProblem, ...]

    @property
    def readable_config(self) -> ScanConfig | None:
        """The config, None if a part of it could not be read."""
        return None if self._faults_in("config") else self.config

    def _faults_in(self, *parts: str) -> list[str]:
        return [str(problem) for problem in self.unreadable if problem.field.partition(".")[0] in parts]


class StoredRequest(StoredConfig):
    """A base of records that hold all that a run was asked: a config and options.

    ``unknown_fields`` are fields of both that a newer version stored and this version does not know.
    """

    __slots__ = ()
    options: RunOptions
    unknown_fields: tuple[str, ...]

    @property
    def readable_options(self) -> RunOptions | None:
        """The options, None if a part of them could not be read."""
        return None if self._faults_in("options") else self.options

    @property
    def request_fault(self) -> str | None:
        """Say why config and options must not be scanned as they were read, None if they may."""
        if asked := self._faults_in("config", "options"):
            return f"its stored configuration cannot be read ({'; '.join(asked)})"
        if names := ", ".join(self.unknown_fields):
            return f"its configuration has fields that only a newer version of technic-scanner knows ({names})"
        return None
