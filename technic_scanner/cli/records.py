"""Define the commands for stored runs: runs, show, export, cancel, compare, prune."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from technic_scanner.bootstrap import Services, build
from technic_scanner.cli.endings import about_data
from technic_scanner.cli.matches import show_matches
from technic_scanner.cli.output import (
    Json,
    emit,
    emit_bytes,
    errors_as_sentences,
    json_line,
    run_to_dict,
    say,
    table,
    tell,
    write_file,
)
from technic_scanner.cli.result_facts import (
    currencies_to_dict,
    order_text,
    reference_text,
    reference_to_dict,
    sums_to_dict,
)
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.errors import ConfigError, FieldProblem, ResultsNotReadyError, StoreDataError
from technic_scanner.progress.text import count_text, format_percent
from technic_scanner.runs.criteria_facts import change_sentences, own_columns
from technic_scanner.runs.exports.export import timings_csv, to_csv, to_parquet
from technic_scanner.runs.exports.what_is_new import with_what_is_new
from technic_scanner.runs.exports.workbook import Sheet, to_excel
from technic_scanner.runs.model import PrunePolicy, Rows, RunQuery, StoredResult
from technic_scanner.runs.plan_sums import plan_sums
from technic_scanner.runs.service.service import RunService
from technic_scanner.runs.timings.baseline import speedup_text, worker_text
from technic_scanner.runs.timings.compare import Comparison


def runs(
    status: Annotated[list[RunStatus] | None, typer.Option(help="Only runs with this status; may be repeated.")] = None,
    source: Annotated[str | None, typer.Option(help="Only runs of this source.")] = None,
    criteria: Annotated[str | None, typer.Option(help="Only runs whose criteria hold this text.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Maximum number of runs.")] = 20,
    timings: Annotated[Path | None, typer.Option(help="Write stage timings of these runs to this CSV file.")] = None,
    as_json: Json = False,
) -> None:
    """List runs, newest first."""
    with errors_as_sentences(), build() as services:
        service = services.service
        query = RunQuery(statuses=tuple(status or ()), source=source, criteria=criteria, limit=limit)
        if timings is not None:
            samples = service.samples(query)
            write_file(timings, timings_csv(samples))
            tell({"output": str(timings), "runs": len(samples)}, f"Timings written to {timings}.", as_json=as_json)
            return
        records = service.list(query).records
        if as_json:
            emit([run_to_dict(record) for record in records])
        elif not records:
            is_any = query == RunQuery(limit=limit)
            say("There are no runs yet. To start one: technic-scanner scan" if is_any else "No run is like that.")
        else:
            header = ("Run", "Status", "Created (UTC)", "Source", "Seconds", "Symbols", "Picks", "Label")
            spare = ("Label", "Source", "Symbols", "Picks", "Seconds", "Created (UTC)", "Status")
            table("Runs", header, [_row(record) for record in records], spare=spare, prose=("Label",))
            for record in records:
                if record.unreadable:
                    say(f"Not all of run {record.run_id} can be read: {'; '.join(map(str, record.unreadable))}.")


Where = Annotated[
    str | None, typer.Option("--where", help="Show instead which of the run's scanned rows meet these criteria.")
]


def show(run_id: str, where: Where = None, as_json: Json = False) -> None:
    """Show one run: its status, stage seconds and counts, its newest session and the notes on data and method."""
    with errors_as_sentences(), build() as services:
        service = services.service
        if where is not None:
            show_matches(services, run_id, where, as_json=as_json)
            return
        run = service.get(run_id)
        newest, notes = about_data(service, run)
        stored = _stored(service, run)
        sums = plan_sums(stored.table, stored.context.account_currency) if stored is not None else None
        if as_json:
            about = {"newest_session": newest, "notes": list(notes), **reference_to_dict(stored)}
            about |= currencies_to_dict(stored)
            about |= {"order": order_text(run), "own_columns": list(own_columns(stored))}
            emit({**run_to_dict(run), **about} | sums_to_dict(sums))
            return
        facts: list[tuple[str, object]] = [
            ("Status", run.status.value),
            ("Outcome", run.outcome.value if run.outcome else None),
            ("Message", run.error.message if run.error else run.status_text),
            # The share of its total time is unknown for a run that stopped early.
            ("Progress", None if run.status.can_resume else format_percent(run.time_fraction)),
            ("Attempt", run.attempt),
            ("Created", run.created_at.isoformat(timespec="seconds")),
            ("Position in queue", run.queue_position),
            ("Waits", services.waits_elsewhere(run)),
            ("Newest session", newest),
            ("Reference", reference_text(stored)),
            ("Order of the picks", order_text(run)),
            ("Own columns", ", ".join(own_columns(stored)) or None),
            *(("Unreadable", str(problem)) for problem in run.unreadable),
            *(("Unknown field", name) for name in run.unknown_fields),
        ]
        if run.metrics is not None:
            metrics = run.metrics
            facts += [(f"{timing.name} seconds", f"{timing.seconds:.3f}") for timing in metrics.stage_timings]
            facts += [
                ("Total seconds", f"{metrics.total_seconds:.3f}"),
                ("Queue seconds", None if metrics.queue_seconds is None else f"{metrics.queue_seconds:.3f}"),
                ("Worker", worker_text(metrics)),
                ("Symbols scanned", metrics.symbols_scanned),
                ("Picks", metrics.symbols_returned),
                ("Rejected", metrics.symbols_rejected),
                ("Failed", metrics.symbols_failed),
                ("Cache hit rate", None if metrics.cache_hit_rate is None else format_percent(metrics.cache_hit_rate)),
                ("Speed", speedup_text(metrics)),
            ]
        if sums is not None and sums.picks:
            facts.append(("Plans", sums.sentence(run.readable_config)))
        table(f"Run {run.run_id}", ("", ""), facts)
        for note in stored.all_notes if stored is not None else notes:
            say(note)


def export(
    run_id: str,
    csv: Annotated[bool, typer.Option("--csv", help="CSV (the default).")] = False,
    parquet: Annotated[bool, typer.Option("--parquet", help="Parquet.")] = False,
    xlsx: Annotated[bool, typer.Option("--xlsx", help="Excel, with symbols not in the results and config.")] = False,
    report: Annotated[bool, typer.Option("--report", help="A self-contained HTML report.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document with outcome, notes and rows.")] = False,
    rows: Annotated[Rows, typer.Option(help="The picks, or all scanned rows; not for the report.")] = Rows.PICKS,
    new: Annotated[
        bool, typer.Option("--new", help="Add what is new since the session before; for CSV, Parquet and Excel.")
    ] = False,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File; default is standard output.")] = None,
) -> None:
    """Write the results of a run to a file or to standard output."""
    with errors_as_sentences():
        wanted = {"csv": csv, "parquet": parquet, "xlsx": xlsx, "report": report, "json": as_json}
        chosen = [name for name, is_wanted in wanted.items() if is_wanted]
        if len(chosen) > 1:
            raise ConfigError([FieldProblem("format", "choose one of --csv, --parquet, --xlsx, --report and --json")])
        with build() as services:
            data = _exported(services, run_id, chosen[0] if chosen else "csv", rows, new=new)
        if output is None:
            emit_bytes(data)
        else:
            write_file(output, data)


def cancel(run_id: str, as_json: Json = False) -> None:
    """Cancel a run; the picks found so far are kept."""
    with errors_as_sentences(), build() as services:
        run = services.service.cancel(run_id)
        if as_json:
            emit(run_to_dict(run))
        elif run.status.is_terminal:
            say(f"Run {run_id} is {run.status.value}.")
        else:
            say(f"Run {run_id} is being cancelled.")


def compare(run_ids: list[str], as_json: Json = False) -> None:
    """Compare two or more runs with the first: differences in config, stage seconds, symbols."""
    with errors_as_sentences():
        if len(run_ids) < 2:
            raise ConfigError([FieldProblem("run_ids", "name at least two runs")])
        with build() as services:
            comparison = services.service.compare(run_ids)
        if as_json:
            emit(asdict(comparison))
        else:
            _show_comparison(comparison)


def prune(
    keep_runs: Annotated[int | None, typer.Option(min=0, help="Number of newest runs to keep.")] = None,
    keep_days: Annotated[float | None, typer.Option(min=0, help="Keep runs younger than this number of days.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Delete the runs; without it they are only counted.")] = False,
    as_json: Json = False,
) -> None:
    """Delete old finished runs that are not pinned. Without --yes it only reports what it would delete."""
    with errors_as_sentences():
        if keep_runs is None and keep_days is None:
            raise ConfigError([FieldProblem("keep_runs", "specify what to keep with --keep-runs or --keep-days")])
        with build() as services:
            report = services.service.prune(PrunePolicy(keep_runs, keep_days), dry_run=not yes)
        if as_json:
            emit(asdict(report))
        else:
            count = count_text(len(report.run_ids), "run")
            say(f"{count} would be deleted. Add --yes to delete." if report.dry_run else f"{count} deleted.")


def _stored(service: RunService, run: RunRecord) -> StoredResult | None:
    """Return the run's result; None if it has none that can be read."""
    if run.outcome is None:
        return None
    try:
        return service.result(run.run_id)
    except (ResultsNotReadyError, StoreDataError):
        return None


def _exported(services: Services, run_id: str, form: str, rows: Rows, *, new: bool) -> bytes:
    if new and form in ("report", "json"):
        raise ConfigError([FieldProblem("new", "is for --csv, --parquet and --xlsx; technic-scanner new has a --json")])
    if form == "report":
        return services.service.report(run_id).encode()
    stored = services.service.result(run_id, rows)
    sheets: tuple[Sheet, ...] = ()
    if form == "json":
        return f"{json_line(_result_to_dict(stored))}\n".encode()
    if new:
        stored, sheets = with_what_is_new(stored, services.changes.what_is_new(run_id))
    if form == "xlsx":
        return to_excel(stored, more=sheets)
    return to_parquet(stored.table) if form == "parquet" else to_csv(stored.table)


def _result_to_dict(stored: StoredResult) -> dict[str, Any]:
    return {
        "run_id": stored.run_id,
        "outcome": stored.outcome.value,
        "status_text": stored.status_text,
        "as_of": stored.as_of,
        "newest_session": stored.as_of,
        "source_label": stored.source_label,
        "notes": list(stored.notes),
        **currencies_to_dict(stored),
        **sums_to_dict(plan_sums(stored.table)),
        "rows": stored.table.to_pylist(),
        "failures": [asdict(failure) for failure in stored.failures],
    }


def _row(run: RunRecord) -> tuple[object, ...]:
    metrics = run.metrics
    return (
        run.run_id,
        run.status.value,
        run.created_at.strftime("%Y-%m-%d %H:%M:%S"),
        run.config.source,
        None if metrics is None else f"{metrics.total_seconds:.2f}",
        None if metrics is None else metrics.symbols_scanned,
        None if metrics is None else metrics.symbols_returned,
        run.label,
    )


def _show_comparison(comparison: Comparison) -> None:
    ids = comparison.run_ids
    if not comparison.comparable:
        say(f"{comparison.unlike}, which affects their seconds.")
    differences = [(item.field, *item.values) for item in comparison.differences]
    table("Configuration", ("Field", *ids), differences, empty="The runs have the same config.")
    for item in comparison.differences:
        if item.field == "criteria":
            say("\n".join(change_sentences(item.values, ids)))
    rows = [
        (delta.stage, *(None if s is None else f"{s:.3f}" for s in delta.seconds),
         *(None if d is None else f"{d:+.3f}" for d in delta.delta_seconds[1:]))
        for delta in comparison.stages
    ]  # fmt: skip
    table("Seconds", ("Stage", *ids, *(f"change {run_id[-6:]}" for run_id in ids[1:])), rows)
    for changes in comparison.symbols:
        if changes is not None:
            say(
                f"{changes.run_id}: {len(changes.entered)} entered, {len(changes.left)} left, "
                f"{len(changes.moved)} moved, {changes.stayed} unchanged"
            )
