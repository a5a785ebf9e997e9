"""Put together what happened to the picks between two runs: ranks, scores, prices, signals, and why a pick left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from technic_scanner.domain.metrics import SymbolFailure
from technic_scanner.pipeline.reasons import reason_text
from technic_scanner.runs.timings.compare import SymbolChanges

COLUMNS = (
    *("Change", "Symbol", "Rank before", "Rank after", "Places", "Score before", "Score after"),
    *("Price before", "Price after", "Signal", "Reason", "Open"),
)
_Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two runs: its scanned rows by symbol, and why symbols are not among them."""

    run_id: str
    rows: Mapping[str, _Row]
    failures: Mapping[str, SymbolFailure]


def changes_frame(changes: SymbolChanges, before: Side, after: Side) -> pd.DataFrame:
    """Return a row per symbol that entered, left or changed its rank; up is a better rank, an unknown value is None.

    ``Open`` is the run in whose results the symbol is a pick: the later one unless it left.
    """
    return pd.DataFrame([*_rows(changes, before, after)], columns=list(COLUMNS))


def _rows(changes: SymbolChanges, before: Side, after: Side) -> Iterator[tuple[Any, ...]]:
    for symbol, rank in changes.entered:
        yield _row("+ entered", symbol, (None, rank), before, after, after.rows.get(symbol, {}).get("Rationale"))
    for symbol, rank in changes.left:
        yield _row("- left", symbol, (rank, None), before, after, why_left(symbol, after))
    for move in changes.moved:
        word = "↑ up" if move.rank_before > move.rank_after else "↓ down"
        yield _row(word, move.symbol, (move.rank_before, move.rank_after), before, after, None)


def _row(
    change: str, symbol: str, ranks: tuple[int | None, int | None], before: Side, after: Side, reason: Any
) -> tuple[Any, ...]:
    old, new = before.rows.get(symbol, {}), after.rows.get(symbol, {})
    places = None if ranks[0] is None or ranks[1] is None else ranks[0] - ranks[1]
    numbers = [row.get(name) for name in ("CompositeScore", "Close") for row in (old, new)]
    signal = old.get("Signal") if ranks[1] is None else new.get("Signal")
    shown_in = before if ranks[1] is None else after
    return (change, symbol, *ranks, places, *numbers, signal, reason, shown_in.run_id)


def why_left(symbol: str, after: Side) -> str:
    """Return why a symbol is no pick of a run: the reason of its row, or why it has none."""
    row = after.rows.get(symbol)
    if row is not None:
        return str(row.get("NotPickedReason") or reason_text(row["NotPicked"]) if row.get("NotPicked") else "")
    failure = after.failures.get(symbol)
    return "not in the universe of the later run" if failure is None else reason_text(failure.reason)
