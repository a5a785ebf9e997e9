"""The judged runs and what is to be said of them: each note belongs to runs, and an answer has the notes of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa
import pyarrow.compute as pc

from technic_scanner.progress.text import count_text
from technic_scanner.runs.performance.judging import RunToJudge
from technic_scanner.runs.performance.performance_query import PerformanceQuery, of_direction, of_runs
from technic_scanner.runs.performance.performance_report import PerformanceReport, report_performance
from technic_scanner.runs.performance.wrong_prices import WrongPrices

# What the filters on runs look at, and the host that scanned each run.
_RUN_FACTS = pa.schema(
    [
        ("run_id", pa.string()),
        ("as_of", pa.date32()),
        ("direction", pa.string()),
        ("profile", pa.string()),
        ("host", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True, eq=False)
class PlaceNotes:
    """What is to be said of the runs of one source and universe, as far as they are in an answer.

    ``fault`` says why none can be measured; ``taint`` is a bias of the data; ``left_out`` counts by run the rows of
    symbols that were no members then; ``without_bars`` are the picked symbols that this host, ``host``, has no bars of;
    ``wrong`` are the prices of picked symbols that look wrong.
    """

    place: str
    runs: pa.Table
    fault: str | None = None
    taint: str | None = None
    left_out: Mapping[str, int] = field(default_factory=dict)
    without_bars: frozenset[str] = frozenset()
    host: str | None = None
    wrong: WrongPrices = field(default_factory=WrongPrices)

    def among(self, report: PerformanceReport) -> tuple[str, ...]:
        """Return the notes on the runs that passed the filters of a report."""
        query = report.query
        # No direction is chosen by the runs that cannot be measured.
        runs = of_direction(of_runs(self.runs, query), query.direction if self.fault else report.direction)
        if query.narrows_picks and not self.fault:
            runs = runs.filter(pc.is_in(runs["run_id"], value_set=_distinct(report.picks["run_id"])))
        return self.on(runs, report.picks, query.horizon)

    def on(self, runs: pa.Table, picks: pa.Table, horizon: int | None = None) -> tuple[str, ...]:
        """Return the notes on some of the runs, which have these picks among those of others.

        ``horizon`` is that of the returns that are shown (None: all of them).
        """
        if not runs.num_rows:
            return ()
        if self.fault is not None:
            return (f"Runs of {self.place} ({runs.num_rows}) cannot be measured: {self.fault}",)
        own = picks.filter(pc.is_in(_decoded(picks["run_id"]), value_set=_distinct(runs["run_id"])))
        notes = [self._missing_bars(runs, own), self._no_members(runs), self._wrong_prices(own, horizon), self.taint]
        return tuple(filter(None, notes))

    def _wrong_prices(self, own: pa.Table, horizon: int | None) -> str | None:
        note = self.wrong.note(own, horizon) if self.wrong.days else None
        return note and f"{self.place}: {note}"

    def _no_members(self, runs: pa.Table) -> str | None:
        counts = [count for run_id in runs["run_id"].to_pylist() if (count := self.left_out.get(run_id))]
        if not counts:
            return None
        rows, those = count_text(sum(counts), "row"), count_text(len(counts), "run")
        return f"{self.place}: {rows} of {those} are left out, of symbols that were not in the universe on those dates."

    def _missing_bars(self, runs: pa.Table, own: pa.Table) -> str | None:
        """Say how many symbols of the picks have no bars, and which host has them or how to get them.

        Prices are kept on the host whose worker fetched them.
        """
        if not self.without_bars:
            return None
        picked = _distinct(own["Symbol"]).to_pylist()
        missing = len(self.without_bars.intersection(picked))
        if not missing:
            return None
        found = f"{self.place}: the price cache has no bars of {missing:,} of {len(picked):,} picked symbols"
        others = sorted({name for name in runs["host"].to_pylist() if name is not None and name != self.host})
        if self.host is None or not others:
            return f"{found}; a scan of this source fetches those that are still available."
        return (
            f"{found} on {self.host}, which serves this. These runs were scanned on {', '.join(others)}, where their "
            "prices are kept; `technic-scanner outcomes` there measures them."
        )


@dataclass(frozen=True, slots=True, eq=False)
class JudgedRuns:
    """Every pick of the stored runs with its outcome, in JUDGED_SCHEMA, and what is to be said of them.

    ``runs`` in RUNS_SCHEMA has all runs, also those without picks; ``general`` are notes on all that is stored.
    """

    picks: pa.Table
    runs: pa.Table
    general: tuple[str, ...] = ()
    places: tuple[PlaceNotes, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """The notes on all of the runs."""
        return _once([*self.general, *(note for place in self.places for note in place.on(place.runs, self.picks))])

    def report(self, query: PerformanceQuery) -> PerformanceReport:
        """Return the answer to a query on them, with the notes on the runs that are in it."""
        report = report_performance(self.picks, query, known_runs=self.runs)
        about = [note for place in self.places for note in place.among(report)]
        return replace(report, notes=_once([*self.general, *about, *report.notes]))


def facts_of(runs: Sequence[RunToJudge]) -> pa.Table:
    """Return what the filters on runs look at, a row a run."""
    dated = [run.dated for run in runs]
    columns = [
        [run.run_id for run in dated],
        [run.as_of for run in dated],
        [run.config.direction for run in dated],
        [run.config.strategy_profile_name for run in dated],
        [run.host for run in dated],
    ]
    return pa.table(columns, schema=_RUN_FACTS)


def place_text(source: str, universe: str | None) -> str:
    """Return a source and its universe in words."""
    return f"{source} ({universe})" if universe else source


def _distinct(column: pa.ChunkedArray) -> pa.Array:
    return pc.unique(_decoded(column))


def _decoded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.string())


def _once(notes: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(notes))
