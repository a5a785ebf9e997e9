"""Define the command ``study``: what criteria would have found in the past."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from technic_scanner.bootstrap import build
from technic_scanner.cli.field_options import takes_fields
from technic_scanner.cli.output import (
    STANDARD_OUTPUT,
    Json,
    check_file,
    emit,
    errors_as_sentences,
    say,
    table,
    write_file,
)
from technic_scanner.cli.study_options import CostBps, Entry, From, MinBars, To
from technic_scanner.domain.config import ScanConfig
from technic_scanner.errors import ConfigError
from technic_scanner.progress.text import count_text
from technic_scanner.runs.exports.export import to_csv
from technic_scanner.runs.requests import read_config
from technic_scanner.runs.studies.faults import every_fault_named, study_faults
from technic_scanner.runs.studies.service import StudyAnswer
from technic_scanner.screening.pick_returns import HORIZONS
from technic_scanner.studies.document import entries_table
from technic_scanner.studies.request import StudyRequest
from technic_scanner.studies.result import COST_BPS, FIRST


@takes_fields("criteria", "source", "universe", "min_price", "min_dollar_volume")
def study(
    given: dict[str, Any],
    first: From = None,
    last: To = None,
    entry: Entry = FIRST,
    min_bars: MinBars = 1,
    cost_bps: CostBps = COST_BPS,
    holdout_months: Annotated[
        int | None, typer.Option(help="Hold the newest months out, for a test that is made once.")
    ] = None,
    open_holdout: Annotated[
        bool, typer.Option("--open-holdout", help="Study the months that were held out, and remember it.")
    ] = False,
    csv: Annotated[
        Path | None, typer.Option("--csv", help="Write one row an entry to this file; - prints them.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what criteria would have found in every past session, and what followed. Reads no stored run.

    Without --min-price and --min-dollar-volume there are none: adjusted prices of the past are not those of then.
    """
    with errors_as_sentences():
        check_file(csv, as_json=as_json)
        read = read_config(given)
        config = read.over(ScanConfig())
        if problems := read.problems:
            raise ConfigError(problems)
        days = {"start": first and first.date(), "end": last and last.date()}
        more = {"min_bars": min_bars, "holdout_months": holdout_months, "open_holdout": open_holdout}
        request = StudyRequest.of_config(config, given, entry=entry, cost_bps=cost_bps, **days, **more)
        with build() as services, every_fault_named(lambda: study_faults(services.service, request)):
            answer = services.studies.run(request)
        if csv is not None:
            write_file(csv, to_csv(entries_table(answer.study)))
        if as_json:
            emit(answer.document())
        elif csv != STANDARD_OUTPUT:
            _show(answer)


def _show(answer: StudyAnswer) -> None:
    found = answer.study
    say(f"{count_text(len(found), 'entry')} on {found.dates:,} of {found.sessions_with_rows:,} sessions.")
    rows = []
    for horizon in HORIZONS:
        result = found.horizons[horizon]
        rows.append(
            (
                horizon, f"{result.n:,}", f"{result.n_dates:,}", _percent(result.mean_excess),
                f"{_percent(result.low)} … {_percent(result.high)}", _percent(result.trading.net_mean_excess),
                _percent(result.median), "unknown" if result.hit_rate is None else f"{result.hit_rate:.1%}",
            )
        )  # fmt: skip
    heads = ("Sessions", "Entries", "Dates", "Mean excess", "95% interval", "After costs", "Median", "Hit rate")
    table("After the entry", heads, rows)
    document = answer.document()
    say(f"Newest session: {document['newest_session'] or 'unknown'}.")
    for note in (*document["notes"], *document["data_notes"]):
        say(note)


def _percent(value: float | None) -> str:
    return "unknown" if value is None else f"{value:+.2%}"
