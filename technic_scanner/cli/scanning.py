"""Define the commands that start or follow a scan: scan, watch, resume."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from technic_scanner.bootstrap import Services, build
from technic_scanner.cli.endings import about_data, end_sentence, why_unread
from technic_scanner.cli.field_options import FIELDS, takes_fields
from technic_scanner.cli.following import follow, watch_to_end
from technic_scanner.cli.output import (
    STANDARD_OUTPUT,
    Exit,
    check_file,
    emit,
    errors_as_sentences,
    run_to_dict,
    say,
    table,
    warn_of_unknown_settings,
    write_file,
)
from technic_scanner.cli.requests import build_request, with_criteria
from technic_scanner.domain.price_text import price_text
from technic_scanner.domain.run import RunRecord
from technic_scanner.errors import ConfigError, ConflictError, FieldProblem
from technic_scanner.pipeline.columns import PRICE_COLUMNS
from technic_scanner.progress.text import count_text
from technic_scanner.runs.exports.export import to_csv
from technic_scanner.runs.model import StoredResult
from technic_scanner.runs.plan_sums import plan_sums

SHOWN_PICKS = 10
SHOWN_NOTES = 5
# Columns of the result with their headings in the table.
_PICK_COLUMNS = {
    "Rank": "Rank", "Symbol": "Symbol", "Signal": "Signal", "Tier": "Tier", "CompositeScore": "Score",
    "Entry": "Entry", "Stop": "Stop", "Target": "Target", "PositionSize": "Shares",
}  # fmt: skip
# Columns that a narrow terminal hides, least important first: the order of the rows shows the score, and a stop below
# the entry shows a long position.
_SPARE_PICK_COLUMNS = ("Shares", "Tier", "Score", "Signal", "Rank", "Target", "Stop", "Entry")
_Json = Annotated[bool, typer.Option("--json", help="Print JSON lines.")]
_Progress = Annotated[bool, typer.Option("--progress/--no-progress", help="Show the progress.")]


@takes_fields(*FIELDS)
def scan(
    given: dict[str, Any],
    preset: Annotated[str | None, typer.Option(help="Start from a preset.")] = None,
    config: Annotated[Path | None, typer.Option(help="Start from a JSON file of config fields.")] = None,
    where_file: Annotated[Path | None, typer.Option(help="Read the criteria from this file.")] = None,
    label: Annotated[str | None, typer.Option(help="A name for the run.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the picks to this file; - prints them as CSV.")] = None,
    detach: Annotated[bool, typer.Option("--detach", help="Queue the run and return.")] = False,
    progress: _Progress = True,
    as_json: _Json = False,
) -> None:
    """Scan, and show the picks. Ctrl-C cancels the run and says how to resume it."""
    with errors_as_sentences():
        check_file(csv, as_json=as_json)
        if detach and csv is not None:
            raise ConfigError([FieldProblem("csv", "a detached scan writes no file; use export when it has ended")])
        with build() as services:
            warn_of_unknown_settings(services)
            asked = build_request(services.service, with_criteria(given, where_file), preset, config)
            run = services.service.submit(*asked, label=label)
            if detach:
                _announce(run, as_json=as_json)
                return
            code = follow(services, run.run_id, 0, progress=progress, as_json=as_json)
            wanted = csv if code in (Exit.DONE, Exit.EMPTY) else None
            _show_end(services, run.run_id, wanted, as_json=as_json)
            if csv is not wanted:
                say(f"{csv} was not written, because the scan did not succeed.")
    raise typer.Exit(code)


def watch(run_id: str, progress: _Progress = True, as_json: _Json = False) -> None:
    """Follow a run to its end; Ctrl-C leaves it running."""
    with errors_as_sentences(), build() as services:
        code = watch_to_end(services, run_id, progress=progress, as_json=as_json)
        _say_end(services, services.service.get(run_id), as_json=as_json)
    raise typer.Exit(code)


def resume(
    run_id: str,
    detach: Annotated[bool, typer.Option("--detach", help="Queue the attempt and return.")] = False,
    progress: _Progress = True,
    as_json: _Json = False,
) -> None:
    """Continue a run that failed, was cancelled or was interrupted; completed work is not repeated."""
    with errors_as_sentences(), build() as services:
        earlier = services.service.latest_event(run_id)
        run = services.service.resume(run_id)
        if detach:
            _announce(run, as_json=as_json)
            return
        seen = 0 if earlier is None else earlier.seq  # events of earlier attempts are not shown again
        code = follow(services, run_id, seen, progress=progress, as_json=as_json)
        _show_end(services, run_id, None, as_json=as_json)
    raise typer.Exit(code)


def _announce(run: RunRecord, *, as_json: bool) -> None:
    if as_json:
        emit(run_to_dict(run))
    else:
        typer.echo(run.run_id)


def _show_end(services: Services, run_id: str, csv: Path | None, *, as_json: bool) -> None:
    run = services.service.get(run_id)
    if as_json:
        newest, notes = about_data(services.service, run)
        emit({"run": run_to_dict(run), "newest_session": newest, "notes": list(notes)})
    _show_result(services, run, csv, as_json=as_json)
    _say_end(services, run, as_json=as_json)


def _say_end(services: Services, run: RunRecord, *, as_json: bool) -> None:
    """Print how the run ended; with JSON output only what the JSON does not contain."""
    sentence = why_unread(services.service, run) if as_json else end_sentence(services.service, run)
    if sentence is not None:
        say(sentence)


def _show_result(services: Services, run: RunRecord, csv: Path | None, *, as_json: bool) -> None:
    try:
        stored = services.service.result(run.run_id)
    except ConflictError as error:
        if run.error is None:  # otherwise the error already explains why there is no result
            say(f"{error} [{error.code}]")
        return
    if csv is not None:
        write_file(csv, to_csv(stored.table))
        if csv != STANDARD_OUTPUT:
            say(f"Picks written to {csv}.")
    if as_json:
        return
    if stored.table.num_rows and csv != STANDARD_OUTPUT:
        _show_picks(stored.table.slice(0, SHOWN_PICKS).to_pylist(), run, stored.table.num_rows)
        if (sums := plan_sums(stored.table, stored.context.account_currency)) is not None:
            say(sums.sentence(stored.readable_config))
    _say_data(run.run_id, stored)


def _say_data(run_id: str, stored: StoredResult) -> None:
    """Print how new the data are, and what there is to say about them."""
    say(f"Newest session: {stored.as_of or 'unknown'}.")
    if not stored.table.num_rows:  # what each clause left, and what nothing is there for, says why
        for note in stored.context.notes:
            if note not in stored.notes:
                say(f"Note: {note}")
    for note in stored.notes[:SHOWN_NOTES]:
        say(f"Note: {note}")
    if len(stored.notes) > SHOWN_NOTES:
        say(f"{count_text(len(stored.notes), 'note')} in all: technic-scanner show {run_id}")


def _show_picks(rows: list[dict[str, Any]], run: RunRecord, total: int) -> None:
    columns, currencies = dict(_PICK_COLUMNS), {row["Currency"] or "" for row in rows}
    title = f"Top {len(rows)} of {count_text(total, 'pick')} of run {run.run_id}"
    if len(currencies) > 1:
        columns["Currency"] = "Currency"
    elif any(currencies):
        title += f", prices in {currencies.pop()}"
    cells = [[_short(name, row[name]) for name in columns] for row in rows]
    table(title, tuple(columns.values()), cells, spare=_SPARE_PICK_COLUMNS)


def _short(name: str, value: object) -> object:
    if not isinstance(value, float):
        return value
    return price_text(value) if name in PRICE_COLUMNS else f"{value:.2f}"
