"""Define the command ``sweep``: a parameter study of criteria whose numbers have ranges."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import typer

from technic_scanner.bootstrap import Services, build
from technic_scanner.cli.endings import end_sentence
from technic_scanner.cli.field_options import takes_fields
from technic_scanner.cli.following import follow
from technic_scanner.cli.output import (
    Exit,
    Json,
    check_file,
    emit,
    errors_as_sentences,
    run_to_dict,
    say,
    table,
    write_file,
)
from technic_scanner.cli.requests import with_criteria
from technic_scanner.cli.study_options import CostBps, Entry, From, MinBars, To
from technic_scanner.domain.config import OPTION_FIELDS, RunOptions, ScanConfig
from technic_scanner.domain.study_terms import FEW_DATES
from technic_scanner.errors import ConfigError
from technic_scanner.progress.text import count_text
from technic_scanner.runs.exports.export import to_csv
from technic_scanner.runs.requests import read_config, read_options
from technic_scanner.runs.studies.faults import every_fault_named, sweep_faults
from technic_scanner.runs.studies.sweeps import cells_table
from technic_scanner.studies.request import StudyRequest
from technic_scanner.studies.result import COST_BPS, FIRST
from technic_scanner.studies.sweep import BEST_HORIZON
from technic_scanner.studies.terms import MOST_DATES

_SHOWN = 10


@takes_fields(
    "criteria", "source", "universe", "min_price", "min_dollar_volume", "executor", "workers", "scheduler", "chunk_size"
)
def sweep(
    given: dict[str, Any],
    where_file: Annotated[Path | None, typer.Option(help="Read the criteria from this file.")] = None,
    first: From = None,
    last: To = None,
    entry: Entry = FIRST,
    horizon: Annotated[int, typer.Option(help="Sessions after the entry that the best is chosen by.")] = BEST_HORIZON,
    min_dates: Annotated[
        int, typer.Option(min=1, max=MOST_DATES, help="Dates with entries that the best must have.")
    ] = FEW_DATES,
    min_bars: MinBars = 1,
    cost_bps: CostBps = COST_BPS,
    holdout_months: Annotated[
        int | None, typer.Option(help="Hold the newest months out, for a test that is made once.")
    ] = None,
    label: Annotated[str | None, typer.Option(help="A name for the run.")] = None,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write one row a variant to this file.")] = None,
    detach: Annotated[bool, typer.Option("--detach", help="Queue the run and return.")] = False,
    progress: Annotated[bool, typer.Option("--progress/--no-progress", help="Show the progress.")] = True,
    as_json: Json = False,
) -> None:
    """Study all variants of criteria with ranges: let n = 20 # 10..50 step 5. Each of them counts as a trial.

    It is a run: Ctrl-C cancels it, and resume continues it.
    """
    with errors_as_sentences():
        check_file(csv)
        days = {"start": first and first.date(), "end": last and last.date()}
        more = {"min_bars": min_bars, "holdout_months": holdout_months, "cost_bps": cost_bps}
        request, options = _asked(with_criteria(given, where_file), entry=entry, **days, **more)
        with build() as services:
            with every_fault_named(lambda: sweep_faults(services.service, request, options, horizon, min_dates)):
                run = services.sweeps.submit(request, horizon, options, min_dates=min_dates, label=label)
            if detach:
                emit(run_to_dict(run)) if as_json else typer.echo(run.run_id)
                return
            code = follow(services, run.run_id, 0, progress=progress and not as_json, as_json=False)
            if code in (Exit.DONE, Exit.EMPTY):
                _show(services, run.run_id, csv, as_json=as_json)
            else:
                say(end_sentence(services.service, services.service.get(run.run_id)))
    raise typer.Exit(code)


def _asked(given: dict[str, Any], **more: Any) -> tuple[StudyRequest, RunOptions]:
    config = read_config({name: value for name, value in given.items() if name not in OPTION_FIELDS})
    options = read_options({name: value for name, value in given.items() if name in OPTION_FIELDS})
    if problems := (*config.problems, *options.problems):
        raise ConfigError(problems)
    return StudyRequest.of_config(config.over(ScanConfig()), given, **more), options.over(RunOptions())


def _show(services: Services, run_id: str, csv: Path | None, *, as_json: bool) -> None:
    answer = services.sweeps.answer(run_id)
    cells = cells_table(answer)
    if csv is not None:
        write_file(csv, to_csv(cells))
    if as_json:
        emit(answer)
        return
    _best_rows(answer, cells)
    say(f"Run {run_id}. Newest session: {answer['newest_session'] or 'unknown'}.")
    say(services.service.get(run_id).status_text)
    if limits := answer["trials"]["thresholds"]:
        count = answer["trials"]["variants"]
        say(
            f"{count:,} variants of this family were tried. To say something with 95%, a mean excess must be above "
            f"{limits['naive']:+.2%} if it is the only one, above {limits['deflated']:+.2%} if it is the best of them."
        )
    for note in (*answer["notes"], *answer["data_notes"]):
        say(note)


def _best_rows(answer: dict[str, Any], cells: pa.Table) -> None:
    names, horizon = [item["name"] for item in answer["ranges"]], answer["horizon"]
    mean = f"mean_excess_{horizon}"
    dates, least = f"n_dates_{horizon}", answer["min_dates"]
    rows = [row for row in cells.to_pylist() if row[dates] >= least and row[mean] is not None]
    rows.sort(key=lambda row: -row[mean])
    shown = [
        (
            *(row[name] for name in names), f"{row['entries']:,}", f"{row[dates]:,}",
            f"{row[mean]:+.2%}", f"{row[f'hit_rate_{horizon}']:.1%}",
        )
        for row in rows[:_SHOWN]
    ]  # fmt: skip
    least_dates = count_text(least, "date")
    title = f"The best {len(shown)} of {cells.num_rows:,} variants after {horizon} sessions, on {least_dates} or more"
    table(title, (*names, "Entries", "Dates", "Mean excess", "Hit rate"), shown)
