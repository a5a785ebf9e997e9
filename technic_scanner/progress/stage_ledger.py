"""Count, time and log the work of weighted stages from any number of threads; whatever is shown never goes back."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping
from typing import Any

from technic_scanner.clock import Clock, SystemClock
from technic_scanner.domain.metrics import StageTiming, UnitCost
from technic_scanner.domain.progress import StageState
from technic_scanner.domain.stage import weight_problems
from technic_scanner.errors import ConfigError
from technic_scanner.progress.stage_book import StageBook
from technic_scanner.progress.stage_record import StageRecord
from technic_scanner.progress.work_log import DEFAULT_CLASS, GRAIN_SECONDS

ALMOST_DONE = math.nextafter(1.0, 0.0)  # shown while all units are done but success is not yet known
MOST_UNITS = 1e15  # in one report; what is more is counted, but is no measurement
NEVER = float("-inf")


class StageLedger:
    """The stages of one run; at most one is active. See MultiStageProgressTracker for what it promises.

    Units without a class are counted in a cell of the calling thread, which no other thread writes to, and are pulled
    from there by whatever looks at the counts: that needs no lock. It is done for a millisecond at a time, so that
    the log of what units cost gets the steps it needs; reports of that millisecond are one step.
    """

    def __init__(self, stage_weights: Mapping[str, float], clock: Clock | None = None) -> None:
        weights = tuple((str(name), weight) for name, weight in stage_weights.items())
        if problems := weight_problems(weights):
            raise ConfigError(problems)
        self.stage_weights: dict[str, float] = dict(weights)
        self.lock = threading.RLock()
        self._clock = clock or SystemClock()
        self._monotonic = self._clock.monotonic
        self._books = {name: StageBook(StageRecord(name), weight) for name, weight in weights}
        self._completed: set[str] = set()
        self._active: StageBook | None = None
        self._last: StageBook | None = None
        self._outcome: StageState | None = None
        self._began = self._turned = self._clock.monotonic()
        self._ended: float | None = None
        self._gap_seconds = 0.0
        self._overall = 0.0
        self._begin_cells()
        self._unlogged = 0
        self._unlogged_at = 0.0
        self._unlogged_class = DEFAULT_CLASS

    def __getstate__(self) -> dict[str, Any]:
        """Return the state without locks, threads and watchers; who reads it goes on from there."""
        with self.lock:
            self._settle()
            left_out = ("lock", "_monotonic", "_cells", "_own", "_pulled", "_quiet_until", "_stream")
            return {name: value for name, value in self.__dict__.items() if name not in left_out} | {
                "_saved_at": self._monotonic()
            }

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Go on from a state, as if no time had passed since it was saved."""
        saved_at = state.pop("_saved_at")
        self.__dict__.update(state)
        self.lock = threading.RLock()
        self._monotonic = self._clock.monotonic
        self._begin_cells()
        passed = self._monotonic() - saved_at
        self._began += passed
        self._turned += passed
        self._ended = None if self._ended is None else self._ended + passed
        for book in self._books.values():
            book.move_by(passed)

    def _begin_cells(self) -> None:
        self._cells: dict[int, list[Any]] = {}  # by thread: units in all, second of the last report
        self._own = threading.local()  # .cell is the calling thread's
        self._pulled = 0  # of the cells
        self._quiet_until = NEVER  # until then reports are only summed up

    @property
    def stages(self) -> dict[str, StageRecord]:
        """Every stage by name, in order."""
        with self.lock:
            self._settle()
            return {name: book.record for name, book in self._books.items()}

    @property
    def active(self) -> StageRecord | None:
        """The active stage's record; hold ``lock`` while changing it."""
        with self.lock:
            self._settle()
            return self._active.record if self._active else None

    @property
    def current_stage(self) -> str | None:
        """The active stage's name, None between stages."""
        active = self._active
        return active.record.name if active else None

    @property
    def books(self) -> Mapping[str, StageBook]:
        """Everything kept of each stage; hold ``lock`` while reading it."""
        return self._books

    @property
    def outcome(self) -> StageState | None:
        """How the run ended: DONE, FAILED or CANCELLED; None while it goes on."""
        return self._outcome

    @property
    def completed_stages(self) -> set[str]:
        """Names of the stages that were completed."""
        with self.lock:
            return set(self._completed)

    @property
    def overall_fraction(self) -> float:
        """The sum of weight x stage fraction, 0-1; 1 only when every stage is complete."""
        with self.lock:
            self._pull()
            return self._overall_now()

    @property
    def gap_seconds(self) -> float:
        """Seconds in which no stage was active."""
        with self.lock:
            idle = self._active is None and self._ended is None
            return self._gap_seconds + (self._monotonic() - self._turned if idle else 0.0)

    @property
    def total_seconds(self) -> float:
        """Seconds since the start, up to the end if there was one."""
        with self.lock:
            return self._total_at(self._monotonic())

    def is_complete(self) -> bool:
        """Tell whether every stage is complete."""
        with self.lock:
            return len(self._completed) == len(self._books)

    def timings(self) -> tuple[StageTiming, ...]:
        """Return the seconds of every stage; with ``gap_seconds`` they sum to ``total_seconds``."""
        with self.lock:
            self._settle()
            now = self._monotonic()
            return tuple(book.timing(now) for book in self._books.values())

    def unit_costs(self) -> tuple[UnitCost, ...]:
        """Return what was measured, for the history of later runs; restored work is not in it."""
        with self.lock:
            self._settle()
            return tuple(cost for name, book in self._books.items() for cost in book.work.unit_costs(name))

    def restart_clock(self) -> None:
        """Count the total from now on; for an owner that was made before the work began."""
        with self.lock:
            self._began = self._turned = self._monotonic()
            self._gap_seconds = 0.0

    def stand_at(self, overall_fraction: float, stage_fractions: Mapping[str, float]) -> None:
        """Show at least these fractions from now on: what an earlier attempt had reached."""
        with self.lock:
            self._overall = max(self._overall, min(overall_fraction, ALMOST_DONE))
            for name, fraction in stage_fractions.items():
                if name in self._books:
                    self._books[name].record.stand_at(fraction)

    def _book(self, stage: str) -> StageBook:
        book = self._books.get(stage)
        if book is None:
            raise ValueError(f"unknown stage {stage!r}; the stages are {', '.join(self._books)}")
        return book

    def _begin(self, book: StageBook, total: float | None) -> None:
        now = self._turn(StageState.PENDING)
        record = book.record
        record.start(record.total if total is None and record.offset_seconds is None else total, now, now - self._began)
        record.add(book.restored)
        book.work.start(now)
        self._pull()  # late reports of the stage before
        self._unlogged = 0
        self._active = self._last = book
        self._ended = self._outcome = None

    def _end(self, state: StageState) -> None:
        """End the active stage, which there must be, in ``state``."""
        assert self._active is not None
        if state is StageState.DONE:
            self._completed.add(self._active.record.name)
        now = self._turn(state)
        if len(self._completed) == len(self._books):
            self._ended = now

    def _close(self, state: StageState) -> None:
        """Stop the clock; on success, stages that were never completed count as skipped and the whole as done."""
        if self._active is not None:
            self._end(state)
        now = self._turn(state)
        self._ended = now
        self._outcome = state
        if state is StageState.DONE:
            for book in self._books.values():
                record = book.record
                if record.state is not StageState.DONE:
                    record.stop(now, StageState.SKIPPED if record.offset_seconds is None else StageState.DONE)
            self._completed.update(self._books)

    def _turn(self, state: StageState) -> float:
        """Close the stretch of time since the last turn, on the active stage or the gap; return the time."""
        self._settle()
        self._quiet_until = NEVER
        now = self._monotonic()
        if self._active is not None:
            done = self._active.record.name in self._completed
            self._active.end(now, state)
            self._active.record.stop(now, StageState.DONE if done else state)
            self._active = None
        else:
            self._gap_seconds += now - self._turned
        self._turned = now
        return now

    def _count(self, units: int, unit_class: str, substage: str | None, seconds: float | None, now: float) -> None:
        """Count units of the active stage and log them as a step of its own; what follows at once is merged."""
        book = self._active
        if book is None or not units > 0:
            return
        if units > MOST_UNITS:
            book.record.add(units)
            return
        self._settle()
        book.observe(units, unit_class, now, seconds)
        if substage is not None:
            book.substage(substage, now).add(units)
        self._unlogged_class = unit_class
        self._quiet_until = now + GRAIN_SECONDS

    def _new_cell(self) -> list[Any]:
        """Return the calling thread's cell. A thread that has ended leaves its number, and so its cell, to another."""
        cell = self._own.cell = self._cells.setdefault(threading.get_ident(), [0, NEVER])
        return cell

    def _merge(self, units: int, now: float) -> None:
        """Count units of the class of the last step; they are one step with others of that millisecond."""
        if self._active is not None:
            self._active.record.raw += units
            self._unlogged += units
            self._unlogged_at = now

    def _pull(self) -> None:
        """Bring in what threads have counted in their cells."""
        if not self._cells:
            return
        cells = list(self._cells.values())
        counted = sum([cell[0] for cell in cells])
        units = counted - self._pulled
        if not units <= MOST_UNITS:  # infinity, say: nothing can be added to it or taken from it
            self._cells, self._own, counted, units = {}, threading.local(), 0, math.inf
        if units and self._active is not None:
            if self._unlogged_class != DEFAULT_CLASS:
                self._log()
                self._unlogged_class = DEFAULT_CLASS
            self._active.record.add(units)
            self._unlogged += units
            self._unlogged_at = max([self._unlogged_at, *[cell[1] for cell in cells]])
        self._pulled = counted

    def _settle(self) -> None:
        """Log the units that were counted since the last step that was logged by itself."""
        self._pull()
        self._log()

    def _log(self) -> None:
        if 0 < self._unlogged <= MOST_UNITS and self._active is not None:
            work = self._active.work
            work.observe(self._unlogged_class, self._unlogged, max(work.last_at, self._unlogged_at), None)
        self._unlogged = 0

    def _total_at(self, now: float) -> float:
        return (now if self._ended is None else self._ended) - self._began

    def _overall_now(self) -> float:
        if len(self._completed) == len(self._books):
            self._overall = 1.0
        else:
            parts = (book.weight * book.record.fraction for book in self._books.values())
            self._overall = max(self._overall, min(math.fsum(parts), ALMOST_DONE))
        return self._overall
