"""Print which symbols criteria match: of a finished run's rows, or of any judgement."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from technic_scanner import criteria
from technic_scanner.bootstrap import Services
from technic_scanner.cli.output import Exit, emit, say
from technic_scanner.criteria.judging import Judgement
from technic_scanner.criteria.warm_up import SLOW, is_quick
from technic_scanner.runs.criteria_facts import matches_document
from technic_scanner.runs.model import Rows


def compiled(text: str, *, as_json: bool) -> criteria.Criteria:
    """Return the criteria of a text, and say if they must be compiled first; exit with 2 where it has a fault."""
    try:
        asked = criteria.compile(text)
    except criteria.CriteriaError as error:
        if as_json:
            emit(criteria.check(text))
        say(error.shown())
        raise typer.Exit(Exit.USAGE) from error
    if not is_quick():
        say(f"{SLOW[0].upper()}{SLOW[1:]}.")
    return asked


def show_matches(services: Services, run_id: str, text: str, *, as_json: bool) -> None:
    """Print which scanned rows of a run meet criteria."""
    asked = compiled(text, as_json=as_json)
    found = services.scanning.judge_run(services.service.result(run_id, Rows.ALL), asked)
    if as_json:
        emit(matches_document(found))
        return
    say_judgement(found.judged, found.notes)


def say_judgement(judged: Judgement, notes: Sequence[str]) -> None:
    """Print notes, how many symbols each clause leaves, and the symbols that match."""
    for note in notes:
        say(note)
    counts = judged.counts()
    for clause, left in judged.left_after().items():
        say(f"{clause}: true of {counts[clause]:,} symbols; {left:,} are left after it.")
    say(f"Unknown of {judged.unknown:,} symbols.")
    for symbol in judged.matches():
        typer.echo(symbol)
