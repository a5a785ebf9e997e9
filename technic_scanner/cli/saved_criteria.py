"""Define the commands of saved criteria: criteria save, list, show, remove, export, import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from technic_scanner.bootstrap import build
from technic_scanner.cli.named_versions import Replaces, Version, Versions
from technic_scanner.cli.output import Exit, Json, emit, errors_as_sentences, read_file, say, table, tell, write_file
from technic_scanner.criteria.imports import LANGUAGES, Imported, import_text
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.runs.saved_criteria.documents import imported_document, saved_document
from technic_scanner.runs.saved_criteria.model import SavedCriteria

Name = Annotated[str, typer.Argument(help="The name of saved criteria.")]


def save(
    name: Name,
    text: Annotated[str | None, typer.Argument(help="The criteria.")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="Read the criteria from this file.")] = None,
    description: Annotated[str, typer.Option("--description", help="What they are for.")] = "",
    replaces: Replaces = None,
    as_json: Json = False,
) -> None:
    """Save criteria under a name, or their next version."""
    with errors_as_sentences():
        if (text is None) == (file is None):
            raise ConfigError([FieldProblem("criteria", "give either the criteria or --file")])
        written = text if file is None else read_file("file", file)
        with build() as services:
            saved = services.criteria.save(SavedCriteria(name, written or "", description), replaces)
        tell(saved_document(saved), f"Criteria {name!r} saved as version {saved.version}.", as_json=as_json)


def list_saved(as_json: Json = False) -> None:
    """List the shipped and the saved criteria."""
    with errors_as_sentences(), build() as services:
        found = services.criteria.all()
    if as_json:
        emit([saved_document(item) for item in found])
        return
    rows = [(item.name, item.group if item.builtin else f"v{item.version}", item.description) for item in found]
    table("Criteria", ("Name", "Group or version", "Description"), rows, prose=("Description",))


def show(
    name: Name,
    version: Version = None,
    versions: Versions = False,
    as_json: Json = False,
) -> None:
    """Print the text of saved criteria, or all of them with --json."""
    with errors_as_sentences(), build() as services:
        found = services.criteria.versions(name) if versions else (services.criteria.get(name, version),)
    if as_json:
        emit([saved_document(item) for item in found] if versions else saved_document(found[0]))
    elif versions:
        rows = [(f"v{item.version}", str(item.saved_at or ""), " ".join(item.text.split())) for item in found]
        table("Versions", ("Version", "Saved", "Text"), rows, prose=("Text",))
    else:
        typer.echo(found[0].text)


def remove(name: Name, as_json: Json = False) -> None:
    """Remove saved criteria with all their versions."""
    with errors_as_sentences():
        with build() as services:
            services.criteria.remove(name)
        tell({"name": name, "removed": True}, f"Criteria {name!r} removed.", as_json=as_json)


def export(
    name: Name,
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write.")],
    version: Version = None,
    as_json: Json = False,
) -> None:
    """Write saved criteria to a JSON file."""
    with errors_as_sentences():
        with build() as services:
            write_file(output, services.criteria.export(name, version).encode())
        tell({"name": name, "output": str(output)}, f"Criteria {name!r} written to {output}.", as_json=as_json)


def import_criteria(
    file: Path,
    source: Annotated[
        str | None,
        typer.Option("--from", help=f"The file holds a scan of another program: {', '.join(LANGUAGES)}."),
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="Save what was understood under this name.")] = None,
    as_json: Json = False,
) -> None:
    """Save the criteria of an exported file, or turn another program's scan into criteria (--from).

    With --from the criteria are printed, and every clause that is not understood is named; exit code 2 if there is one.
    """
    with errors_as_sentences():
        text = read_file("file", file)
        if source is not None:
            _from_elsewhere(source, text, name, as_json=as_json)
            return
        if name is not None:
            raise ConfigError([FieldProblem("name", "an exported file has its own name; --name belongs to --from")])
        with build() as services:
            saved = services.criteria.load(text)
        tell(saved_document(saved), f"Criteria {saved.name!r} saved.", as_json=as_json)


def _from_elsewhere(source: str, text: str, name: str | None, *, as_json: bool) -> None:
    if source not in LANGUAGES:
        raise ConfigError([FieldProblem("from", f"{source!r} is not one of {', '.join(LANGUAGES)}")])
    found = import_text(source, text)
    saved = None
    if name is not None and found.text:
        with build() as services:
            saved = services.criteria.save(SavedCriteria(name, found.text, f"From {source}"))
    _show(found, None if saved is None else saved.name, as_json=as_json)
    if not found.complete:
        raise typer.Exit(Exit.USAGE)


def _show(found: Imported, saved: str | None, *, as_json: bool) -> None:
    if as_json:
        document: dict[str, Any] = imported_document(found)
        emit(document | {"saved": saved})
        return
    for item in found.untranslated:
        say(f"Left out, {item}")
    if found.text:
        typer.echo(found.text)
    else:
        say("Nothing was understood.")
    if saved is not None:
        say(f"Criteria {saved!r} saved.")
