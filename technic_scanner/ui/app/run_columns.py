"""The columns that the table of runs can have: what was asked, what came out, how long it took, what was written."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from technic_scanner.domain.config import CONFIG_FIELDS, OPTION_FIELDS
from technic_scanner.domain.run import RunRecord
from technic_scanner.runs.notes.model import Note
from technic_scanner.runs.timings.compare import stage_seconds
from technic_scanner.runs.timings.estimates import queue_seconds
from technic_scanner.ui.style.wording import ending_text, scan_text, short_id

Value = Callable[[RunRecord], Any]
TAGS, NOTE = "Tags", "Note"
SESSION, UNIVERSE = "Newest session", CONFIG_FIELDS["universe"].title

STAGE_COLUMNS: dict[str, str] = {
    "universe_loading": "Universe, s",
    "data_fetching": "Fetch, s",
    "symbol_scanning": "Scan, s",
    "finalization": "Finalize, s",
}


def _metric(name: str) -> Value:
    return lambda record: None if record.metrics is None else getattr(record.metrics, name)


def _stage(stage: str) -> Value:
    return lambda record: stage_seconds(record, stage)


def _asked(name: str) -> Value:
    """Return how a field of the config is shown; unknown of a run whose config cannot be read."""
    return lambda record: None if record.readable_config is None else plain(getattr(record.config, name))


def _option(name: str) -> Value:
    return lambda record: plain(getattr(record.options, name))


def plain(value: Any) -> Any:
    """Return a value as a cell: numbers, flags, dates and text as they are, lists with commas, nothing as None."""
    if value is None or value in ("", ()):
        return None
    if isinstance(value, (bool, int, float, str)) or hasattr(value, "isoformat"):
        return value
    if isinstance(value, tuple):
        return ", ".join(":".join(map(str, item)) if isinstance(item, tuple) else str(item) for item in value)
    return str(value)


def _megabytes(record: RunRecord) -> float | None:
    peak = None if record.metrics is None else record.metrics.peak_memory_bytes
    return None if peak is None else peak / 1e6


def promille(fraction: float) -> float:
    """Round a fraction down as ``format_percent`` does, so that all pages show the same number."""
    return math.floor(1000 * fraction + 1e-9) / 1000


# The share of its total time is unknown for a run that stopped early.
_BASE: dict[str, Value] = {
    "Run": lambda record: short_id(record.run_id),
    "Created": lambda record: record.created_at,
    "Status": ending_text,
    "Kind": lambda record: record.kind,
    "Scan": scan_text,
    "Progress": lambda record: None if record.status.can_resume else promille(record.time_fraction),
    "Seconds": _metric("total_seconds"),
    **{name: _stage(stage) for stage, name in STAGE_COLUMNS.items()},
    "Picks": _metric("symbols_returned"),
    "Scanned": _metric("symbols_scanned"),
    "Symbols/s": _metric("symbols_per_second"),
    "Cache hits": _metric("cache_hit_rate"),
    "Criteria": _asked("criteria"),
    "Attempt": lambda record: record.attempt,
    "Pinned": lambda record: record.pinned,
    "Comparable with": lambda record: record.comparability_key,
    "Host": lambda record: record.host,
    "Version": lambda record: record.version,
}
_BEHIND_NAMES = list(_BASE).index("Scan") + 1
DEFAULT = (*list(_BASE)[:_BEHIND_NAMES], SESSION, UNIVERSE, *list(_BASE)[_BEHIND_NAMES:])
ASKED = (
    *("Run", "Created", "Status", "Scan", SESSION, "As-of date", UNIVERSE, "Direction", "Strategy profile", "Criteria"),
    *("Maximum picks", "Queue wait, s", "Picks", "Seconds", TAGS, NOTE),
)
_MORE: dict[str, Value] = {
    "Queue wait, s": queue_seconds,
    "Warm worker": _metric("warm_worker"),
    "Between stages, s": _metric("gap_seconds"),
    "In universe": _metric("symbols_in_universe"),
    "Attempted": _metric("symbols_attempted"),
    "Rejected": _metric("symbols_rejected"),
    "Failed": _metric("symbols_failed"),
    "From cache": _metric("cache_hits"),
    "Not in cache": _metric("cache_misses"),
    "Baseline, s": _metric("baseline_seconds"),
    "Speed-up": _metric("speedup"),
    "Baseline run": _metric("baseline_run_id"),
    "Peak memory, MB": _megabytes,
    "Finished": lambda record: record.finished_at,
    "Owner": lambda record: record.owner,
}
_OF_FIELDS: dict[str, Value] = {
    **{spec.title: _asked(name) for name, spec in CONFIG_FIELDS.items() if name != "criteria"},
    **{spec.title: _option(name) for name, spec in OPTION_FIELDS.items() if name != "stage_plan"},
}
# Which of them are durations, and which are dates of an exchange.
SECONDS = ("Seconds", "Queue wait, s", "Between stages, s", "Baseline, s", *STAGE_COLUMNS.values())
DAYS = (SESSION, CONFIG_FIELDS["as_of_date"].title)
COLUMNS: dict[str, Value] = _OF_FIELDS | _BASE | _MORE
NAMES: tuple[str, ...] = (*_BASE, SESSION, *_MORE, TAGS, NOTE, *(name for name in _OF_FIELDS if name not in _BASE))


@dataclass(frozen=True, slots=True)
class Beside:
    """What columns show that is not in the records: notes and sessions by run id, default universes by source."""

    notes: Mapping[str, Note] = field(default_factory=dict)
    sessions: Mapping[str, date] = field(default_factory=dict)
    universes: Mapping[str, str] = field(default_factory=dict)

    def columns(self) -> dict[str, Value]:
        """Return the columns that need it."""
        return {
            TAGS: lambda record: ", ".join(self.notes.get(record.run_id, Note()).tags) or None,
            NOTE: lambda record: self.notes.get(record.run_id, Note()).text or None,
            SESSION: lambda record: self.sessions.get(record.run_id),
            UNIVERSE: self._universe,
        }

    def _universe(self, record: RunRecord) -> str | None:
        """Return the universe that a run named, or else its source's default one."""
        if record.readable_config is None:
            return None
        return record.config.universe or self.universes.get(record.config.source)


def runs_frame(
    records: Sequence[RunRecord], names: Sequence[str] = DEFAULT, beside: Beside | None = None
) -> pd.DataFrame:
    """Return runs as a frame for display, one row per run; unknown values are empty. Unknown names are left out."""
    values: dict[str, Value] = COLUMNS | (beside or Beside()).columns()
    known = [name for name in names if name in values]
    return pd.DataFrame([{name: values[name](record) for name in known} for record in records], columns=known)
