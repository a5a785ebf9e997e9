"""Collect the runs whose outcomes can be measured and the bars for it, and report their outcomes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.universe import SourceInfo, Universe
from technic_scanner.errors import ConfigError, SourceError
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.runs.model import DatedRun, PickTable
from technic_scanner.runs.performance.judged_runs import JudgedRuns, PlaceNotes, facts_of, place_text
from technic_scanner.runs.performance.judged_table import JUDGED_SCHEMA, RUNS_SCHEMA
from technic_scanner.runs.performance.judging import (
    JUDGED_COLUMNS,
    RunToJudge,
    considered,
    judge_runs,
    lineage_of,
)
from technic_scanner.runs.performance.performance_query import PerformanceQuery
from technic_scanner.runs.performance.performance_report import PerformanceReport
from technic_scanner.runs.performance.wrong_prices import WrongPrices
from technic_scanner.runs.ports import Catalog, PastBars, RunStore
from technic_scanner.screening.bars import DateArray, Panel
from technic_scanner.screening.survivors import ENDING_SHARE, endings, only_survivors

MAX_RUNS = 1_000
# The number of stored tables that are read at once.
_BATCH = 20
# The sessions that are read in any case, so that it shows whether symbols drop out.
_LONG_SESSIONS = 504

# What a jump's turnover is compared with lies in the days before it.
_USUAL_TURNOVER = timedelta(days=60)

_MISSING = "companies that dropped out are missing, so returns look better than they were."


class Listed(NamedTuple):
    """A source's description and the universe that it lists now."""

    info: SourceInfo
    universe: Universe


# Returns by symbol the day up to which its bars have been asked for.
AskedThrough = Callable[[ScanConfig, Sequence[str]], Mapping[str, date]]


def _all_known(_config: ScanConfig, _symbols: Sequence[str]) -> Mapping[str, date]:
    return {}


class PerformanceService:
    """Computes how past picks performed, from stored results and the bars that are now in the price cache."""

    def __init__(
        self,
        store: RunStore,
        catalog: Catalog,
        past_bars: PastBars,
        asked_through: AskedThrough = _all_known,
        *,
        host: str | None = None,
    ) -> None:
        """Wire the service; a symbol that ``asked_through`` does not name has been asked for through all sessions.

        ``host`` is the name of this one, whose price cache ``past_bars`` reads.
        """
        self._host = host
        self._store = store
        self._catalog = catalog
        self._past_bars = past_bars
        self._asked_through = asked_through

    def report(self, query: PerformanceQuery | None = None) -> PerformanceReport:
        """Return the outcomes of the newest runs, at most 1,000; of equal runs of one day only the newest."""
        query = query or PerformanceQuery()
        return self.judged(query.source, query.universe).report(query)

    def judged(self, source: str | None = None, universe: str | None = None) -> JudgedRuns:
        """Return the outcomes of the runs of one source and universe (None: all).

        A note names runs whose source cannot be read. Runs without a universe are of their source's default one.
        """
        dated = self._store.dated_runs(source, MAX_RUNS)
        notes = [f"Only the newest {MAX_RUNS:,} runs are included."] if dated.more else []
        if dated.unreadable:
            notes.append(f"Runs whose stored configuration cannot be read in full are omitted: {dated.unreadable:,}.")
        found = [self._judged(group) for group in _by_place(self._runs(self._of_universe(dated.runs, universe)))]
        return JudgedRuns(
            pa.concat_tables([JUDGED_SCHEMA.empty_table(), *(judged.picks for judged in found)]),
            pa.concat_tables([RUNS_SCHEMA.empty_table(), *(judged.runs for judged in found)]),
            tuple(notes),
            tuple(place for judged in found for place in judged.places),
        )

    def of_run(self, run_id: str) -> JudgedRuns:
        """Return the outcomes of one run's picks, independent of other runs. ResultsNotReadyError, SourceError."""
        stored = self._store.result(run_id)
        if stored.as_of is None or not stored.table.num_rows:
            return _nothing()
        if stored.readable_config is None:
            note = "The stored configuration of this run cannot be read, so its bars are unknown."
            return _nothing(general=(note,))
        run = RunToJudge.of_stored(stored, self._store.get_run(run_id).host)
        return self._measured([run], self._bars_since([run]))

    def _judged(self, group: Sequence[RunToJudge]) -> JudgedRuns:
        """Return the outcomes of the runs of one place; none, and why, if its source cannot be read."""
        try:
            bars = self._bars_since(group)
        except (ConfigError, SourceError) as error:
            return _nothing(places=(PlaceNotes(_place_of(group[0]), facts_of(group), fault=str(error)),))
        return self._measured(group, bars)

    def _measured(self, group: Sequence[RunToJudge], bars: Panel) -> JudgedRuns:
        """Return the outcomes of the runs of one place by its bars."""
        listed = self._listed(group[0].dated.config)
        members, left_out = members_only(group, listed)
        judged = judge_runs(members, bars, self._known_through(group[0], bars))
        picked = pc.unique(judged.picks["Symbol"]).to_pylist()
        about = PlaceNotes(
            _place_of(group[0]),
            facts_of(group),
            taint=self._taint(group[0], bars, listed),
            left_out=left_out,
            without_bars=frozenset(picked).difference(bars.symbols),
            host=self._host,
            wrong=WrongPrices.of(bars, picked, partial(self._traded_since, group)),
        )
        return JudgedRuns(judged.picks, judged.runs, places=(about,))

    def _bars_since(self, runs: Sequence[RunToJudge]) -> Panel:
        """Return the prices since the oldest of these runs; earlier ones do not affect outcomes."""
        since = min(run.as_of for run in runs)
        return self._past_bars(runs[0].dated.config, considered(runs), since, _LONG_SESSIONS)

    def _traded_since(self, runs: Sequence[RunToJudge], symbols: Sequence[str]) -> Panel:
        """Return the prices of some symbols with their volume, from well before the oldest of these runs on."""
        since = min(run.as_of for run in runs) - _USUAL_TURNOVER
        return self._past_bars(runs[0].dated.config, symbols, since, _LONG_SESSIONS, volume=True)

    def _known_through(self, run: RunToJudge, bars: Panel) -> DateArray:
        """Return the days (n,) up to which the bars of each symbol of the panel are known."""
        asked = self._asked_through(run.dated.config, bars.symbols)
        last = bars.last_session or date.max
        return np.array([asked.get(symbol, last) for symbol in bars.symbols], dtype="datetime64[D]")

    def _of_universe(self, dated: Sequence[DatedRun], universe: str | None) -> list[DatedRun]:
        """Return the runs of one universe (None: all)."""
        if universe is None:
            return list(dated)
        usual = {source.name: source.universes[0] for source in self._catalog.sources() if source.universes}
        return [run for run in dated if (run.config.universe or usual.get(run.config.source)) == universe]

    def _runs(self, dated: Sequence[DatedRun]) -> list[RunToJudge]:
        """Return the runs that had something to buy, newest first; of equal runs of one day only the newest is read."""
        equal: dict[tuple[str, date], list[DatedRun]] = {}
        for run in dated:
            equal.setdefault((lineage_of(run.config), run.as_of), []).append(run)
        found: dict[str, RunToJudge] = {}
        while equal:
            newest = {runs[0].run_id: (runs[0], lineage) for (lineage, _), runs in equal.items()}
            for picks in self._tables(tuple(newest)):
                judged = RunToJudge.of(*newest[picks.run_id], picks)
                if judged.table.num_rows or len(judged.others):
                    found[picks.run_id] = judged
            # If nothing could be bought in a run, or it has been deleted meanwhile, the one before on its day is used.
            equal = {key: runs[1:] for key, runs in equal.items() if runs[0].run_id not in found and runs[1:]}
        return [found[run.run_id] for run in dated if run.run_id in found]

    def _tables(self, run_ids: Sequence[str]) -> Iterator[PickTable]:
        """Yield the picks of the runs, without keeping many tables with all columns in memory."""
        for start in range(0, len(run_ids), _BATCH):
            yield from self._store.pick_tables(run_ids[start : start + _BATCH], JUDGED_COLUMNS)

    def _listed(self, config: ScanConfig) -> Listed | str:
        """Return the universe of a config as its source lists it now; a sentence if that cannot be read."""
        try:
            opened = self._catalog.source(config.source, config)
            return Listed(opened.info(), opened.universe(config.universe, CancelToken()))
        except (ConfigError, SourceError) as error:
            return str(error)

    def _taint(self, run: RunToJudge, bars: Panel, listed: Listed | str) -> str | None:
        """Return a note on a bias of the data, such as a universe of survivors or generated bars, or None."""
        if isinstance(listed, str):
            return f"{_place_of(run)}: it is unknown whether its universe contains survivors only: {listed}"
        label, count = listed.info.label, len(bars.symbols)
        if not listed.info.is_market:
            return f"{label}: the prices are generated, so these outcomes have no meaning for real markets."
        if listed.universe.survivorship_biased:
            return f"{label}: the universe contains only companies that were members at its end; {_MISSING}"
        ended, years = endings(bars, self._known_through(run, bars))
        if only_survivors(ended, years):
            return (
                f"{label}: {ended:,} of {count:,} symbols stopped trading, {ended / years:.1%} a year, where of a real "
                f"market about {ENDING_SHARE:.0%} do, as if the others had been chosen afterwards; {_MISSING}"
            )
        return None


def members_only(runs: Sequence[RunToJudge], listed: Listed | str) -> tuple[list[RunToJudge], dict[str, int]]:
    """Return the runs without symbols that were no members of the universe on their dates; by run, how many rows.

    A scan sees only members; a run from before the listing said when symbols are members may have others.
    """
    securities = () if isinstance(listed, str) else listed.universe.securities
    dated = [security for security in securities if security.membership]
    if not dated:
        return list(runs), {}
    kept, left_out = [], {}
    for run in runs:
        strangers = [security.symbol for security in dated if not security.is_member(run.as_of)]
        members = _without(run, strangers)
        left_out[run.dated.run_id] = run.table.num_rows + len(run.others) - members.table.num_rows - len(members.others)
        kept.append(members)
    return kept, left_out


def _without(run: RunToJudge, symbols: Sequence[str]) -> RunToJudge:
    """Return the run without these symbols, picked or not."""
    left_out = pa.array(symbols, pa.string())
    kept = pc.invert(pc.is_in(run.table["Symbol"], value_set=left_out)).combine_chunks()
    others = run.others.filter(pc.invert(pc.is_in(run.others, value_set=left_out)))
    outside = run.outside[kept.to_numpy(zero_copy_only=False)]
    return replace(run, table=run.table.filter(kept), others=others, outside=outside)


def _nothing(general: tuple[str, ...] = (), places: tuple[PlaceNotes, ...] = ()) -> JudgedRuns:
    return JudgedRuns(JUDGED_SCHEMA.empty_table(), RUNS_SCHEMA.empty_table(), general, places)


def _place_of(run: RunToJudge) -> str:
    return place_text(run.dated.config.source, run.dated.config.universe)


def _by_place(runs: Sequence[RunToJudge]) -> list[list[RunToJudge]]:
    groups: dict[tuple[str, str | None], list[RunToJudge]] = {}
    for run in runs:
        groups.setdefault((run.dated.config.source, run.dated.config.universe), []).append(run)
    return list(groups.values())
