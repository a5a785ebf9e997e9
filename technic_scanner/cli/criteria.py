"""Define the commands of the scan language: criteria check, functions, match."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from technic_scanner import criteria
from technic_scanner.bootstrap import build
from technic_scanner.cli import saved_criteria
from technic_scanner.cli.field_options import takes_fields
from technic_scanner.cli.installed import InstalledNamesCommand
from technic_scanner.cli.matches import compiled, say_judgement
from technic_scanner.cli.output import Exit, Json, emit, errors_as_sentences, say, table
from technic_scanner.criteria.reference import functions_document
from technic_scanner.domain.config import ScanConfig
from technic_scanner.errors import ConfigError
from technic_scanner.progress.text import count_text
from technic_scanner.runs.requests import read_config

app = typer.Typer(no_args_is_help=True, help="Check and try criteria, the conditions that a scan's symbols must meet.")
Text = Annotated[str, typer.Argument(help='The criteria, for example "rsi(14) < 30 and close > sma(close, 200)".')]

app.command()(saved_criteria.save)
app.command("list")(saved_criteria.list_saved)
app.command()(saved_criteria.show)
app.command()(saved_criteria.remove)
app.command()(saved_criteria.export)
app.command("import")(saved_criteria.import_criteria)


@app.command()
def check(text: Text, as_json: Json = False) -> None:
    """Say what criteria mean, or every fault with its place. Exit code 2 if there is one."""
    document = criteria.check(text)
    if as_json:
        emit(document)
    elif document["ok"]:
        found = criteria.compile(text)
        needs = f"Needs {count_text(found.bars_needed, 'bar')}."
        say("\n".join((found.canonical, needs, *map(str, found.hints))))
    else:
        _say_faults(text)
    if not document["ok"]:
        raise typer.Exit(Exit.USAGE)


@app.command()
def functions(as_json: Json = False) -> None:
    """List the functions and names of the language."""
    document = functions_document()
    if as_json:
        emit(document)
        return
    rows = [(item["signature"], item["help"], item["example"]) for item in document["functions"]]
    table("Functions", ("Function", "What it is", "Example"), rows, spare=("Example",), prose=("What it is", "Example"))
    table("Names", ("Name", "What it is"), [(item["name"], item["help"]) for item in document["fields"]])


@app.command(cls=InstalledNamesCommand)
@takes_fields("source", "universe", "as_of_date", "sectors", "symbols", "max_symbols")
def match(given: dict[str, Any], text: Text, as_json: Json = False) -> None:
    """Show which symbols meet criteria in the newest session, without a scan. Exit code 2 for a fault in the text."""
    with errors_as_sentences():
        asked = compiled(text, as_json=as_json)
        read = read_config(given)
        config = read.over(ScanConfig())
        if problems := (*read.problems, *config.problems()):
            raise ConfigError(problems)
        with build() as services:
            judged = services.scanning.judge(config, asked)
    if as_json:
        notes = list(judged.lacking)
        emit({"matches": judged.matches(), "counts": judged.counts(), "unknown": judged.unknown, "notes": notes})
    else:
        say_judgement(judged, judged.lacking)


def _say_faults(text: str) -> None:
    try:
        criteria.compile(text)
    except criteria.CriteriaError as error:
        say(error.shown())
