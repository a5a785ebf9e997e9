"""Check what is asked for, and look up the watchlists that it names, before a run is queued or counted."""

from __future__ import annotations

from dataclasses import replace

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunRecord
from technic_scanner.domain.study_terms import StudyTerms
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.runs.ports import Catalog
from technic_scanner.runs.service.validation import check_request
from technic_scanner.runs.watchlists.lookup import WatchlistLookup
from technic_scanner.runs.watchlists.model import WatchlistStore


class Requests:
    """Requests of one store and its sources."""

    def __init__(self, store: WatchlistStore, catalog: Catalog) -> None:
        self._lookup = WatchlistLookup(store)
        self._catalog = catalog

    def checked(
        self, config: ScanConfig, options: RunOptions, label: str | None = None, study: StudyTerms | None = None
    ) -> ScanConfig:
        """Return the config with the symbols of its watchlists. Raises ConfigError with everything that is wrong."""
        try:
            resolved = self._lookup.resolved(config)
        except ConfigError as error:
            raise ConfigError([*error.problems, *self._others(config, options, label, study)]) from error
        check_request(resolved, options, self._catalog, label, study)
        return resolved

    def _others(
        self, config: ScanConfig, options: RunOptions, label: str | None, study: StudyTerms | None
    ) -> tuple[FieldProblem, ...]:
        """Return what else is wrong with a request whose watchlists cannot be used."""
        try:
            check_request(config, options, self._catalog, label, study)
        except ConfigError as error:
            return error.problems
        return ()

    def again(self, run: RunRecord) -> ScanConfig:
        """Return the config to run once more: the symbols of its watchlists are in it, whatever became of the lists."""
        return replace(run.config, watchlists=())

    def problems(self, config: ScanConfig, options: RunOptions) -> tuple[FieldProblem, ...]:
        """Return every problem for which ``checked`` would raise ConfigError."""
        try:
            self.checked(config, options)
        except ConfigError as error:
            return error.problems
        return ()
