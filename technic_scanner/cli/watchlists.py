"""Define the commands for watchlists: save, read, list, show, note, remove, export, import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from technic_scanner.bootstrap import Services, build
from technic_scanner.cli.named_versions import Replaces, Version, Versions
from technic_scanner.cli.output import (
    Json,
    emit,
    emit_bytes,
    errors_as_sentences,
    read_file,
    say,
    table,
    tell,
    write_file,
)
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.watchlist import Watchlist, WatchlistEntry
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.runs.watchlists.interchange import FORM, entry_to_dict, watchlist_to_dict
from technic_scanner.runs.watchlists.pasted import Pasted
from technic_scanner.runs.watchlists.service import ALL_FORMS

app = typer.Typer(no_args_is_help=True, help="Named lists of symbols with notes, as universe, filter and in alerts.")
Name = Annotated[str, typer.Argument(help="The name of a watchlist.")]
Words = Annotated[list[str] | None, typer.Argument(help="Symbols, or pasted text with symbols in it.")]
File = Annotated[Path | None, typer.Option("--file", help="Read the symbols of this file, in any form.")]
Source = Annotated[
    str | None, typer.Option("--source", help="Take only symbols that this source knows; tell the rest.")
]
InUniverse = Annotated[str | None, typer.Option("--universe", help="One of the source's universes.")]
Description = Annotated[str, typer.Option("--description", help="What the list is for.")]


@app.command()
def save(
    name: Name,
    words: Words = None,
    file: File = None,
    from_run: Annotated[str | None, typer.Option("--from-run", help="Take the picks of this run.")] = None,
    top: Annotated[
        int | None, typer.Option("--top", min=1, help="With --from-run: number of best-ranked symbols.")
    ] = None,
    source: Source = None,
    universe: InUniverse = None,
    description: Description = "",
    replaces: Replaces = None,
    as_json: Json = False,
) -> None:
    """Save a watchlist of symbols, of pasted text, of a file or of a run's picks, or its next version."""
    with errors_as_sentences(), build() as services:
        if sum((bool(words), file is not None, from_run is not None)) != 1:
            raise ConfigError([FieldProblem("symbols", "give either symbols, --file or --from-run")])
        if from_run is not None:
            _save(services, Watchlist(name, services.watchlists.of_run(from_run, top), description), replaces, as_json)
            return
        found = _read(services, words, file, source, universe)
        _say_left_out(found)
        _save(services, Watchlist(name, found.entries, description), replaces, as_json)


@app.command()
def read(
    words: Words = None,
    file: File = None,
    source: Source = None,
    universe: InUniverse = None,
    as_json: Json = False,
) -> None:
    """Show which symbols a text or a file holds, which names are unknown, and which words are no symbols."""
    with errors_as_sentences(), build() as services:
        found = _read(services, words, file, source, universe)
    if as_json:
        emit(
            {
                "entries": [entry_to_dict(entry) for entry in found.entries],
                "unknown": found.unknown,
                "ignored": found.ignored,
            }
        )
        return
    _table_of(found.entries)
    _say_left_out(found)


@app.command("list")
def list_watchlists(as_json: Json = False) -> None:
    """List the watchlists."""
    with errors_as_sentences(), build() as services:
        found = services.watchlists.all()
    if as_json:
        emit([watchlist_to_dict(item) for item in found])
        return
    rows = [(item.name, f"v{item.version}", f"{len(item.entries):,}", item.description) for item in found]
    empty = "There are no watchlists yet. To save one: technic-scanner watchlists save"
    table("Watchlists", ("Name", "Version", "Symbols", "Description"), rows, prose=("Description",), empty=empty)


@app.command()
def show(
    name: Name,
    version: Version = None,
    versions: Versions = False,
    as_json: Json = False,
) -> None:
    """Show the symbols of a watchlist with their notes."""
    with errors_as_sentences(), build() as services:
        found = services.watchlists.versions(name) if versions else (services.watchlists.get(name, version),)
    if as_json:
        emit([watchlist_to_dict(item) for item in found] if versions else watchlist_to_dict(found[0]))
    elif versions:
        rows = [(f"v{item.version}", str(item.saved_at or ""), f"{len(item.entries):,}") for item in found]
        table("Versions", ("Version", "Saved", "Symbols"), rows)
    else:
        _table_of(found[0].entries)
        if found[0].fault is not None:
            say(f"Watchlist {name!r} cannot be read: {found[0].fault}.")


@app.command()
def note(
    name: Name,
    symbol: str,
    text: Annotated[str, typer.Argument(help="The note; empty removes it.")],
    as_json: Json = False,
) -> None:
    """Save the next version of a watchlist, with another note at one symbol."""
    with errors_as_sentences(), build() as services:
        saved = services.watchlists.note(name, symbol, text)
    tell(watchlist_to_dict(saved), f"Watchlist {name!r} saved as version {saved.version}.", as_json=as_json)


@app.command()
def remove(name: Name, as_json: Json = False) -> None:
    """Remove a watchlist with all its versions; runs keep the symbols that they were submitted with."""
    with errors_as_sentences(), build() as services:
        services.watchlists.remove(name)
    tell({"name": name, "removed": True}, f"Watchlist {name!r} removed.", as_json=as_json)


@app.command()
def export(
    name: Name,
    form: Annotated[str, typer.Option("--form", help=f"One of {', '.join(ALL_FORMS)}.")] = "text",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File to write; else it is printed.")] = None,
    version: Version = None,
    as_json: Json = False,
) -> None:
    """Write a watchlist in the text form of another program, with notes (text), or whole (json)."""
    with errors_as_sentences():
        with build() as services:
            text = services.watchlists.text(name, form, version)
        if output is not None:
            write_file(output, text.encode())
            written = {"name": name, "form": form, "output": str(output)}
            tell(written, f"Watchlist {name!r} written to {output}.", as_json=as_json)
        elif as_json:
            emit({"name": name, "form": form, "text": text})
        else:
            emit_bytes(text.encode())


@app.command("import")
def import_watchlist(
    file: Path,
    name: Annotated[str | None, typer.Option("--name", help="Name of the watchlist; that of the file else.")] = None,
    source: Source = None,
    universe: InUniverse = None,
    description: Description = "",
    replaces: Replaces = None,
    as_json: Json = False,
) -> None:
    """Save a watchlist of an exported JSON file, or of another program's file: TradingView, thinkorswim, CSV, text."""
    with errors_as_sentences(), build() as services:
        text = read_file("file", file)
        if FORM.format in text and text.lstrip().startswith("{"):
            if name is not None:
                raise ConfigError([FieldProblem("name", "an exported file has its own name")])
            saved = services.watchlists.load(text)
            tell(watchlist_to_dict(saved), f"Watchlist {saved.name!r} saved.", as_json=as_json)
            return
        found = _read(services, None, file, source, universe)
        _say_left_out(found)
        _save(services, Watchlist(name or file.stem, found.entries, description), replaces, as_json)


def _read(
    services: Services, words: list[str] | None, file: Path | None, source: str | None, universe: str | None
) -> Pasted:
    if bool(words) == (file is not None):
        raise ConfigError([FieldProblem("symbols", "give either symbols or --file")])
    if source is None and universe is not None:
        raise ConfigError([FieldProblem("universe", "is one of a source's; give --source too")])
    text = "\n".join(words or ()) if file is None else read_file("file", file)
    return services.watchlists.read(text, None if source is None else ScanConfig(source=source, universe=universe))


def _save(services: Services, wanted: Watchlist, replaces: int | None, as_json: bool) -> None:
    saved = services.watchlists.save(wanted, replaces)
    count = f"{len(saved.entries):,} symbols"
    tell(
        watchlist_to_dict(saved),
        f"Watchlist {saved.name!r} saved as version {saved.version}: {count}.",
        as_json=as_json,
    )


def _table_of(entries: tuple[WatchlistEntry, ...]) -> None:
    columns: dict[str, Any] = {"Symbol": "symbol", "Note": "note", "Section": "section", "Exchange": "exchange"}
    shown = {title: field for title, field in columns.items() if any(getattr(entry, field) for entry in entries)}
    rows = [tuple(getattr(entry, field) for field in shown.values()) for entry in entries]
    table("Symbols", tuple(shown) or ("Symbol",), rows, prose=("Note",))


def _say_left_out(found: Pasted) -> None:
    if found.unknown:
        say(f"Not known to the source, left out: {', '.join(found.unknown)}.")
    if found.ignored:
        say(f"No symbols, left out: {', '.join(found.ignored)}.")
