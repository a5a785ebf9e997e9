"""Compare the picks of one session with those of the sessions before: entered, left and why, moved, stayed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import pyarrow as pa

from technic_scanner.domain.metrics import SymbolFailure
from technic_scanner.domain.symbols import alike

COLUMNS = ("Symbol", "Rank", "CompositeScore", "Close")


@dataclass(frozen=True, slots=True)
class Pick:
    """One symbol in a run's list; ``score`` is the one that ranks it and ``close`` its close, None if unknown."""

    symbol: str
    rank: int
    score: float | None
    close: float | None


@dataclass(frozen=True, slots=True)
class ChangedPick:
    """One pick and how it changed.

    ``rank_before`` is None for one that is new. ``score_change`` is CompositeScore now minus before, None if either is
    unknown. ``sessions`` is how many sessions in a row it has been in the list, this one included.
    """

    symbol: str
    rank: int
    rank_before: int | None
    score_change: float | None
    sessions: int

    @property
    def is_new(self) -> bool:
        """Whether it was not in the list before."""
        return self.rank_before is None

    @property
    def ranks_up(self) -> int | None:
        """By how many ranks it is better than before; negative if worse, None if new."""
        return None if self.rank_before is None else self.rank_before - self.rank


@dataclass(frozen=True, slots=True)
class LeftPick:
    """One symbol that was in the list before and is not now, and why, in a sentence."""

    symbol: str
    rank_before: int
    why: str


@dataclass(frozen=True, slots=True)
class WhatIsNew:
    """The changes of a run's list since the last session for which the same criteria ran.

    ``against`` is the run compared with, None if there is none; ``notes`` say what else a reader must know.
    ``adjusted`` are symbols whose price history was revised since (a split, say): they have not left by their own.
    """

    run_id: str
    as_of: date | None
    against: str | None
    against_as_of: date | None
    picks: tuple[ChangedPick, ...]
    left: tuple[LeftPick, ...]
    adjusted: tuple[LeftPick, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def entered(self) -> tuple[ChangedPick, ...]:
        """The picks that are new, best rank first; none if there is nothing to compare with."""
        return () if self.against is None else tuple(pick for pick in self.picks if pick.is_new)

    def among(self, symbols: Iterable[str]) -> WhatIsNew:
        """Return the changes of these symbols alone; of two spellings of a symbol either counts."""
        wanted = frozenset(map(alike, symbols))
        picks = tuple(pick for pick in self.picks if alike(pick.symbol) in wanted)
        left, adjusted = (
            tuple(pick for pick in gone if alike(pick.symbol) in wanted) for gone in (self.left, self.adjusted)
        )
        return replace(self, picks=picks, left=left, adjusted=adjusted)

    @property
    def moved(self) -> tuple[ChangedPick, ...]:
        """The picks with another rank than before."""
        return tuple(pick for pick in self.picks if pick.ranks_up)

    @property
    def stayed(self) -> tuple[ChangedPick, ...]:
        """The picks with the same rank as before."""
        return tuple(pick for pick in self.picks if pick.ranks_up == 0)


def picks_of(table: pa.Table, top_n: int | None) -> dict[str, Pick]:
    """Return the picks of a result table by symbol, in rank order: its rows within ``top_n`` that have a rank."""
    rows = sorted(
        (row for row in table.select(list(COLUMNS)).to_pylist() if row["Rank"] is not None and row["Symbol"]),
        key=lambda row: row["Rank"],
    )
    return {
        row["Symbol"]: Pick(row["Symbol"], row["Rank"], _known(row["CompositeScore"]), _known(row["Close"]))
        for row in rows
        if top_n is None or row["Rank"] <= top_n
    }


def changed_picks(now: Mapping[str, Pick], earlier: Sequence[Mapping[str, Pick]]) -> tuple[ChangedPick, ...]:
    """Return the picks with their changes; ``earlier`` are the lists of the sessions before, the newest first."""
    before = earlier[0] if earlier else {}
    return tuple(_changed(pick, before.get(pick.symbol), earlier) for pick in now.values())


def why_left(symbol: str, table_ranks: Mapping[str, int | None], failures: Mapping[str, SymbolFailure]) -> str:
    """Say why a symbol is not among the picks any more, from what the run recorded of it."""
    failure = failures.get(symbol)
    if failure is not None:
        return failure.detail or failure.reason.replace("_", " ")
    rank = table_ranks.get(symbol)
    if rank is not None:
        return f"it is on rank {rank}, beyond the picks"
    if symbol in table_ranks:
        return "it passes the filters but has no rank any more"
    return "it is not in the universe any more"


def _changed(pick: Pick, before: Pick | None, earlier: Sequence[Mapping[str, Pick]]) -> ChangedPick:
    sessions = 1
    for picks in earlier:
        if pick.symbol not in picks:
            break
        sessions += 1
    change = None
    if before is not None and pick.score is not None and before.score is not None:
        change = pick.score - before.score
    return ChangedPick(pick.symbol, pick.rank, None if before is None else before.rank, change, sessions)


def _known(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
