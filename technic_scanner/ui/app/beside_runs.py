"""Read what columns of runs show that is not in the records: notes, the session of each result, default universes."""

from __future__ import annotations

from collections.abc import Sequence

from technic_scanner.domain.run import RunRecord
from technic_scanner.ui.app.run_columns import NOTE, SESSION, TAGS, UNIVERSE, Beside
from technic_scanner.ui.app.services import run_service, services


def read(records: Sequence[RunRecord], names: Sequence[str]) -> Beside:
    """Return what the columns of these names need for these runs."""
    ids = [record.run_id for record in records]
    wanted = set(names)
    return Beside(
        notes=services().notes.of_runs(ids) if wanted & {TAGS, NOTE} else {},
        sessions=run_service().sessions_of(ids) if SESSION in wanted else {},
        universes=_default_universes() if UNIVERSE in wanted else {},
    )


def _default_universes() -> dict[str, str]:
    return {source.name: source.universes[0] for source in run_service().sources() if source.universes}
