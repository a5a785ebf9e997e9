"""Define the command that measures a baseline: what a cold scan on one worker takes a symbol."""

from __future__ import annotations

from typing import Any

import typer

from technic_scanner.bootstrap import build
from technic_scanner.cli.field_options import takes_fields
from technic_scanner.cli.following import follow
from technic_scanner.cli.output import Exit, Json, emit, errors_as_sentences, say
from technic_scanner.cli.requests import build_request
from technic_scanner.progress.text import count_text
from technic_scanner.runs.timings.baseline import EXECUTOR, WORKERS, as_baseline

LABEL = "baseline"


@takes_fields("source", "universe", "reference", "lookback_sessions")
def baseline(given: dict[str, Any], as_json: Json = False) -> None:
    """Scan on one worker with all bars fetched anew; later runs of the source say how many times as fast they are."""
    cold = {"executor": EXECUTOR, "workers": WORKERS, "refresh": True}
    with errors_as_sentences(), build() as services:
        run = services.service.submit(*build_request(services.service, {**given, **cold}, None, None), label=LABEL)
        code = follow(services, run.run_id, 0, progress=not as_json, as_json=False)
        ended = services.service.get(run.run_id)
        measured = as_baseline(ended)
        if measured is None or ended.metrics is None:
            say(f"Run {run.run_id} is no baseline: {ended.error.message if ended.error else ended.status_text}")
            raise typer.Exit(code or Exit.FAILED)
        scanned, seconds = ended.metrics.symbols_scanned, ended.metrics.total_seconds
        if as_json:
            emit(
                {
                    "run_id": run.run_id,
                    "seconds": seconds,
                    "symbols": scanned,
                    "seconds_per_symbol": measured.seconds_per_symbol,
                }
            )
            return
        each = f"{1e3 * measured.seconds_per_symbol:.3g} ms a symbol"
        say(f"Baseline {run.run_id}: {count_text(scanned, 'symbol')} in {seconds:.2f} s, {each}.")
