"""Run a parameter study as a run: read all bars, sum up every variant in chunks that can be resumed, judge the best."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.metrics import Outcome
from technic_scanner.domain.stage import Stage
from technic_scanner.domain.study_terms import StudyTerms
from technic_scanner.errors import CancelledError
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.columns import empty_table
from technic_scanner.pipeline.context import ScanContext, ScanPorts
from technic_scanner.pipeline.engine import Attempt, Scan
from technic_scanner.pipeline.measure import Tally, collect_metrics
from technic_scanner.pipeline.ports import Listener
from technic_scanner.pipeline.result import ScanResult
from technic_scanner.pipeline.study_bars import StudyBars, biases, staged_study_bars
from technic_scanner.pipeline.sweep_record import SumRecord
from technic_scanner.screening.bars import FIELDS, FloatArray
from technic_scanner.studies.eligible import Minimums
from technic_scanner.studies.holdout import Holdout, holdout_of
from technic_scanner.studies.ranges import Variants, variants_of
from technic_scanner.studies.sweep import Sweep, SweepPlan
from technic_scanner.studies.sweep_document import document_of_sweep


def run_sweep(
    config: ScanConfig,
    terms: StudyTerms,
    options: RunOptions,
    ports: ScanPorts,
    *,
    listeners: Sequence[Listener] = (),
    cancel: CancelToken | None = None,
    attempt: Attempt | None = None,
) -> ScanResult:
    """Study every variant of the config's criteria; the result has a document and no picks.

    Raises CriteriaError for criteria without ranges or with faults, ScanFailed if a stage raises.
    """
    variants = variants_of(config.criteria)
    run = _SweepRun(config, options, ports, tuple(listeners), cancel or CancelToken(), attempt or Attempt())
    run.asked = Asked(variants, terms, Minimums(config.min_price, config.min_dollar_volume, terms.min_bars))
    return run.run()


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """The variants of a parameter study, and what it asks beside them."""

    variants: Variants
    terms: StudyTerms
    minimums: Minimums

    @property
    def unit(self) -> str:
        """The class of its units of work: a symbol costs as much as it has variants."""
        return f"symbol of {len(self.variants.criteria)} variants"

    def plan(self, bars: StudyBars, holdout: Holdout | None, threads: int | None) -> SweepPlan:
        """Return what every chunk needs."""
        start, end = self.window(holdout)
        return SweepPlan.of(
            self.variants,
            bars.panel,
            entry=self.terms.entry,
            start=start,
            end=end,
            minimums=self.minimums,
            threads=threads,
        )

    def window(self, holdout: Holdout | None) -> tuple[date | None, date | None]:
        """Return the first and the last day that may be studied."""
        days = self.terms.start, self.terms.end
        return days if holdout is None else holdout.window(*days)

    def fingerprint(self, context: ScanContext, bars: StudyBars, plan: SweepPlan) -> str:
        """Return a hash of everything that the sums depend on."""
        digest = hashlib.blake2b(digest_size=16)
        texts = [criteria.canonical for criteria in self.variants.criteria]
        size = str(context.options.chunk_size)
        for part in (context.ports.version, bars.fingerprint, size, repr(self.terms), repr(self.minimums), *texts):
            digest.update(part.encode() + b"\0")
        panel = plan.panel
        digest.update(repr(sorted(panel.labels.items())).encode())
        for array in (plan.chunks.eligible, panel.calendar, *_bars_of(panel.market)):
            digest.update(b"\0" if array is None else np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


def _bars_of(market: Any) -> list[Any]:
    return [] if market is None else [market.sessions.astype("<i8"), *(getattr(market, name) for name in FIELDS)]


class _SweepRun(Scan):
    """One attempt of a parameter study."""

    asked: Asked
    _bars: StudyBars | None = None
    _document: dict[str, Any] | None = None
    _scanned = 0

    def stages(self) -> str:
        reporter, asked = self.context.reporter, self.asked
        self._bars = bars = staged_study_bars(self.context, self.context.ports.exchange_sessions)
        reporter.complete_stage()
        holdout = holdout_of(bars.panel.bars.last_session, asked.terms.holdout_months, opened=False)
        reporter.declare(Stage.SYMBOL_SCANNING, asked.unit, len(bars.panel.symbols))
        reporter.start_stage(Stage.SYMBOL_SCANNING, len(bars.panel.symbols))
        plan = asked.plan(bars, holdout, self.context.options.workers)
        flat = self._summed(plan, asked.fingerprint(self.context, bars, plan))
        reporter.complete_stage()
        reporter.start_stage(Stage.FINALIZATION, 1)
        self._document = self._described(Sweep.of(plan, flat), bars, holdout)
        reporter.advance(1)
        reporter.complete_stage()
        return self._text(self._document)

    def _described(self, found: Sweep, bars: StudyBars, holdout: Holdout | None) -> dict[str, Any]:
        terms, config = self.asked.terms, self.context.config
        notes = [*biases(bars, self.context.source.info()), *bars.notes]
        if holdout is not None:
            last = holdout.first - timedelta(days=1)
            notes.append(f"Entries after {last} are held out; returns of earlier entries may reach into them.")
        about = {
            "source": config.source,
            "universe": bars.universe.name,
            "text": config.criteria,
            "asked": {"from": _text_of(terms.start), "to": _text_of(terms.end)},
            "cost_bps": terms.cost_bps,
        }
        workers = self.context.options.workers
        return about | document_of_sweep(
            found,
            terms.horizon,
            min_dates=terms.min_dates,
            minimums=self.asked.minimums,
            notes=notes,
            data_notes=bars.universe.notes,
            threads=workers,
        )

    def _summed(self, plan: SweepPlan, fingerprint: str) -> FloatArray:
        """Return the sums of all chunks, added in their order, so that every executor and attempt gives the same."""
        context = self.context
        bounds = plan.bounds(context.options.chunk_size)
        kept = SumRecord(context, fingerprint, plan.empty())
        done = kept.restore()
        self._scanned = bounds[done - 1][1] if done else 0
        if done:
            context.reporter.restore(Stage.SYMBOL_SCANNING, self._scanned, self.asked.unit)

        def chunks() -> Iterator[tuple[int, Any]]:
            for index in range(done, len(bounds)):
                yield index, plan.chunks.chunk(*bounds[index])

        waiting: dict[int, FloatArray] = {}
        try:
            for index, part in context.ports.executor.map_chunks(plan.task, chunks(), context.cancel):
                waiting[index] = part
                context.reporter.advance(bounds[index][1] - bounds[index][0], self.asked.unit)
                while kept.done in waiting:
                    kept.add(waiting.pop(kept.done))
                    self._scanned = bounds[kept.done - 1][1]
        finally:
            kept.flush()
        context.cancel.check()
        return kept.flat

    def _text(self, document: dict[str, Any]) -> str:
        count = len(document["variants"])
        best = document["best"]
        if best is None:
            lacking = f"entries on {document['min_dates']:,} dates" if _judged(document) else "an entry"
            return f"Parameter study complete: {count:,} variants, none of which has {lacking} that can be judged."
        names = [item["name"] for item in document["ranges"]]
        values = document["variants"][best["variant"]]["values"]
        chosen = ", ".join(f"{name} = {value}" for name, value in zip(names, values, strict=True))
        around = best["neighbours_median"]
        beside = "" if around is None else f", the median of its neighbours {around:+.2%}"
        return (
            f"Parameter study complete: of {count:,} variants {chosen} has the largest mean excess after "
            f"{document['horizon']} sessions, {best['mean_excess']:+.2%}{beside}."
        )

    def stopped(self) -> None:
        """Keep nothing: the sums are recorded, and parts of them say nothing."""

    def cancelled_status(self, stop: CancelledError) -> str:
        return f"Parameter study cancelled: {stop}. Resume it to go on where it was."

    def result(self, status: str, *, cancelled: bool = False) -> ScanResult:
        bars, context, document = self._bars, self.context, self._document
        failures = () if bars is None else bars.failures
        symbols = 0 if bars is None else len(bars.panel.symbols)
        listed = 0 if bars is None else len(bars.universe.securities)
        tally = Tally(listed, symbols, self._scanned, 0, 0, len(failures))
        info = context.source.info()
        outcome = Outcome.PARTIAL
        if document is not None:
            outcome = Outcome.COMPLETE if _judged(document) else Outcome.EMPTY
        return ScanResult(
            config=context.config,
            outcome=outcome,
            status_text=status,
            table=empty_table(),
            failures=failures,
            metrics=collect_metrics(context, self.attempt.earlier_seconds, tally),
            as_of=None,
            source_label=info.label,
            notes=tuple(
                dict.fromkeys((*info.notes, *((*document["notes"], *document["data_notes"]) if document else ())))
            ),
            cancelled=cancelled,
            study=document,
        )


def _judged(document: dict[str, Any]) -> bool:
    """Return whether any variant has an entry whose return is known."""
    return any(variant["horizons"][str(document["horizon"])]["n"] for variant in document["variants"])


def _text_of(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
