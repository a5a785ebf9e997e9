"""Define the command new, which says what is new in a run since the session before."""

from __future__ import annotations

from typing import Annotated

import typer

from technic_scanner.bootstrap import build
from technic_scanner.cli.output import Json, emit, errors_as_sentences, say, table
from technic_scanner.runs.changes.picks import ChangedPick, WhatIsNew
from technic_scanner.runs.changes.service import new_to_dict


def new(
    run_id: str,
    against: Annotated[str | None, typer.Option(help="Compare with this run instead of the session before.")] = None,
    as_json: Json = False,
) -> None:
    """Say what is new in a run: entered, left and why, moved, stayed, since the same criteria last ran."""
    with errors_as_sentences(), build() as services:
        changes = services.changes.what_is_new(run_id, against)
        if as_json:
            emit(new_to_dict(changes))
        else:
            _show(changes)
        for pick in changes.adjusted:
            say(f"{pick.symbol}: {pick.why}; it is not counted as left.")
        for note in changes.notes:
            say(note)


def _show(changes: WhatIsNew) -> None:
    if changes.against is None:
        return
    title = f"New as of {changes.as_of}, against {changes.against_as_of} (run {changes.against})"
    rows = [_row(pick) for pick in (*changes.entered, *changes.moved, *changes.stayed)]
    head = ("Symbol", "Rank", "Before", "Ranks up", "Score change", "Sessions")
    table(title, head, rows, empty=f"{title}: no picks.")
    left = [(pick.symbol, pick.rank_before, pick.why) for pick in changes.left]
    table(f"Left: {len(left)}", ("Symbol", "Rank before", "Why"), left, prose=("Why",), empty="None has left.")


def _row(pick: ChangedPick) -> tuple[object, ...]:
    change = "" if pick.score_change is None else f"{pick.score_change:+.1f}"
    up = "new" if pick.ranks_up is None else f"{pick.ranks_up:+d}" if pick.ranks_up else "="
    return pick.symbol, pick.rank, pick.rank_before, up, change, pick.sessions
